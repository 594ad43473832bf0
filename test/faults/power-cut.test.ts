// Power fails, or the server crashes: whatever had not reached the disk is gone, on one side or on both.
import { appendFileSync, linkSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removePostgres, startPostgres } from '../../src/demo/postgres-server.js';
import { isAlive } from '../../src/demo/postgres-process.js';
import { listRuns } from '../../src/run/folder.js';
import { STEPS } from '../../steps/index.js';
import { createSite } from '../support/migrate.js';
import { type Fingerprint, fingerprintOf } from './fingerprint.js';
import { Workshop } from './workshop.js';

/** A server of its own whose WAL stays in memory until somebody insists on the disk. */
class CrashingServer {
  readonly folder = mkdtempSync(join(tmpdir(), 'ttm-crash-'));
  private server: Awaited<ReturnType<typeof startPostgres>> | undefined;

  async start(): Promise<void> {
    const settings = { fsync: 'off', wal_writer_delay: '10s', wal_writer_flush_after: '1GB' };
    this.server = await startPostgres({ folder: this.folder, settings });
  }

  /** What a power cut leaves: nobody gets to write anything any more. */
  async crash(): Promise<void> {
    const server = this.current();
    const pid = Number(readFileSync(join(server.dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
    process.kill(pid, 'SIGQUIT');
    for (let waited = 0; isAlive(pid) && waited < 20_000; waited += 50) await sleep(50);
    await server.stop();
  }

  async createDatabase(name: string): Promise<string> {
    const client = new pg.Client({ connectionString: this.current().url() });
    await client.connect();
    await client.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`);
    await client.end();
    return this.current().url(name);
  }

  async remove(): Promise<void> {
    await this.current().stop();
    await removePostgres(this.folder);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private current(): NonNullable<typeof this.server> {
    if (this.server === undefined) throw new Error('not started');
    return this.server;
  }
}

const TIMEOUT_MS = 90_000;
let workshop: Workshop;
let reference: Fingerprint;
const server = new CrashingServer();

beforeAll(async () => {
  workshop = new Workshop(12_000);
  const undisturbed = await workshop.attempt();
  const ending = await undisturbed.start().ended;
  expect(ending.code, ending.stderr).toBe(0);
  reference = await fingerprintOf(undisturbed.database.url);
  await undisturbed.remove();
  await server.start();
}, TIMEOUT_MS);

afterAll(async () => {
  await server.remove();
  workshop.remove();
});

describe('the server crashes', () => {
  for (const step of ['schema', 'copy', 'constrain', 'verify'] as const) {
    it(
      `right after ${step} was done and written down: the run goes on to the same target`,
      async () => {
        const url = await server.createDatabase(`after_${step}`);
        const site = await createSite({ url, name: `after_${step}`, drop: () => Promise.resolve() });
        linkSync(workshop.source, site.source);
        const done = STEPS.slice(0, STEPS.findIndex(({ name }) => name === step) + 1);
        expect((await site.migrate({}, { steps: done })).exitCode).toBe(0);
        await server.crash();
        await server.start();
        const resumed = await site.migrate({ resume: true });
        expect(resumed.events.at(-1)).toMatchObject({ type: 'run.completed', exitCode: 0 });
        expect(await fingerprintOf(url)).toEqual(reference);
        await site.remove().catch(() => undefined);
      },
      TIMEOUT_MS,
    );
  }

  it(
    'in the middle of the copy: a clean error, and --resume completes the same target',
    async () => {
      const url = await server.createDatabase('in_copy');
      const attempt = await workshop.attempt({
        database: { url, name: 'in_copy', drop: () => Promise.resolve() },
      });
      const wizard = attempt.start();
      await wizard.until((event) => event.type === 'step.progress' && event.step === 'copy');
      await server.crash();
      const failed = await wizard.ended;
      expect(failed.code, failed.stderr).toBe(5);
      expect(failed.stderr).toContain('--resume');
      await server.start();
      const ending = await attempt.start('--resume').ended;
      expect(ending.code, ending.stderr).toBe(0);
      expect(await fingerprintOf(url)).toEqual(reference);
      await attempt.remove();
    },
    TIMEOUT_MS,
  );
});

describe('the machine of the wizard loses power', () => {
  it(
    'in the middle of writing an event: report and status know every event after it',
    async () => {
      const attempt = await workshop.attempt();
      const wizard = attempt.start();
      await wizard.until((event) => event.type === 'step.started' && event.step === 'constrain');
      wizard.kill('SIGKILL');
      await wizard.ended;
      const events = join(listRuns(attempt.backupDir).at(-1)?.path ?? '', 'events.ndjson');
      appendFileSync(events, '{"v":1,"seq":99,"at":"2026-01-3');
      const ending = await attempt.start('--resume').ended;
      expect(ending.code, ending.stderr).toBe(0);
      const lines = readFileSync(events, 'utf8').trimEnd().split('\n');
      const shown = ending.stdout.trimEnd().split('\n');
      expect(lines.slice(-shown.length)).toEqual(shown);
      await attempt.remove();
    },
    TIMEOUT_MS,
  );
});
