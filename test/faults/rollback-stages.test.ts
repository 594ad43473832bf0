// Rollback at every stage before the switch-over, twice, with the target gone, refused, unanswered, and giving up what was written.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSample } from '../../src/demo/sample.js';
import { catchUpAgain } from '../../src/run/catch-up-again.js';
import { saveState } from '../../src/run/folder.js';
import { verifyAgain } from '../../src/run/verify-again.js';
import { CATCH_UP_STEP, STEPS, VERIFY_STEPS } from '../../steps/index.js';
import { readDiary, untilDiary } from '../support/diary.js';
import { envStateOf, saidIn, takeBack } from '../support/live-commands.js';
import { untilAnswers } from '../support/live-services.js';
import { type LiveSite, createLiveSite } from '../support/live-site.js';
import { connectAsText, newestRun } from '../support/migrate.js';
import { missingFromDiary } from '../support/missing-from-diary.js';
import { serverUrl } from '../support/database.js';

let site: LiveSite;
beforeEach(async () => {
  site = await createLiveSite();
  writeSample(site.source, { scores: 800 });
});
afterEach(() => site.remove());

const STRANGERS = `
  CREATE TABLE other (id int PRIMARY KEY, note text); INSERT INTO other VALUES (1, 'ours');
  CREATE VIEW other_view AS SELECT * FROM other;
  CREATE FUNCTION other_function() RETURNS int LANGUAGE sql AS 'SELECT 1';
  CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.tokens (id int)`;

/** Everything in the database that is not the server's own, and the row that was there. */
async function contents(): Promise<unknown> {
  return site.query(`
    SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    UNION ALL SELECT n.nspname || '.' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    UNION ALL SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    UNION ALL SELECT note FROM other ORDER BY name`);
}

describe('a rollback before the switch-over', () => {
  for (const [index, { name }] of STEPS.slice(0, -1).entries()) {
    it(`after ${name} drops what the run has created and nothing else, and keeps the backup`, async () => {
      await site.query(STRANGERS);
      const before = await contents();
      const moved = await site.migrate({ dump: true }, { steps: STEPS.slice(0, index + 1) });
      expect(moved.exitCode, saidIn(moved.events)).toBe(0);
      const taken = await takeBack(site, { answer: undefined });
      expect(taken.exitCode, saidIn(taken.events)).toBe(0);
      expect(taken.events.at(-1)).toMatchObject({ type: 'run.rolled-back' });
      expect(await contents()).toEqual(before);
      expect(existsSync(join(newestRun(site).path, 'snapshot.db'))).toBe(index >= 1);
      await expect(takeBack(site)).rejects.toMatchObject({ code: 'NO_RUN', exitCode: 2 });
    });
  }
});

describe('a rollback killed while it drops the target', () => {
  it('is brought to its end by the next run, whether the ledger is gone or still there', async () => {
    const moved = await site.migrate();
    expect(moved.exitCode, saidIn(moved.events)).toBe(0);
    for (const isGone of [false, true]) {
      const { path, state } = newestRun(site);
      if (isGone) expect((await takeBack(site)).exitCode).toBe(0);
      saveState(path, { ...state, outcome: 'taking-back' });
      const next = await site.migrate();
      expect(next.exitCode, saidIn(next.events)).toBe(0);
      expect(next.events).toContainEqual(
        expect.objectContaining({ type: 'run.rolled-back', run: state.run }),
      );
      expect(newestRun(site).state.run).not.toBe(state.run);
      expect(readFileSync(join(path, 'state.json'), 'utf8')).toContain('"rolled-back"');
    }
    expect(await site.query('SELECT count(*) AS runs FROM ttm_wizard.run')).toEqual([{ runs: '1' }]);
  });
});

describe('a run that has failed in preflight', () => {
  it('is passed over by catch-up, verify and rollback, and alone there is nothing to take back', async () => {
    const other = join(site.folder, 'other.db');
    writeSample(other, { scores: 300 });
    writeFileSync(join(site.folder, 'text.db'), 'no database');
    const broken = await site.migrate({ source: join(site.folder, 'text.db') });
    expect(broken.exitCode).toBe(4);
    await expect(takeBack(site)).rejects.toMatchObject({ code: 'NO_RUN', exitCode: 2 });

    const moved = await site.migrate();
    expect(moved.exitCode, saidIn(moved.events)).toBe(0);
    const { run } = newestRun(site).state;
    const failed = await site.migrate({ source: other });
    expect(failed.exitCode, saidIn(failed.events)).toBe(3);
    expect(newestRun(site).state.run).not.toBe(run);

    const io = { ...quiet(), sinks: [] };
    const query = { backupDir: site.backupDir, target: site.target, jobs: 1 };
    expect(await catchUpAgain(query, CATCH_UP_STEP, io)).toBe(0);
    expect(await verifyAgain(query, VERIFY_STEPS, io)).toBe(0);
    const taken = await takeBack(site);
    expect(taken.events.at(-1)).toMatchObject({ type: 'run.rolled-back', run });
    const [left] = await site.query(`SELECT to_regclass('tokens') AS tokens`);
    expect(left).toEqual({ tokens: null });
  });
});

