// doctor, on this machine and the test server.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { writeSample } from '../../src/demo/sample.js';
import { serverUrl } from '../support/database.js';
import { wizard } from './wizard.js';

const Answer = z.object({
  v: z.literal(1),
  ready: z.boolean(),
  findings: z.array(z.object({ severity: z.string(), code: z.string(), remedies: z.array(z.string()) })),
});

let folder: string;
let source: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ttm-doctor-'));
  source = join(folder, 'sample.db');
  writeSample(source, { scores: 100 });
});
afterAll(() => rmSync(folder, { recursive: true }));

test('a machine with everything is ready: exit 0', async () => {
  const args = ['doctor', '--source', source, '--backup-dir', join(folder, 'backups')];
  const { stdout, exitCode } = await wizard(args, { env: { TTM_TARGET: serverUrl() } });
  expect(exitCode).toBe(0);
  for (const part of [
    'Node v',
    'SQLite 3.',
    'is readable: 4 tables',
    'answers: PostgreSQL',
    'This machine is ready.',
  ])
    expect(stdout).toContain(part);
  expect(readdirSync(folder)).toEqual(['sample.db']);
});

test('everything that is wrong is said at once, with what to do: exit 3', async () => {
  const broken = join(folder, 'broken.db');
  writeFileSync(broken, 'this is no database, and long enough to be seen as none');
  const target = 'postgresql://app@127.0.0.1:1/moon';
  const args = [
    'doctor',
    '--json',
    '--source',
    broken,
    '--backup-dir',
    join(source, 'inside'),
    '--target',
    target,
  ];
  const { stdout, exitCode } = await wizard(args);
  rmSync(broken);
  expect(exitCode).toBe(3);
  const { ready, findings } = Answer.parse(JSON.parse(stdout));
  expect(ready).toBe(false);
  const errors = findings.filter(({ severity }) => severity === 'error');
  expect(errors.map(({ code }) => code)).toEqual(['source', 'backup-dir', 'target']);
  for (const { remedies } of errors) expect(remedies).not.toEqual([]);
});

test('a backup folder in a file system of the kernel cannot be used, whoever asks', async () => {
  const { stdout, stderr, exitCode } = await wizard([
    'doctor',
    '--source',
    source,
    '--backup-dir',
    '/proc/x',
  ]);
  expect(exitCode).toBe(3);
  expect(stdout + stderr).toContain('so /proc/x cannot be used');
});

test('without a target the rest is checked', async () => {
  const { stdout, exitCode } = await wizard(['doctor', '--source', source, '--backup-dir', folder]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('no target is named');
});

test('a password is never shown', async () => {
  const target = 'postgresql://app:geheim@127.0.0.1:1/moon';
  const { stdout, stderr } = await wizard([
    'doctor',
    '--source',
    source,
    '--backup-dir',
    folder,
    '--target',
    target,
  ]);
  expect(stdout + stderr).not.toContain('geheim');
  expect(stderr).toContain('process list (ps)');
});

describe('a newer version', () => {
  let bin: string;
  beforeAll(() => {
    bin = join(folder, 'bin');
    mkdirSync(bin);
  });

  /** doctor, with a program of that name and script in place of npm. */
  async function asked(script: string, ...flags: string[]) {
    rmSync(join(bin, 'asked'), { force: true });
    writeFileSync(join(bin, 'npm'), `#!/bin/sh\necho "$*" > '${bin}/asked'\n${script}\n`, { mode: 0o755 });
    const args = ['doctor', '--source', source, '--backup-dir', folder, ...flags];
    return wizard(args, { env: { PATH: `${bin}:${process.env['PATH'] ?? ''}` } });
  }

  test.each([
    ['echo 999.0.0', /ttm-wizard 999\.0\.0 is published, this is \d.*\n +> npx ttm-wizard@999\.0\.0 doctor/],
    ['echo 0.0.1', /ok +ttm-wizard \S+ is the newest/],
    ['echo "npm error code E404" >&2; exit 1', /npm finds no published ttm-wizard/],
    ['echo "npm error code ENOTFOUND" >&2; exit 1', /npm cannot be asked for a newer version \(ENOTFOUND\)/],
    ['echo "<html>"', /npm cannot be asked for a newer version \(no version in its answer\)/],
  ])('is asked for by --check-updates, and changes no verdict: npm answers %s', async (script, line) => {
    const { stdout, exitCode } = await asked(script, '--check-updates');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(line);
    expect(stdout).toContain('This machine is ready.');
  });

  test('is asked for by nothing else', async () => {
    const { stdout } = await asked('echo 999.0.0');
    expect(stdout).not.toContain('999');
    expect(existsSync(join(bin, 'asked'))).toBe(false);
  });
});
