// Where the wizard leads, by what is answered: real runs on a real PostgreSQL, with a scripted person at the screen.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { settleOnScreen } from '../../src/commands/wizard-start.js';
import { conduct } from '../../src/commands/wizard.js';
import { resolveRun } from '../../src/config/resolve.js';
import type { RunOptions } from '../../src/config/run-options.js';
import { readAnswers } from '../../src/config/saved-answers.js';
import type { Flags } from '../../src/config/settings.js';
import { withoutPassword } from '../../src/config/target-url.js';
import { writeSample } from '../../src/demo/sample.js';
import { tothemoon } from '../../src/plans/tothemoon.js';
import { listRuns } from '../../src/run/folder.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { nameOfTarget, passwordOf } from '../../src/target/connect.js';
import { STEPS } from '../../steps/index.js';
import { type Site, createSite } from '../support/migrate.js';
import { type Script, ScriptedScreen } from '../support/scripted-screen.js';
import { sessionOf } from './session.js';

let site: Site;
let database: string;
beforeEach(async () => {
  site = await createSite();
  database = nameOfTarget(site.target).database;
  writeSample(site.source, { scores: 300 });
});
afterEach(() => site.remove());

interface Told {
  readonly code: number;
  readonly screen: ScriptedScreen;
}

/** Does the job as the script answers; every page of it has to be asked. */
async function lead(
  script: Script,
  change: Partial<RunOptions> = {},
  prepare: (screen: ScriptedScreen) => void = () => undefined,
  isAsking = true,
  isRollback = false,
  stop = new AbortController(),
): Promise<Told> {
  const screen = new ScriptedScreen(script);
  prepare(screen);
  const options: RunOptions = {
    ...{ plan: tothemoon, source: site.source, target: site.target, backupDir: site.backupDir, jobs: 1 },
    ...{ onBadValue: 'stop', onDrift: 'stop', dump: false, resume: false, restart: false, dryRun: false },
    ...change,
  };
  const { session } = sessionOf({}, { stop: stop.signal });
  const code = await conduct(session, screen, { options, steps: STEPS, isAsking, isRollback });
  expect(screen.left).toEqual([]);
  return { code, screen };
}

async function hasTables(): Promise<boolean> {
  const [row] = await site.query(`SELECT to_regclass('tokens') AS tokens`);
  return row?.['tokens'] !== null;
}

function outcomes(): string[] {
  return listRuns(site.backupDir).map(({ state }) => state.outcome);
}

describe('a first run', () => {
  test('is asked for once, and ends with what may be done then', async () => {
    const { code, screen } = await lead([
      ['start', 'yes'],
      ['ended', 'leave'],
    ]);
    expect(code).toBe(0);
    expect(screen.view.message).toContain('copied and compared');
    expect(screen.pages.at(-1)?.choices.map(({ id }) => id)).toEqual(['leave', 'roll-back']);
    expect(screen.events.filter(({ type }) => type === 'input.given')).toMatchObject([
      { question: 'start', answer: 'yes' },
    ]);
    const planned = screen.events.filter(({ type }) => type === 'table.planned');
    expect(planned).toHaveLength(4);
  });

  test('under --yes asks nothing at all', async () => {
    const { code } = await lead([], {}, undefined, false);
    expect(code).toBe(0);
  });

  test('that is left by Ctrl-C when all is over has ended as it did, done and verified', async () => {
    const stop = new AbortController();
    const pressAtTheEnd = (person: ScriptedScreen): void => {
      const ask = person.ask.bind(person);
      person.ask = (page, signal) => {
        if (page.kind === 'ended') stop.abort('SIGINT');
        return ask(page, signal);
      };
    };
    const script = [
      ['start', 'yes'],
      ['ended', 'roll-back'],
    ] as const;
    const { code, screen } = await lead(script, {}, pressAtTheEnd, true, false, stop);
    expect(code).toBe(0);
    expect(screen.view.outcome).toBe('completed');
    expect(await hasTables()).toBe(true);
  });

  test('that is not agreed to has written nothing', async () => {
    const { code, screen } = await lead([['start', 'no']]);
    expect(code).toBe(130);
    expect(screen.view).toMatchObject({ outcome: 'failed', code: 'DECLINED' });
    expect(await hasTables()).toBe(false);
  });

  test('that fails its checks is checked again when that is chosen', async () => {
    const db = new Database(site.source);
    db.exec('ALTER TABLE tokens ADD COLUMN notes TEXT');
    db.close();
    const { code, screen } = await lead([
      ['ended', 'again'],
      ['ended', 'leave-behind'],
      ['start', 'yes'],
      ['ended', 'leave'],
    ]);
    expect(code).toBe(0);
    const [first] = screen.pages;
    expect(first?.choices.map(({ id }) => id)).toEqual(['again', 'carry', 'leave-behind', 'leave']);
    const columns = await site.query(
      `SELECT attname FROM pg_attribute WHERE attrelid = 'tokens'::regclass AND attname = 'notes'`,
    );
    expect(columns).toEqual([]);
    // The same command goes on with that run, whose tables are made for it.
    expect(readAnswers(site.backupDir)).toEqual({ 'on-drift': 'leave' });
  });
});

