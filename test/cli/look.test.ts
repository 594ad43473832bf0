// How the output looks when it is asked to: in ASCII, as sentences, without colours, from whichever place that is said.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adoptLook } from '../../src/commands/adopt-look.js';
import { Problems } from '../../src/config/problems.js';
import { readSettings } from '../../src/config/settings.js';
import { different } from '../output/recorded-run.js';
import { writeRun } from './run-folder.js';
import { sessionOf } from './session.js';
import { wizard } from './wizard.js';

const UTF8 = { LANG: 'C.UTF-8' };

let folder: string;
let config: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ttm-look-'));
  config = join(folder, 'ttm.jsonc');
  writeFileSync(config, '{ "ascii": true, "screen-reader": true, "no-color": true }');
  writeRun(folder, different, 'failed');
});
afterAll(() => rmSync(folder, { recursive: true }));

const report = async (args: readonly string[], env: Record<string, string>) =>
  (await wizard(['report', '--backup-dir', folder, ...args], { env })).stdout;

describe('ASCII', () => {
  test.each([
    ['by flag', ['--ascii'], UTF8],
    ['by variable', [], { ...UTF8, TTM_ASCII: '1' }],
    ['by the locale', [], { LANG: 'C' }],
    ['by the terminal', [], { ...UTF8, TERM: 'linux' }],
  ])('%s escapes what the data hold', async (_, args, env) => {
    const text = await report(args, env);
    expect(text).toContain('18: \\u{6708}');
    expect(text).not.toMatch(/\P{ASCII}/u);
  });

  test('is not chosen where the locale is UTF-8, nor where it is taken back', async () => {
    for (const env of [UTF8, { LANG: 'C', TTM_ASCII: '0' }])
      expect(await report([], env)).toContain('18: 月');
  });

  test('leaves JSON as it is: a script gets the value itself', async () => {
    const json = await report(['--json', '--ascii'], UTF8);
    expect(json).toContain('"value":"月"');
    expect(JSON.parse(json)).toMatchObject({ v: 1 });
  });

  test('holds for errors too', async () => {
    const args = ['status', '--ascii', '--backup-dir', join(folder, 'ttm.jsonc', '月')];
    const { stderr, exitCode } = await wizard(args, { env: UTF8 });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('\\u{6708}');
  });
});

test('an error of the options themselves follows the locale', async () => {
  const args = ['status', '--config', join(folder, '月.jsonc')];
  expect((await wizard(args, { env: { LANG: 'C' } })).stderr).toContain('\\u{6708}.jsonc');
  expect((await wizard(args, { env: UTF8 })).stderr).toContain('月.jsonc');
});

describe('sentences', () => {
  test.each([['report'], ['status']])('%s speaks instead of standing in columns', async (command) => {
    const args = [command, '--backup-dir', folder, '--screen-reader'];
    const { stdout } = await wizard(args, { env: UTF8 });
    expect(stdout).toContain('outcome: failed: 2 rows differ (exit 6)');
    expect(stdout).toContain('step verify, state failed, time 1.5 s');
    expect(stdout).toContain('ERROR: values of token_scores differ (2 rows)');
    expect(stdout).not.toMatch(/\S {2,}\S/);
  });

  test('doctor says its findings', async () => {
    const args = ['doctor', '--screen-reader', '--source', join(folder, 'none.db'), '--backup-dir', folder];
    const { stdout } = await wizard(args, { env: UTF8 });
    expect(stdout).toMatch(/^ERROR: .*none\.db/m);
    expect(stdout).toMatch(/^to do: ttm-wizard doctor --target/m);
  });
});

test('a config file says it as well, for both outputs, and its no-color reaches the run', () => {
  const { session, out, err } = sessionOf({ config }, { env: UTF8 });
  const problems = new Problems();
  adoptLook(session, readSettings('run', session.flags, session.env, problems));
  problems.throwIfAny();
  for (const { look } of [out, err]) expect(look).toMatchObject({ isAscii: true, isScreenReader: true });
  expect(session.flags).toEqual({ config, 'no-color': true });
});

test('without any of it the flags stay as typed', () => {
  const { session, out } = sessionOf({ jobs: '2' }, { env: UTF8 });
  adoptLook(session, readSettings('run', session.flags, session.env, new Problems()));
  expect(out.look).toEqual({ isAscii: false, isScreenReader: false, framesPerSecond: 8 });
  expect(session.flags).toEqual({ jobs: '2' });
});
