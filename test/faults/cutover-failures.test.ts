// Each way in which a switch-over can fail, forced once, one after the other on the same site: the application runs on the source again,
// has lost nothing, its env files are as they were, and when the cause is gone the same command gets further, in the end to its own.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CutoverOptions } from '../../src/config/run-options.js';
import { writeSample } from '../../src/demo/sample.js';
import { WizardError } from '../../src/errors.js';
import type { WizardEvent } from '../../src/events.js';
import { driverFor } from '../../src/source/driver-choice.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { serverUrl } from '../support/database.js';
import { readDiary, untilDiary } from '../support/diary.js';
import { type FailingProbe, startFailingProbe } from '../support/failing-probe.js';
import { envStateOf, saidIn } from '../support/live-commands.js';
import { untilAnswers } from '../support/live-services.js';
import { type LiveSite, createLiveSite } from '../support/live-site.js';
import { newestRun } from '../support/migrate.js';
import { missingFromDiary } from '../support/missing-from-diary.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let site: LiveSite;
let probe: FailingProbe;
/** Of the run; the tests' own user has site.target. */
let target: string;
let role: string | undefined;
let before: unknown;
let holder: ChildProcess | undefined;

let isReady = false;
beforeEach(async () => {
  if (isReady) return;
  site = await createLiveSite();
  writeSample(site.source, { scores: 800 });
  target = site.target;
  before = envStateOf(site);
  probe = await startFailingProbe(site);
  await site.start();
  isReady = true;
});
/** What a failed test has left is no ground for the next one. */
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await leaveSite();
});
afterAll(leaveSite);

async function leaveSite(): Promise<void> {
  if (!isReady) return;
  isReady = false;
  holder?.kill('SIGKILL');
  holder = undefined;
  probe.close();
  if (role !== undefined) changeTarget(`ALTER ROLE ${role} LOGIN`);
  await site.remove();
  if (role !== undefined) changeServer(`DROP ROLE ${role}`);
  role = undefined;
}

/** The switch-over fails with this code and is taken back; then its cause is removed. */
async function expectTakenBack(
  code: string,
  exitCode: number,
  failing: { cutover?: Partial<CutoverOptions>; onEvent?: (event: WizardEvent) => void },
  mend: () => void | Promise<void> = () => undefined,
): Promise<string> {
  const moved = await site.move(
    { target, jobs: 1, cutover: { ...site.cutover, ...failing.cutover } },
    failing.onEvent === undefined ? {} : { onEvent: failing.onEvent },
  );
  const told = saidIn(moved.events);
  expect(moved.events.at(-1), told).toMatchObject({ type: 'run.failed', code, exitCode });
  expect(envStateOf(site), told).toEqual(before);
  await expectOn('source', told);
  await mend();
  return told;
}

/** The same command with nothing in its way. */
async function expectMoved(): Promise<void> {
  const moved = await site.move({ target, jobs: 1 });
  expect(moved.exitCode, saidIn(moved.events)).toBe(0);
  await expectOn('target', saidIn(moved.events));
}

/** It answers, writes there and nowhere else, and all that it ever wrote is there. */
async function expectOn(side: 'source' | 'target', told: string): Promise<void> {
  await untilAnswers(`${site.healthUrl}/tokens/stats`);
  const { length } = readDiary(site.diary).transactions;
  const { transactions } = await untilDiary(site.diary, (diary) => diary.transactions.length > length + 5);
  const databases = new Set(transactions.slice(length + 1).map(({ on }) => on.split(':')[0]));
  expect([...databases], told).toEqual([side === 'source' ? 'sqlite' : 'postgresql']);
  await site.stop();
  expect(await missingFromDiary(site.diary, site[side]), told).toEqual([]);
  const errors = readDiary(site.diary).errors.filter(
    ({ message }) => !message.includes('not permitted to log in'),
  );
  expect(errors, told).toEqual([]);
  await site.start();
}

function says(pattern: RegExp, act: () => void): (event: WizardEvent) => void {
  let isDone = false;
  return (event) => {
    if (isDone || !('message' in event) || !pattern.test(event.message)) return;
    isDone = true;
    act();
  };
}

function changeSource(sql: string): void {
  const db = new Database(site.source, { timeout: 10_000 });
  db.pragma('foreign_keys = OFF');
  db.exec(sql);
  db.close();
}

/** While the wizard waits: an event is told before what it announces is done. */
function changeTarget(sql: string): void {
  changeServer(sql, new URL(site.target).pathname);
}