test('a target that is not empty leads back to where another is typed; what was given stands there', async () => {
  const other = await createSite();
  try {
    await site.query('CREATE TABLE tokens (id int)');
    const password = passwordOf(other.target);
    const typed = withoutPassword(other.target);
    const screen = new ScriptedScreen([
      ['welcome', 'go-on'],
      ['connection', 'go-on'],
      ['ended', 'reconnect'],
      ['connection', typed],
      ...(password === undefined ? [] : [['connection', password] as const]),
      ['connection', 'go-on'],
      ['start', 'no'],
    ]);
    const { session } = sessionOf({});
    const flags: Flags = { source: site.source, 'backup-dir': site.backupDir, 'no-cutover': true };
    const request = resolveRun(flags, { TTM_TARGET: site.target }, true);
    const settled = await settleOnScreen(session, screen, request);
    expect(await conduct(session, screen, { ...settled, steps: STEPS, isAsking: true })).toBe(130);
    expect(screen.left).toEqual([]);
    expect(screen.pages[2]?.escape).toEqual({ id: 'reconnect', label: 'other target' });
    expect(screen.pages[3]?.field?.initial).toBe(withoutPassword(site.target));
    expect(screen.view.target).toContain(nameOfTarget(other.target).database);
    expect(screen.view.code).toBe('DECLINED');
  } finally {
    await other.remove();
  }
});

describe('taking it back', () => {
  const moved: Script = [
    ['start', 'yes'],
    ['ended', 'roll-back'],
  ];

  test('from the last screen drops what was made, when the name of the database is typed', async () => {
    const { code, screen } = await lead([...moved, ['rollback', database]]);
    expect(code).toBe(0);
    expect(screen.view.outcome).toBe('rolled-back');
    expect(screen.pages.at(-1)?.field?.mustBe).toBe(database);
    expect(await hasTables()).toBe(false);
    expect(outcomes()).toEqual(['rolled-back']);
  });

  test('that is thought better of leaves everything, and leads back to where it was', async () => {
    const { code, screen } = await lead([...moved, ['rollback', 'no'], ['ended', 'leave']]);
    expect(code).toBe(0);
    expect(screen.view.outcome).toBe('completed');
    expect(await hasTables()).toBe(true);
    expect(outcomes()).toEqual(['completed']);
  });

  test('in the middle of the copy stops it first', async () => {
    const { code, screen } = await lead(
      [
        ['start', 'yes'],
        ['rollback', database],
      ],
      {},
      (person) => {
        person.onEvent = ({ type }) => {
          if (type === 'table.started') person.rollBack();
        };
      },
    );
    expect(code).toBe(0);
    expect(screen.view.outcome).toBe('rolled-back');
    expect(screen.events.some((event) => event.type === 'step.failed' && event.step === 'copy')).toBe(true);
    expect(await hasTables()).toBe(false);
  });

  test('in the middle, and then not agreed to, offers to go on', async () => {
    const { code } = await lead(
      [
        ['start', 'yes'],
        ['rollback', 'no'],
        ['resume', 'go-on'],
        ['ended', 'leave'],
      ],
      {},
      (person) => {
        let isFirst = true;
        person.onEvent = ({ type }) => {
          if (type === 'table.started' && isFirst) person.rollBack();
          isFirst &&= type !== 'table.started';
        };
      },
    );
    expect(code).toBe(0);
    expect(outcomes()).toEqual(['completed']);
  });
});