function quiet() {
  return { stop: new AbortController().signal, abort: new AbortController().signal, secrets: [] };
}

describe('a rollback after the switch-over', () => {
  let before: unknown;
  beforeEach(async () => {
    before = envStateOf(site);
    await site.start();
    const moved = await site.move();
    expect(moved.exitCode, saidIn(moved.events)).toBe(0);
    await untilWritesOn('postgresql');
  });

  async function untilWritesOn(side: string): Promise<void> {
    const { length } = readDiary(site.diary).transactions;
    const { transactions } = await untilDiary(site.diary, (diary) => diary.transactions.length > length + 5);
    expect(transactions.at(-1)?.on.split(':')[0]).toBe(side);
  }

  it('changes nothing when the answer is no or nobody can be asked', async () => {
    const isSame = envStateOf(site);
    for (const [answer, code, exitCode] of [
      [false, 'DECLINED', 130],
      [undefined, 'ANSWER_NEEDED', 9],
    ] as const) {
      const taken = await takeBack(site, { answer });
      expect(taken.events.at(-1)).toMatchObject({ type: 'run.failed', code, exitCode });
      expect(newestRun(site).state).toMatchObject({ outcome: 'completed', exitCode: 0 });
    }
    expect(envStateOf(site)).toEqual(isSame);
    await untilWritesOn('postgresql');
    expect(readDiary(site.diary).errors).toEqual([]);
    expect((await takeBack(site)).exitCode).toBe(0);
    await expect(takeBack(site)).rejects.toMatchObject({ code: 'NO_RUN', exitCode: 2 });
  });

  it('gives up what was written to the target only when told to', async () => {
    const written = readDiary(site.diary).transactions.filter(({ on }) => on.startsWith('postgresql')).length;
    const taken = await takeBack(site, { discardTargetWrites: true });
    expect(taken.exitCode, saidIn(taken.events)).toBe(0);
    expect(saidIn(taken.events)).toContain('given up');
    await untilWritesOn('sqlite');
    expect(written).toBeGreaterThan(0);
    expect(envStateOf(site)).toEqual(before);
    const [left] = await site.query(`SELECT to_regclass('tokens') AS tokens`);
    expect(left).toEqual({ tokens: null });
  });

  it('that gives up what an interrupted one had begun to carry back says which rows stay', async () => {
    // The rows are in the source by then, and the ledger refuses to note it.
    await site.query('CREATE RULE ttm_refused AS ON UPDATE TO ttm_wizard.chunk DO ALSO SELECT 1 / 0');
    const refused = await takeBack(site);
    expect(refused.exitCode, saidIn(refused.events)).toBe(10);
    await site.query('DROP RULE ttm_refused ON ttm_wizard.chunk');
    const taken = await takeBack(site, { discardTargetWrites: true });
    expect(taken.exitCode, saidIn(taken.events)).toBe(0);
    const copy = join(newestRun(site).path, 'source-before-rollback.db');
    expect(saidIn(taken.events)).toContain(
      `rows that an interrupted rollback has carried back already stay in ${site.source}; ${copy} is the file as it was`,
    );
    expect(existsSync(copy)).toBe(true);
    await untilWritesOn('sqlite');
  });

  it('with the target gone says what to type, and that works', async () => {
    await site.stop();
    expect(await missingFromDiary(site.diary, site.target)).toEqual([]);
    const database = new URL(site.target).pathname.slice(1);
    await onServer(`ALTER DATABASE ${database} ALLOW_CONNECTIONS false`);
    const taken = await takeBack(site);
    expect(taken.events.at(-1)).toMatchObject({ type: 'run.failed', exitCode: 10 });
    const file = join(newestRun(site).path, 'rollback-by-hand.txt');
    const text = readFileSync(file, 'utf8');
    expect(saidIn(taken.events) + JSON.stringify(taken.events.at(-1))).toContain(file);
    expect(text).not.toContain(new URL(site.target).password || 'no password');

    const [byWizard = '', byHand = ''] = text.split('do this by hand');
    expect(byWizard).toContain('ttm-wizard rollback');
    const [application = '', drop = ''] = byHand.split('Drop what the run made');
    for (const line of application.split('\n').filter((one) => one.startsWith('    '))) type(line);
    await untilAnswers(`${site.healthUrl}/tokens/stats`);
    await untilWritesOn('sqlite');
    expect(envStateOf(site)).toEqual(before);

    await onServer(`ALTER DATABASE ${database} ALLOW_CONNECTIONS true`);
    type(
      drop
        .slice(drop.indexOf('\n    '))
        .replaceAll('psql URL', `psql -X -v ON_ERROR_STOP=1 '${site.target}'`),
    );
    const [left] = await site.query(
      `SELECT to_regclass('tokens') AS tokens, to_regnamespace('ttm_wizard') AS ledger`,
    );
    expect(left).toEqual({ tokens: null, ledger: null });
  });
});

function type(commands: string): void {
  execFileSync('sh', ['-e'], { input: commands, stdio: ['pipe', 'ignore', 'inherit'] });
}

async function onServer(sql: string): Promise<void> {
  const client = await connectAsText(serverUrl());
  await client.query(sql);
  await client.end();
}
