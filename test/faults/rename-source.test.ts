// --rename-source: the old file gets another name after the switch-over, every command finds it there, a rollback gives it its name back,
// and a kill at any moment leaves a file that is found.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { viewOf } from '../../src/commands/last-run.js';
import { statusText } from '../../src/commands/status.js';
import { writeSample } from '../../src/demo/sample.js';
import { unpainted } from '../../src/output/paint.js';
import { writeByHand } from '../../src/run/by-hand.js';
import { catchUpAgain } from '../../src/run/catch-up-again.js';
import { changeCutover, loadCutover } from '../../src/run/cutover-state.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { CATCH_UP_STEP } from '../../steps/index.js';
import { readDiary, untilDiary } from '../support/diary.js';
import { envStateOf, saidIn, startWizard, takeBack } from '../support/live-commands.js';
import { untilAnswers } from '../support/live-services.js';
import { type LiveSite, createLiveSite } from '../support/live-site.js';
import { type Migration, newestRun } from '../support/migrate.js';
import { missingFromDiary } from '../support/missing-from-diary.js';
import { verifyNow } from '../support/verify-now.js';

let site: LiveSite;
let before: unknown;
beforeEach(async () => {
  site = await createLiveSite();
  writeSample(site.source, { scores: 800 });
  chmodSync(site.source, 0o660);
  if (process.geteuid?.() === 0) chownSync(site.source, 1234, 1235);
  before = [envStateOf(site), sourceState()];
  await site.start();
});
afterEach(() => site.remove());

function sourceState(): unknown {
  const { mode, uid, gid, ino } = statSync(site.source);
  return { mode: mode & 0o7777, uid, gid, ino };
}

/** What lies beside the source under the name of a renamed one. */
function renamedFiles(): string[] {
  return readdirSync(site.folder).filter((name) => name.includes('.migrated-'));
}

function newName(): string {
  return `${site.source}.migrated-${newestRun(site).state.run}`;
}

async function moveAndRename(): Promise<Migration> {
  const moved = await site.move({ cutover: { ...site.cutover, renameSource: true } });
  expect(moved.exitCode, saidIn(moved.events)).toBe(0);
  return moved;
}

async function expectOn(side: 'source' | 'target', told: string): Promise<void> {
  await untilAnswers(`${site.healthUrl}/tokens/stats`);
  const { length } = readDiary(site.diary).transactions;
  const { transactions } = await untilDiary(site.diary, (diary) => diary.transactions.length > length + 5);
  expect(transactions.at(-1)?.on.split(':')[0], told).toBe(side === 'source' ? 'sqlite' : 'postgresql');
}

/** All as it was before the switch-over, with every row that was written since. */
async function expectTakenBack(): Promise<void> {
  const taken = await takeBack(site);
  const told = saidIn(taken.events);
  expect(taken.exitCode, told).toBe(0);
  await expectOn('source', told);
  await site.stop();
  expect([envStateOf(site), sourceState()], told).toEqual(before);
  expect(renamedFiles()).toEqual([]);
  expect(await missingFromDiary(site.diary, site.source), told).toEqual([]);
  expect(readDiary(site.diary).errors, told).toEqual([]);
}

function expectRenamed(): void {
  expect(existsSync(site.source)).toBe(false);
  expect(statSync(newName()).mode & 0o777).toBe(0o440);
  expect(loadCutover(newestRun(site).path)).toMatchObject({
    phase: 'done',
    renamed: { from: site.source, to: newName() },
  });
}