function changeServer(sql: string, database = '/postgres'): void {
  const url = new URL(serverUrl());
  url.pathname = database;
  const script = `import pg from 'pg'; const client = new pg.Client(process.argv[1]); await client.connect();
    await client.query(process.argv[2]); await client.end();`;
  const args = ['--input-type=module', '-e', script, url.href, sql];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

/** A user of the target for this run alone. */
function useRole(): string {
  const name = `${new URL(site.target).pathname.slice(1)}_role`;
  const database = new URL(site.target).pathname.slice(1);
  changeTarget(`CREATE ROLE ${name} LOGIN PASSWORD 'p@ss: w/#rd'; GRANT CREATE ON DATABASE ${database} TO ${name};
    GRANT CREATE, USAGE ON SCHEMA public TO ${name}`);
  const url = new URL(site.target);
  url.username = name;
  url.password = encodeURIComponent('p@ss: w/#rd');
  target = url.href;
  role = name;
  return name;
}

const DRIVER = join(ROOT, 'node_modules', driverFor(process.versions.node));
/** A service that the plan does not know, and a job that runs for a moment. */
const OPENS = `const D = require('${DRIVER}'); const db = new D(process.argv[1]); db.prepare('SELECT 1 FROM tokens').get(); setInterval(() => undefined, 1000)`;
const WRITES = `const D = require('${DRIVER}'); const db = new D(process.argv[1], { timeout: 9000 }); db.prepare('INSERT INTO app_settings (key, value) VALUES (?, ?)').run('forgotten', 'theirs')`;
const STOPPING = /^stopping the application /;
const CAUGHT_UP = /^brought over after the stop/;

describe('a switch-over is taken back', () => {
  it('when the stop command fails', async () => {
    await expectTakenBack('SERVICES_STOP', 7, { cutover: { stopCommand: 'echo no >&2; exit 1' } });
  });

  it('when a process keeps the source open, which it names', async () => {
    const script = `const D = require('${driverFor(process.versions.node)}'); const db = new D(process.argv[1]); db.prepare('SELECT 1 FROM tokens').get();
      process.stdout.write('open'); setInterval(() => undefined, 1000);`;
    holder = spawn(process.execPath, ['-e', script, site.source], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (holder.stdout !== null) await once(holder.stdout, 'data');
    const cutover = { patience: { releaseMs: 500 } };
    const told = await expectTakenBack('SOURCE_HELD', 7, { cutover }, () => {
      holder?.kill('SIGKILL');
    });
    expect(told).toContain(`(pid ${holder.pid ?? 0})`);
  });

  it('when a table has changed since the snapshot', async () => {
    const onEvent = says(STOPPING, () => changeSource('ALTER TABLE tokens ADD COLUMN colour TEXT'));
    await expectTakenBack('SOURCE_DRIFT', 7, { onEvent }, () =>
      changeSource('ALTER TABLE tokens DROP COLUMN colour'),
    );
  });

  it('when the last rows hold a value that the target cannot', async () => {
    const onEvent = says(STOPPING, () =>
      changeSource(`INSERT INTO app_settings (key, value) VALUES ('bad', CAST(x'ff' AS TEXT))`),
    );
    await expectTakenBack('BAD_VALUE', 7, { onEvent }, () =>
      changeSource(`DELETE FROM app_settings WHERE key = 'bad'`),
    );
  });

  it('when somebody changes the target meanwhile', async () => {
    const onEvent = says(CAUGHT_UP, () =>
      changeTarget(`INSERT INTO app_settings (key, value) VALUES ('stranger', '')`),
    );
    await expectTakenBack('DIFFERENT', 7, { onEvent }, () =>
      changeTarget(`DELETE FROM app_settings WHERE key = 'stranger'`),
    );
  });

  it('when the second env file cannot be written', async () => {
    const inTheWay = join(site.folder, '..env.ttm-wizard');
    const onEvent = says(CAUGHT_UP, () => {
      mkdirSync(inTheWay);
    });
    await expectTakenBack('ENV_FILE', 7, { onEvent }, () => rmdirSync(inTheWay));
  });

  it('when the disk is too full for another event', async () => {
    let isFull = false;
    const onEvent = (event: WizardEvent): void => {
      if (isFull && event.type === 'notice')
        throw new WizardError({ code: 'BACKUP_DISK', message: 'the disk is full', exitCode: 75 });
      isFull ||= event.type === 'notice' && STOPPING.test(event.message);
    };
    await expectTakenBack('BACKUP_DISK', 7, { onEvent });
  });

  it('when nothing can be written to the folder of the run any more', async () => {
    let inTheWay = '';
    const onEvent = says(CAUGHT_UP, () => {
      inTheWay = join(newestRun(site).path, '.cutover.json.ttm-wizard');
      mkdirSync(inTheWay);
    });
    await expectTakenBack('EEXIST', 7, { onEvent }, () => rmdirSync(inTheWay));
  });

  it('when the application does not start', async () => {
    const mark = join(site.folder, 'fail');
    const startCommand = `[ -e '${mark}' ] && rm '${mark}' && exit 1; ${site.startCommand}`;
    const onEvent = says(CAUGHT_UP, () => writeFileSync(mark, ''));
    await expectTakenBack('SERVICES_START', 7, { onEvent, cutover: { startCommand } });
  });

  it('when one process stays on the old file, open after the start', async () => {
    const pid = join(site.folder, 'forgotten.pid');
    const forgotten = `node -e "${OPENS}" '${site.source}' > /dev/null 2>&1 & echo $! > '${pid}'; sleep 1`;
    const startCommand = `${site.startCommand}; if grep -q postgresql: '${site.envFiles[0]}'; then ${forgotten}; fi`;
    const stopCommand = `[ -f '${pid}' ] && kill "$(cat '${pid}')"; rm -f '${pid}'; ${site.stopCommand}`;
    const told = await expectTakenBack('STILL_ON_SOURCE', 7, { cutover: { startCommand, stopCommand } });
    expect(told).toMatch(/after the switch .*\(pid \d+\) has .*dev\.db open/);
  });

  it('when one process has written to the old file after the start, whose row is kept', async () => {
    const writes = `node -e "${WRITES}" '${site.source}'`;
    const startCommand = `${site.startCommand}; if grep -q postgresql: '${site.envFiles[0]}'; then ${writes}; fi`;
    const told = await expectTakenBack('STILL_ON_SOURCE', 7, { cutover: { startCommand } }, () => {
      const db = new Database(site.source);
      const sql = `SELECT value FROM app_settings WHERE key = 'forgotten'`;
      expect(db.prepare(sql).pluck().all()).toEqual(['theirs']);
      db.close();
    });
    expect(told).toContain('is being written to');
  });

  it('when the application answers that there is no such page', async () => {
    probe.fail(404);
    const told = await expectTakenBack('PROBE', 7, { cutover: { healthUrl: probe.url } });
    expect(told).toContain('the probe fails');
  });

  it('when the application answers with errors until time is up', async () => {
    probe.fail(500);
    const cutover = { healthUrl: probe.url, patience: { probeMs: 1000 } };
    expect(await expectTakenBack('PROBE', 7, { cutover })).toContain('the probe times out');
  });

  it('each time, and with all causes gone the same command succeeds', async () => {
    await expectMoved();
    await leaveSite();
  });
});

describe('a target that refuses the role of its URL', () => {
  it('keeps a switch-over from beginning, as do a changed table and another row, and has it taken back at the last moment', async () => {
    const name = useRole();
    const refused = async (code: string, exitCode: number, when: RegExp, act: () => void): Promise<void> => {
      const moved = await site.move({ target, jobs: 1 }, { onEvent: says(when, act) });
      const told = saidIn(moved.events);
      expect(moved.events.at(-1), told).toMatchObject({ type: 'run.failed', code, exitCode });
      expect(told).not.toMatch(/^stopping the application /m);
      expect(readDiary(site.diary).transactions.every(({ on }) => on.startsWith('sqlite:'))).toBe(true);
    };
    const showsDiff = /^env file /;
    await refused('TARGET_CONNECTION', 5, showsDiff, () => changeTarget(`ALTER ROLE ${name} NOLOGIN`));
    changeTarget(`ALTER ROLE ${name} LOGIN`);
    const alter = 'ALTER TABLE tokens ADD COLUMN colour TEXT';
    await refused('SOURCE_DRIFT', 6, showsDiff, () => changeSource(alter));
    changeSource('ALTER TABLE tokens DROP COLUMN colour');
    const insert = `INSERT INTO app_settings (key, value) VALUES ('stranger', '')`;
    await refused('DIFFERENT', 6, /^brought over while/, () => changeTarget(insert));
    changeTarget(`DELETE FROM app_settings WHERE key = 'stranger'`);
    const onEvent = says(CAUGHT_UP, () => changeTarget(`ALTER ROLE ${name} NOLOGIN`));
    await expectTakenBack('PROBE', 7, { onEvent, cutover: { patience: { probeMs: 1500 } } }, () =>
      changeTarget(`ALTER ROLE ${name} LOGIN`),
    );
    await expectMoved();
  });
});
