// ttm-wizard run as a script starts it, on a real PostgreSQL: its outputs, its exit codes, and what it keeps secret. What stops it is in test/faults/signals.test.ts.
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type WizardEvent, eventSchema } from '../../src/events.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { writeRows } from '../support/sample-of-rows.js';
import { wizard } from './wizard.js';

let folder: string;
let backupDir: string;
let source: string;
let database: TestDatabase;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ttm-run-'));
  source = join(folder, 'sample.db');
  writeRows(source, 12_000);
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(async () => {
  database = await createDatabase();
  backupDir = mkdtempSync(join(folder, 'backups-'));
});
afterEach(() => database.drop());

function args(...more: string[]): string[] {
  return [
    'run',
    '--yes',
    '--no-cutover',
    '--no-dump',
    '--source',
    source,
    '--backup-dir',
    backupDir,
    ...more,
  ];
}

function eventsOf(stdout: string): WizardEvent[] {
  return stdout.split('\n').map((line) => eventSchema.parse(JSON.parse(line)));
}

function passwordOf(url: string): string {
  return decodeURIComponent(new URL(url).password);
}

/** Every file below a folder that is not a database or a dump of the person's own data. */
function textsBelow(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(db|dump)$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
}

describe('a run from end to end', () => {
  test('with --json is nothing but valid events, numbered without a gap, the last saying that it is complete', async () => {
    const { stdout, stderr, exitCode } = await wizard(args('--json'), { env: { TTM_TARGET: database.url } });
    expect([exitCode, stderr]).toEqual([0, '']);
    const events = eventsOf(stdout);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events[0]).toMatchObject({ type: 'run.started' });
    expect(events.at(-1)).toMatchObject({ type: 'run.completed', exitCode: 0 });
    const [run = ''] = readdirSync(backupDir).filter((name) => /^\d{8}-/.test(name));
    expect(readFileSync(join(backupDir, run, 'events.ndjson'), 'utf8').trimEnd()).toBe(stdout);
    for (const name of ['report.txt', 'report.json'])
      expect(statSync(join(backupDir, run, name)).mode & 0o777).toBe(0o600);
  });

  test('in plain lines shows no secret anywhere, and leaves none in any file', async () => {
    const { stdout, stderr, exitCode } = await wizard(args('--target', database.url), {
      env: { PGPASSWORD: 'aus-der-umgebung' },
    });
    expect(exitCode).toBe(0);
    expect(stderr).toContain('process list (ps)');
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d {2}copy {7}token_scores copied: 12,000 rows/m);
    const password = passwordOf(database.url);
    expect(password).not.toBe('');
    for (const text of [stdout, stderr, ...textsBelow(backupDir)]) {
      expect(text).not.toContain(password);
      expect(text).not.toContain('aus-der-umgebung');
    }
  });

  test('can be looked at with status and report while nothing runs', async () => {
    await wizard(args(), { env: { TTM_TARGET: database.url } });
    const status = await wizard(['status', '--json', '--backup-dir', backupDir]);
    expect(JSON.parse(status.stdout)).toMatchObject({ outcome: 'completed', exitCode: 0 });
    expect((await wizard(['report', '--backup-dir', backupDir])).stdout).toContain('token_scores');
  });
});

describe('a run that cannot be', () => {
  test('for a wrong password ends with exit 5, saying how to give the right one and not what it was', async () => {
    const url = new URL(database.url);
    url.password = 'ganz-falsch';
    const { stdout, stderr, exitCode } = await wizard(args('--json'), { env: { TTM_TARGET: url.href } });
    expect(exitCode).toBe(5);
    expect(eventsOf(stdout).at(-1)).toMatchObject({ type: 'run.failed', exitCode: 5 });
    expect(stderr).toMatch(/Error:.*password authentication failed[^]*What to do:[^]*PGPASSWORD[^]*Log: /);
    for (const text of [stdout, stderr, ...textsBelow(backupDir)]) expect(text).not.toContain('ganz-falsch');
  });

  test('for a missing source ends with exit 4', async () => {
    const other = [
      'run',
      '--yes',
      '--no-cutover',
      '--source',
      join(folder, 'none.db'),
      '--backup-dir',
      backupDir,
    ];
    const { stdout, exitCode } = await wizard(other, { env: { TTM_TARGET: database.url } });
    expect(exitCode).toBe(4);
    expect(stdout).toContain('What to do:');
  });
});
