// Ctrl-C, kill, a lost terminal and a reader that has gone away.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { StepName, WizardEvent } from '../../src/events.js';
import { listRuns } from '../../src/run/folder.js';
import { isAlive } from '../../src/demo/postgres-process.js';
import { connectAsText } from '../support/migrate.js';
import { type Fingerprint, fingerprintOf, strangersIn } from './fingerprint.js';
import { type Attempt, Workshop } from './workshop.js';
import { type Ending, PROGRAM, type WizardProcess } from './wizard-process.js';

const TIMEOUT_MS = 90_000;
/** What the wizard promises after the second Ctrl-C, and what a loaded machine may add. */
const AT_ONCE_MS = 2000 + 1500;

let workshop: Workshop;
let prepared: Attempt;
let reference: Fingerprint;
let attempt: Attempt;

beforeAll(async () => {
  workshop = new Workshop(11_000);
  prepared = await workshop.prepare();
  const undisturbed = await workshop.attempt();
  const ending = await undisturbed.start().ended;
  expect(ending.code, ending.stderr).toBe(0);
  reference = await fingerprintOf(undisturbed.database.url);
  await undisturbed.remove();
}, TIMEOUT_MS);

afterEach(() => attempt.remove());
afterAll(async () => {
  await prepared.remove();
  workshop.remove();
});

describe('Ctrl-C once', () => {
  for (const step of ['preflight', 'backup', 'copy', 'constrain', 'verify'] as const) {
    it(
      `in ${step} stops at a safe point with 130, and --resume completes the same target`,
      async () => {
        const wizard = await begin(step);
        await wizard.until(isWellWithin(step));
        wizard.kill('SIGINT');
        const ending = await wizard.ended;
        expectStopped(wizard, ending, 130);
        expect(ending.stderr).toContain('Ctrl-C again');
        expect(ending.stderr).toContain('--resume');
        expect(await strangersIn(attempt.database.url, 0)).toEqual([]);
        await expectCompletion();
      },
      TIMEOUT_MS,
    );
  }
});

describe('Ctrl-C twice', () => {
  for (const step of ['preflight', 'backup', 'copy', 'constrain', 'verify'] as const) {
    it(
      `in ${step} ends at once with 130, no session stays, and --resume completes the same target`,
      async () => {
        const wizard = await begin(step);
        await wizard.until(isWellWithin(step));
        wizard.kill('SIGINT');
        wizard.kill('SIGINT');
        const pressedAt = performance.now();
        // Two signals of one kind that arrive together are one: the second is repeated until it has an effect.
        const again = setInterval(() => wizard.kill('SIGINT'), 100);
        const ending = await wizard.ended;
        clearInterval(again);
        expect(performance.now() - pressedAt).toBeLessThan(AT_ONCE_MS);
        expectStopped(wizard, ending, 130);
        expect(await strangersIn(attempt.database.url, 3000)).toEqual([]);
        await expectCompletion();
      },
      TIMEOUT_MS,
    );
  }
});

describe('Ctrl-C while the server makes the wizard wait', () => {
  it(
    'once waits on, twice ends at once, no session stays, and --resume completes the same target',
    async () => {
      const wizard = await begin('constrain');
      const stranger = await connectAsText(attempt.database.url);
      try {
        await wizard.until((event) => event.type === 'table.started');
        // Lets rows in, but no ALTER TABLE and no VACUUM.
        await stranger.query('BEGIN; LOCK TABLE tokens, token_scores IN SHARE UPDATE EXCLUSIVE MODE');
        await untilTrue(async () => (await stranger.query(WAITING)).rowCount !== 0);
        wizard.kill('SIGINT');
        await untilTrue(() => wizard.stderr.includes('Ctrl-C again'));
        expect(wizard.isOver).toBe(false);
        wizard.kill('SIGINT');
        const pressedAt = performance.now();
        const ending = await wizard.ended;
        expect(performance.now() - pressedAt).toBeLessThan(AT_ONCE_MS);
        expectStopped(wizard, ending, 130);
        await untilTrue(async () => (await stranger.query(WAITING)).rowCount === 0, 3000);
      } finally {
        await stranger.end();
      }
      await expectCompletion();
    },
    TIMEOUT_MS,
  );
});

describe('kill (SIGTERM)', () => {
  for (const step of ['backup', 'copy', 'verify'] as const) {
    it(
      `in ${step} ends at once with 143, no session stays, and --resume completes the same target`,
      async () => {
        const wizard = await begin(step);
        await wizard.until(isWellWithin(step));
        wizard.kill('SIGTERM');
        const toldAt = performance.now();
        const ending = await wizard.ended;
        expect(performance.now() - toldAt).toBeLessThan(AT_ONCE_MS);
        expectStopped(wizard, ending, 143);
        expect(await strangersIn(attempt.database.url, 3000)).toEqual([]);
        await expectCompletion();
      },
      TIMEOUT_MS,
    );
  }
});

