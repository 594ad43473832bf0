// config show: every value with the place it comes from, and no password.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { OPTIONS, isOfDemo } from '../../src/config/options.js';
import { wizard } from './wizard.js';

const Answer = z.object({
  v: z.literal(1),
  options: z.record(z.string(), z.object({ value: z.unknown(), origin: z.string() })),
});

let file: string;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ttm-config-show-'));
  file = join(folder, 'ttm.jsonc');
  writeFileSync(file, '{ "source": "/srv/moon.db", "jobs": 2, "service": ["moon", "moon-ws"] } // two', {
    mode: 0o600,
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

async function shown(args: readonly string[], env: Record<string, string> = {}) {
  const { stdout, stderr, exitCode } = await wizard(['config', 'show', '--json', ...args], { env });
  expect([exitCode, stderr]).toEqual([0, '']);
  return Answer.parse(JSON.parse(stdout)).options;
}

test('each of the places is named: flag, environment, config file, plan, default', async () => {
  const options = await shown(['--config', file, '--on-drift', 'carry'], { TTM_JOBS: '5', TTM_NO_DUMP: '1' });
  expect(options).toMatchObject({
    'on-drift': { value: 'carry', origin: 'flag' },
    jobs: { value: 5, origin: 'environment' },
    'no-dump': { value: true, origin: 'environment' },
    source: { value: '/srv/moon.db', origin: 'config file' },
    service: { value: ['moon', 'moon-ws'], origin: 'config file' },
    'backup-dir': { value: '/srv/tothemoon/backups', origin: 'default of the plan' },
    'on-bad-value': { value: 'stop', origin: 'default' },
    yes: { value: false, origin: 'default' },
    target: { value: null, origin: 'default' },
  });
});

test('every option of a real run is there, none of the demo', async () => {
  const names = OPTIONS.filter((option) => !isOfDemo(option)).map(({ name }) => name);
  expect(Object.keys(await shown([]))).toEqual(names);
});

test('for people it is a table, which names the variable too', async () => {
  const { stdout, exitCode } = await wizard(['config', 'show', '--config', file], {
    env: { TTM_JOBS: '5', TTM_YES: 'on' },
  });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^jobs +5 +environment, TTM_JOBS$/m);
  expect(stdout).toMatch(/^yes +on +environment, TTM_YES$/m);
  expect(stdout).toMatch(/^service +moon, moon-ws +config file$/m);
  expect(stdout).toMatch(/^target +none +default$/m);
});

test('for a screen reader it is sentences', async () => {
  const { stdout } = await wizard(['config', 'show', '--jobs', '4'], { env: { INK_SCREEN_READER: 'true' } });
  expect(stdout.split('\n')).toContain('option jobs, value 4, origin flag');
});

describe('a password is masked', () => {
  const SECRET = 'geheim/w:rt';
  const url = `postgresql://app:${encodeURIComponent(SECRET)}@db.example:5432/moon`;

  test.each([
    ['flag', { args: ['--target', url], env: {} }],
    ['environment', { args: [], env: { TTM_TARGET: url } }],
    ['parameter', { args: ['--target', `postgresql://app@db/moon?password=${SECRET}`], env: {} }],
    ['command', { args: ['--stop-command', `stop ${SECRET}`], env: { PGPASSWORD: SECRET } }],
    ['old URL', { args: ['--start-command', `start --db postgresql://app:${SECRET}@db/moon`], env: {} }],
  ])('in a %s', async (_, { args, env }) => {
    for (const form of [[], ['--json']]) {
      const { stdout, stderr, exitCode } = await wizard(['config', 'show', ...form, ...args], { env });
      expect([exitCode, stderr]).toEqual([0, '']);
      expect(stdout).toContain('***');
      for (const text of [SECRET, encodeURIComponent(SECRET)]) expect(stdout).not.toContain(text);
    }
  });

  test('and the rest of the URL is shown', async () => {
    expect((await shown(['--target', url]))['target']?.value).toBe(
      'postgresql://app:***@db.example:5432/moon',
    );
  });
});

describe('what is wrong', () => {
  test('is said at once, with exit 2 and nothing on standard output', async () => {
    const args = ['config', 'show', '--jobs', 'x', '--on-drift', 'cary', '--plan', 'tothemon'];
    const { stdout, stderr, exitCode } = await wizard(args);
    expect([exitCode, stdout]).toEqual([2, '']);
    for (const part of ['--jobs is "x"', 'Did you mean --on-drift carry?', 'Did you mean --plan tothemoon?'])
      expect(stderr).toContain(part);
  });

  test.each([
    [['config'], 'ttm-wizard config show'],
    [['config', 'shwo'], 'Did you mean ttm-wizard config show?'],
    [['config', 'show', 'more'], 'too many arguments'],
  ])('%j', async (args, expected) => {
    const { stderr, exitCode } = await wizard(args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(expected);
  });
});