describe('ttm-wizard rollback on the screen', () => {
  beforeEach(async () => {
    await lead([
      ['start', 'yes'],
      ['ended', 'leave'],
    ]);
  });

  test('begins with the question, and ends with it when the name is not typed', async () => {
    const { code } = await lead([['rollback', 'no']], {}, undefined, true, true);
    expect(code).toBe(130);
    expect(outcomes()).toEqual(['completed']);
  });

  test('drops what was made when it is', async () => {
    const { code, screen } = await lead([['rollback', database]], {}, undefined, true, true);
    expect(code).toBe(0);
    expect(await hasTables()).toBe(false);
    // A run without a dump and a switch-over has never had those steps.
    expect(screen.view.steps.map(({ name }) => name)).toEqual([
      'preflight',
      'backup',
      'schema',
      'copy',
      'constrain',
      'verify',
    ]);
  });

  test('that fails is tried again when that is chosen, and never becomes a run', async () => {
    await site.query('CREATE VIEW mine AS SELECT id FROM tokens');
    const { code, screen } = await lead(
      [
        ['rollback', database],
        ['ended', 'again'],
        ['rollback', database],
        ['ended', 'leave'],
      ],
      {},
      undefined,
      true,
      true,
    );
    expect(code).toBe(10);
    expect(screen.pages.at(-1)?.choices.map(({ id }) => id)).toEqual(['again', 'leave']);
    expect(screen.view.message).toContain('mine');
  });
});

describe('an earlier run', () => {
  beforeEach(async () => {
    await lead([
      ['start', 'yes'],
      ['ended', 'leave'],
    ]);
  });

  test('is shown, with what is done and left; going on finds nothing to do', async () => {
    const { code, screen } = await lead([
      ['resume', 'go-on'],
      ['ended', 'leave'],
    ]);
    expect(code).toBe(0);
    expect(screen.pages[0]).toMatchObject({ kind: 'resume', earlier: { left: [] } });
    expect(screen.view.message).toContain('nothing to do');
    expect(outcomes()).toHaveLength(1);
  });

  test('is left as it is', async () => {
    const { code } = await lead([['resume', 'leave']]);
    expect(code).toBe(130);
    expect(outcomes()).toEqual(['completed']);
  });

  test('makes room for a new one only when the name of the database is typed', async () => {
    const { code } = await lead([
      ['resume', 'start-over'],
      ['start-over', 'no'],
      ['resume', 'start-over'],
      ['start-over', database],
      ['start', 'yes'],
      ['ended', 'leave'],
    ]);
    expect(code).toBe(0);
    expect(outcomes()).toEqual(['rolled-back', 'completed']);
  });

  test('is taken back', async () => {
    const { code } = await lead([
      ['resume', 'roll-back'],
      ['rollback', database],
    ]);
    expect(code).toBe(0);
    expect(await hasTables()).toBe(false);
  });

  test('is gone on with unasked where --resume says so', async () => {
    const { code } = await lead([['ended', 'leave']], { resume: true });
    expect(code).toBe(0);
  });
});

test('no to the switch-over ends with the verified copy, exit 75, and the next start goes on there', async () => {
  const cutover = {
    envFiles: [`${site.folder}/app.env`],
    services: [],
    stopCommand: 'true',
    startCommand: 'true',
    healthUrl: 'http://127.0.0.1:9',
    capture: 'none' as const,
  };
  const { code, screen } = await lead(
    [
      ['start', 'yes'],
      ['switch-over', 'no'],
    ],
    { cutover },
  );
  expect(code).toBe(75);
  expect(screen.view).toMatchObject({ code: 'NOT_SWITCHED' });
  expect(await hasTables()).toBe(true);
  const next = await lead([['resume', 'leave']], { cutover });
  expect(next.screen.pages[0]).toMatchObject({ earlier: { left: ['cutover'] } });
});