describe('nobody reads any more', () => {
  it(
    'because the SSH session hangs up (SIGHUP): the work goes on to the end',
    async () => {
      const wizard = await begin('copy');
      await wizard.until(isWellWithin('copy'));
      wizard.kill('SIGHUP');
      expect((await wizard.ended).code).toBe(0);
      await expectDone();
    },
    TIMEOUT_MS,
  );

  it(
    'because the terminal is gone with the session (SIGHUP, then EPIPE): the work goes on to the end',
    async () => {
      const wizard = await begin('preflight');
      await wizard.until(isWellWithin('preflight'));
      wizard.closeOutput();
      wizard.kill('SIGHUP');
      expect((await wizard.ended).code).toBe(0);
      await expectDone();
    },
    TIMEOUT_MS,
  );

  it(
    'because the pipe behind standard output is closed (EPIPE): the work goes on to the end',
    async () => {
      const wizard = await begin('backup');
      await wizard.until(isWellWithin('backup'));
      wizard.closeOutput();
      expect((await wizard.ended).code).toBe(0);
      await expectDone();
    },
    TIMEOUT_MS,
  );
});

describe('the terminal window', () => {
  it(
    'is closed in the middle of the copy: the work goes on to the end',
    async () => {
      attempt = await workshop.attempt();
      const args = ['run', '--yes', '--plain', '--no-cutover', '--no-dump', '--source', attempt.source];
      const command = [process.execPath, PROGRAM, ...args, '--backup-dir', attempt.backupDir].join(' ');
      // script(1) is the terminal; when it is killed, its session hangs up as an SSH session does.
      const terminal = spawn('script', ['--quiet', '--return', '--command', `exec ${command}`, '/dev/null'], {
        env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', TTM_TARGET: attempt.database.url },
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      const holder = join(attempt.backupDir, '.ttm-wizard.holder');
      await untilTrue(() => eventsSoFar().includes('"table.started"'));
      const pid = Number(/process (\d+)/.exec(readFileSync(holder, 'utf8'))?.[1]);
      try {
        terminal.kill('SIGKILL');
        await untilTrue(() => !isAlive(pid));
      } finally {
        if (isAlive(pid)) process.kill(pid, 'SIGKILL');
      }
      await expectDone();
    },
    TIMEOUT_MS,
  );
});

/** A run in which `step` is still to come. */
async function begin(step: StepName): Promise<WizardProcess> {
  const isEarly = step === 'preflight' || step === 'backup';
  attempt = await workshop.attempt(isEarly ? {} : { preparedIn: prepared.backupDir });
  return attempt.start('--resume');
}

/** Sessions of the wizard that wait for somebody else's lock. */
const WAITING = `SELECT pid FROM pg_stat_activity
  WHERE datname = current_database() AND application_name LIKE 'ttm-wizard%' AND wait_event_type = 'Lock'`;

function eventsSoFar(): string {
  const file = join(listRuns(attempt.backupDir).at(-1)?.path ?? '', 'events.ndjson');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

async function untilTrue(isIt: () => boolean | Promise<boolean>, patienceMs = 60_000): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await isIt())) {
    if (performance.now() > deadline) throw new Error(`not within ${patienceMs} ms: ${isIt.toString()}`);
    await sleep(20);
  }
}

/** The first sign that the step is at work; its first event alone says only that it is about to be. */
function isWellWithin(step: StepName): (event: WizardEvent) => boolean {
  return (event) => event.type === 'step.progress' && event.step === step;
}

function expectStopped({ events }: WizardProcess, { code, signal, stderr }: Ending, exitCode: number): void {
  expect(code, `${signal} ${stderr}`).toBe(exitCode);
  expect(events.at(-1)).toMatchObject({ type: 'run.failed', code: 'STOPPED', exitCode });
  expect(listRuns(attempt.backupDir).at(-1)?.state).toMatchObject({ outcome: 'failed', exitCode });
  expect(stderr).not.toMatch(/bug|at .*\.js:\d+/i);
}

async function expectCompletion(): Promise<void> {
  const wizard = attempt.start('--resume');
  const ending = await wizard.ended;
  expect(ending.code, ending.stderr).toBe(0);
  await expectDone();
}

async function expectDone(): Promise<void> {
  const [run] = listRuns(attempt.backupDir).filter(({ state }) => state.outcome === 'completed');
  expect(run?.state).toMatchObject({ outcome: 'completed', exitCode: 0 });
  expect(await fingerprintOf(attempt.database.url)).toEqual(reference);
  expect(await strangersIn(attempt.database.url)).toEqual([]);
}
