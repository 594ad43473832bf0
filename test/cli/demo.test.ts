// ttm-wizard demo as a newcomer types it: twice in a row, a look at the result with the very line it prints, and clean-up.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { wizard } from './wizard.js';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'ttm-demo-test-'));
});
afterEach(async () => {
  await wizard(['demo', '--clean'], { cwd });
  rmSync(cwd, { recursive: true });
});

test('the demo migrates a sample, can be repeated and looked at, shows no password, and cleans up after itself', async () => {
  const first = await wizard(['demo'], { cwd });
  expect([first.exitCode, first.stderr]).toEqual([0, '']);
  expect(first.stdout).toMatch(/^token_scores +50,000 +50,000 +[0-9a-f]{12} +equal$/m);
  expect(first.stdout).toContain('the server keeps running');

  const second = await wizard(['demo'], { cwd });
  expect(second.exitCode).toBe(0);
  expect(second.stdout).toContain('already running');
  expect(second.stdout).toContain('Dropping the database tothemoon_demo');
  const password =
    readFileSync(join(cwd, 'ttm-demo', 'pgpass'), 'utf8')
      .trim()
      .split(':')
      .at(-1) ?? '';
  expect(password.length).toBeGreaterThan(20);
  expect(first.stdout + second.stdout).not.toContain(password);

  const line = second.stdout.split('\n').find((text) => text.includes(' -c ') || text.includes(' -e ')) ?? '';
  const look = await execa('sh', ['-c', line], { reject: false });
  expect([look.exitCode, look.stderr]).toEqual([0, '']);
  expect(look.stdout).toContain('created_at');

  const clean = await wizard(['demo', '--clean'], { cwd });
  expect(clean.exitCode).toBe(0);
  expect(existsSync(join(cwd, 'ttm-demo'))).toBe(false);
  expect((await execa('sh', ['-c', line], { reject: false })).exitCode).not.toBe(0);
}, 120_000);

test('the demo leaves a folder alone that is not its own', async () => {
  writeFileSync(join(cwd, 'precious'), 'x');
  for (const more of [[], ['--clean']]) {
    const { stderr, exitCode } = await wizard(['demo', '--folder', '.', ...more], { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('something else in it');
  }
  expect(existsSync(join(cwd, 'precious'))).toBe(true);
});