describe('a renamed source', () => {
  it('is known by its new name to every command, and has its old name, mode and owner after a rollback', async () => {
    const moved = await moveAndRename();
    expectRenamed();
    await expectOn('target', saidIn(moved.events));
    const page = statusText(viewOf(moved.folder), site.backupDir, new Date(), unpainted);
    expect(page).toContain(`the source is ${newName()} now`);

    // The application has written since: what verify has to say is about rows, not about a file that is missing.
    expect((await verifyNow(site)).events.at(-1)).toMatchObject({ type: 'run.failed', code: 'DIFFERENT' });
    const io = { sinks: [], stop: never(), abort: never(), secrets: [] };
    const query = { backupDir: site.backupDir, target: site.target, jobs: 1 };
    await expect(catchUpAgain(query, CATCH_UP_STEP, io)).rejects.toThrow(newName());
    expect(await moveAndRename()).toMatchObject({ exitCode: 0 });
    expectRenamed();
    await expectTakenBack();
    await moveAndRename();
    expectRenamed();
  });

  it('in journal mode WAL loses nothing that stood in the WAL', async () => {
    await site.stop();
    const db = new Database(site.source);
    db.pragma('journal_mode = WAL');
    db.close();
    // Killed, the application leaves its last transactions in the WAL alone.
    const script = join(site.folder, 'stop.sh');
    writeFileSync(script, readFileSync(script, 'utf8').replace('kill "$pid"', 'kill -9 "$pid"'));
    await site.start();
    const moved = await moveAndRename();
    expectRenamed();
    await expectOn('target', saidIn(moved.events));
    await expectTakenBack();
  });

  it('is not written over a file that somebody has made under its old name', async () => {
    const moved = await moveAndRename();
    writeFileSync(site.source, 'theirs');
    const refused = await takeBack(site);
    expect(refused.events.at(-1)).toMatchObject({ code: 'SOURCE_NAME_TAKEN', exitCode: 2 });
    await expectOn('target', saidIn(moved.events));
    expectFile(site.source, 6);
    renameSync(site.source, `${site.source}.found`);
    await expectTakenBack();
    expectFile(`${site.source}.found`, 6);
  });

  it('gets its name and mode back by the commands of the file for doing it by hand', async () => {
    await moveAndRename();
    const { path, state } = newestRun(site);
    const file = writeByHand(path, state, 'a test');
    const text = execFileSync('cat', [file], { encoding: 'utf8' });
    const [application = ''] = (text.split('do this by hand')[1] ?? '').split('Drop what the run made');
    const lines = application.split('\n').filter((one) => one.startsWith('    '));
    execFileSync('sh', ['-e'], { input: lines.join('\n'), stdio: ['pipe', 'ignore', 'inherit'] });
    await expectOn('source', text);
    expect([envStateOf(site), sourceState()]).toEqual(before);
  });
});

describe('a wizard killed', () => {
  const STAGES: Readonly<Record<string, () => void>> = {
    'before the file was renamed': () => renameSync(newName(), site.source),
    'after the file was renamed': () => undefined,
    'before what lies beside the file was renamed': () => {
      const [beside, moved] = [`${site.source}-wal`, `${newName()}-wal`];
      if (existsSync(moved)) renameSync(moved, beside);
      else writeFileSync(beside, '');
    },
  };
  for (const [stage, undo] of Object.entries(STAGES)) {
    it(`${stage} goes on, and can be taken back`, async () => {
      const moved = await moveAndRename();
      const halfway = (): void => {
        undo();
        changeCutover(moved.folder, { phase: 'started' });
      };
      halfway();
      await moveAndRename();
      expectRenamed();
      halfway();
      await expectTakenBack();
    });
  }

  it('in a rollback that has given the name back goes on with it', async () => {
    const moved = await moveAndRename();
    renameSync(newName(), site.source);
    changeCutover(moved.folder, { phase: 'carrying', reason: 'rollback' });
    await expectTakenBack();
  });

  it.each([0, 30])('%i ms after the application has answered brings it to its end', async (delayMs) => {
    const wizard = startWizard(site, 'run', '--rename-source');
    await wizard.until((event) => 'message' in event && /^the application is connected/.test(event.message));
    await sleep(delayMs);
    wizard.kill('SIGKILL');
    await wizard.ended;
    const again = startWizard(site, 'run', '--rename-source', '--resume');
    const ending = await again.ended;
    expect(ending.code, ending.stderr).toBe(0);
    expectRenamed();
    await expectTakenBack();
  });
});

function never(): AbortSignal {
  return new AbortController().signal;
}

function expectFile(path: string, bytes: number): void {
  expect(statSync(path).size, basename(path)).toBe(bytes);
}
