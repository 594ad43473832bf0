// The command line itself: help, version, mistakes, and what happens when nobody can be asked.
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { TOPICS } from '../../src/commands/topics.js';
import { COMMANDS, OPTIONS, flagOf, isOfDemo, usageOf } from '../../src/config/options.js';
import { EXIT_MEANING } from '../../src/errors.js';
import { driverFor } from '../../src/source/driver-choice.js';
import { wizard } from './wizard.js';

const ESCAPE = '\u001b';

describe('help', () => {
  test.each([[['--help']], [['-h']], [['help']]])(
    '%j shows examples first, then every option with its variable',
    async (args) => {
      const { stdout, stderr, exitCode } = await wizard(args);
      expect([exitCode, stderr]).toEqual([0, '']);
      expect(stdout.indexOf('Examples:')).toBeLessThan(stdout.indexOf('Usage:'));
      const lines = stdout.split('\n');
      for (const option of OPTIONS.filter((one) => !isOfDemo(one))) {
        const line = lines.find((candidate) => candidate.startsWith(`  ${flagOf(option)} `));
        expect(line).toMatch(new RegExp(` ${option.env}$`));
      }
      for (const command of COMMANDS) expect(stdout).toContain(`\n  ${usageOf(command)} `);
    },
  );

  test.each([
    [['--help']],
    ...COMMANDS.map(({ name }) => [[name, '--help']]),
    [['help', 'env']],
    ...TOPICS.map((topic) => [['help', topic]]),
  ])('%j fits into 60 lines of 80 columns, all of it ASCII', async (args) => {
    const { stdout, exitCode } = await wizard(args);
    const lines = stdout.split('\n');
    expect(exitCode).toBe(0);
    expect(lines.length).toBeLessThanOrEqual(60);
    expect(lines.filter((line) => line.length > 80 || /\P{ASCII}/u.test(line))).toEqual([]);
  });

  test('of a command shows its options and no others', async () => {
    const { stdout } = await wizard(['status', '--help']);
    expect(stdout).toContain('--watch');
    expect(stdout).not.toContain('--jobs');
    expect((await wizard(['help', 'status'])).stdout).toBe(stdout);
  });

  test('of the demo shows its own options, which are nowhere else', async () => {
    const { stdout } = await wizard(['demo', '--help']);
    const main = await wizard(['--help']);
    const own = OPTIONS.filter(isOfDemo);
    expect(own.map(({ name }) => name)).toEqual(['folder', 'rollback', 'clean']);
    for (const option of own) {
      expect(stdout).toMatch(new RegExp(`^  ${flagOf(option)} .* ${option.env}$`, 'm'));
      expect(main.stdout).not.toContain(option.env);
    }
  });

  test('on the environment has every variable with its option', async () => {
    const { stdout } = await wizard(['help', 'env']);
    for (const option of OPTIONS)
      expect(stdout).toMatch(new RegExp(`^  ${option.env} +${flagOf(option)}$`, 'm'));
    for (const other of ['PGPASSWORD', 'NO_COLOR', 'INK_SCREEN_READER', 'LC_ALL', 'TERM'])
      expect(stdout).toContain(other);
  });

  test('on the config file shows one that is read without a complaint', async () => {
    const { stdout } = await wizard(['help', 'config']);
    const folder = mkdtempSync(join(tmpdir(), 'ttm-help-config-'));
    try {
      const file = join(folder, 'ttm.jsonc');
      const example = stdout.slice(stdout.indexOf('{'), stdout.lastIndexOf('}') + 1);
      writeFileSync(file, example);
      const { stdout: shown, stderr, exitCode } = await wizard(['config', 'show', '--config', file]);
      expect([exitCode, stderr]).toEqual([0, '']);
      expect(shown.match(/ config file$/gm)).toHaveLength(6);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('on rollback tells what it does, and where its options are', async () => {
    const { stdout } = await wizard(['help', 'rollback']);
    for (const part of ['carried\n  back', '--discard-target-writes', 'exit 9', 'exit 10'])
      expect(stdout).toContain(part);
    const options = await wizard(['rollback', '--help']);
    expect(stdout).toContain('ttm-wizard rollback --help');
    expect(options.stdout).toContain('--discard-target-writes');
    expect(options.stdout).not.toContain('--capture');
  });

  test('on exit codes has every code', async () => {
    const { stdout } = await wizard(['help', 'exit-codes']);
    for (const [code, meaning] of EXIT_MEANING)
      expect(stdout).toMatch(new RegExp(`^  ${code} +${meaning}$`, 'm'));
  });

  test('on a topic that does not exist says which was meant', async () => {
    const { stderr, exitCode } = await wizard(['help', 'resum']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Did you mean ttm-wizard help resume?');
  });
});

test('--version names wizard, Node, driver, SQLite and platform, and is found without its dashes', async () => {
  const { stdout, exitCode } = await wizard(['--version']);
  expect(exitCode).toBe(0);
  const version = String.raw`\d+\.\d+\.\d+`;
  expect(stdout).toMatch(
    new RegExp(
      `^ttm-wizard ${version}\nNode v${version}\nbetter-sqlite3 ${version}, SQLite ${version}\n\\w+-\\w+$`,
    ),
  );
  const { stderr } = await wizard(['version']);
  expect(stderr).toContain('Did you mean ttm-wizard --version?');
});

test('--version takes little more than Node itself', async () => {
  const program = fileURLToPath(new URL('../../bin/ttm-wizard.js', import.meta.url));
  async function timeOf(args: readonly string[]): Promise<number> {
    const start = performance.now();
    await execa(process.execPath, args);
    return performance.now() - start;
  }
  // Whatever else the machine does only ever adds: the quickest of each count, in turn, as long as it does much else.
  let [bare, own] = [Infinity, Infinity];
  for (let round = 0; round < 5 || (round < 40 && own / bare >= 3); round += 1) {
    bare = Math.min(bare, await timeOf(['-e', '0']));
    own = Math.min(own, await timeOf(['--', program, '--version']));
  }
  // Measured 1.6 (110 ms and 70 ms); Ink alone takes 440 ms.
  expect(own / bare).toBeLessThan(3);
});

describe('nothing heavy is loaded', () => {
  /** The packages of which this command line ran a file: V8 notes every file it runs. */
  async function packagesFor(args: readonly string[]): Promise<string[]> {
    const folder = mkdtempSync(join(tmpdir(), 'ttm-loaded-'));
    try {
      await wizard(args, { env: { NODE_V8_COVERAGE: folder } });
      const notes = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
      const files = notes.join('\n').matchAll(/"url":"file:[^"]*\/node_modules\/([^/"]+)/g);
      return [...new Set([...files].map(([, name = '']) => name))].sort();
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  test('for --help: what reads the command line, no more', async () => {
    expect(await packagesFor(['--help'])).toEqual(['commander']);
  });

  test('for --version: besides that the SQLite of this Node, and what finds its binary', async () => {
    const driver = driverFor(process.versions.node);
    const finders = driver === 'better-sqlite3' ? ['bindings', 'file-uri-to-path'] : [];
    expect(await packagesFor(['--version'])).toEqual([driver, ...finders, 'commander'].sort());
  });

  test('but would be seen', async () => {
    expect(await packagesFor(['doctor'])).toEqual(expect.arrayContaining(['pg', 'zod']));
  });
});

describe('a mistake', () => {
  test.each([
    [['--taget', 'x'], '--target?'],
    [['run', '--backupdir', 'x'], '--backup-dir?'],
    [['statsu'], 'ttm-wizard status?'],
    [['verfy'], 'ttm-wizard verify?'],
    [['catchup'], 'ttm-wizard catch-up?'],
    [['rolback'], 'ttm-wizard rollback?'],
    [['run', '--services', 'x'], '--service?'],
    [['completoin'], 'ttm-wizard completion?'],
    [['completion', 'bsh'], 'ttm-wizard completion bash?'],
    [['help', 'rolback'], 'ttm-wizard help rollback?'],
    [['help', 'conifg'], 'ttm-wizard help config?'],
    [['run', '--on-bad-value', 'quarantin'], '--on-bad-value quarantine?'],
    [['run', '--capture', 'trigger'], '--capture triggers?'],
    [['run', '--plan', 'tothemon'], '--plan tothemoon?'],
  ])('%j is answered with what was meant, and exit 2', async (args, meant) => {
    const { stdout, stderr, exitCode } = await wizard(args);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`Did you mean ${meant}`);
    expect(stderr).toContain('exit 2');
  });

  test.each([
    [['run', '--jobs'], '--jobs needs a value'],
    [['status', '--jobs', '3'], "unknown option '--jobs'"],
    [['status', '--jobs', '3'], 'ttm-wizard status --help'],
    [['--frob'], 'ttm-wizard --help'],
    [['--jobs', '3', 'status'], 'status takes no option --jobs'],
    [['run', 'extra'], 'too many arguments'],
    [['run', '--discard-target-writes'], "unknown option '--discard-target-writes'"],
    [['--service', 'moon', 'catch-up'], 'catch-up takes no option --service'],
    [['rollback', '--source', 'x'], "unknown option '--source'"],
    [['run', '--service', 'a/b'], '"a/b" is none'],
    [['--service', 'a b', 'run', '--service', 'c', '--service', '-d'], '"a b" is none'],
    [['--service', 'a', 'run', '--service', 'c', '--service', '-d'], '"-d" is none'],
    [['rollback', '--health-url', 'moon'], '--health-url has to be http://HOST:PORT'],
    [['frobnicate'], 'there is no command frobnicate'],
    [['completion'], 'ttm-wizard completion fish'],
    [['completion', 'bash', '--json'], "unknown option '--json'"],
    [['--json', 'completion', 'bash'], 'completion takes no option --json'],
  ])('%j is refused with exit 2', async (args, expected) => {
    const { stderr, exitCode } = await wizard(args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(expected);
  });

  test('never repeats a password', async () => {
    for (const args of [
      ['--targt=postgresql://u:geheim@h/d'],
      ['postgresql://u:geheim@h/d'],
      ['run', 'postgresql://u:geheim@h/d'],
      ['status', '--backup-dir', 'postgresql://u:geheim@h/d'],
      ['run', '--yes', '--source', 'postgresql://u:geheim@h/d'],
      ['demo', '--folder', 'postgresql://u:geheim@h/d'],
      ['config', 'show', '--config', 'postgresql://u:geheim@h/d'],
    ]) {
      const { stdout, stderr, exitCode } = await wizard(args);
      expect(exitCode).toBe(2);
      expect(stdout + stderr).not.toContain('geheim');
    }
  });

  test('shows all problems at once, without a stack', async () => {
    const { stderr, exitCode } = await wizard([
      'run',
      '--yes',
      '--jobs',
      '0',
      '--on-drift',
      'x',
      '--target',
      'nonsense',
      '--stop-command',
      'stop it',
    ]);
    expect(exitCode).toBe(2);
    for (const part of ['--jobs', '--on-drift', 'target URL', '--start-command'])
      expect(stderr).toContain(part);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  test('shows its stack with --debug', async () => {
    const { stderr } = await wizard(['run', '--yes', '--debug']);
    expect(stderr).toMatch(/^ +at /m);
  });
});

describe('when nobody can be asked', () => {
  test('the bare name says what to type, and ends with exit 9', async () => {
    const { stdout, stderr, exitCode } = await wizard([]);
    expect([exitCode, stdout]).toEqual([9, '']);
    expect(stderr).toContain('ttm-wizard run --yes \\\n');
    expect(stderr).toContain('--no-cutover ends with the verified copy');
    expect(stderr.split('\n').length).toBeLessThan(10);
    // Whatever stands on standard input is not waited for.
    expect((await wizard([], { input: 'yes\n'.repeat(1000) })).exitCode).toBe(9);
  });

  test('a run without a target ends with exit 9 and names every way to give one', async () => {
    const { stderr, exitCode } = await wizard(['run', '--yes', '--no-cutover']);
    expect(exitCode).toBe(9);
    for (const part of ['--target', 'TTM_TARGET', 'PGPASSWORD', 'pgpass', '--target-url-file'])
      expect(stderr).toContain(part);
  });

  test.each([['verify'], ['catch-up'], ['rollback']])(
    '%s without a target ends with exit 9',
    async (command) => {
      expect((await wizard([command])).exitCode).toBe(9);
    },
  );
});

describe('colours', () => {
  test('are absent in a pipe and with NO_COLOR, and there with FORCE_COLOR', async () => {
    const failing = ['run', '--yes'];
    expect((await wizard(failing)).stderr).not.toContain(ESCAPE);
    expect((await wizard(failing, { env: { NO_COLOR: '1', FORCE_COLOR: '1' } })).stderr).not.toContain(
      ESCAPE,
    );
    expect((await wizard([...failing, '--no-color'], { env: { FORCE_COLOR: '1' } })).stderr).not.toContain(
      ESCAPE,
    );
    const folder = mkdtempSync(join(tmpdir(), 'ttm-colour-'));
    const nobody = ['status', '--backup-dir', join(folder, 'file')];
    writeFileSync(join(folder, 'file'), '');
    for (const env of [{ TTM_NO_COLOR: '1' }, { TTM_NO_COLOR: '0' }]) {
      const { stderr } = await wizard(nobody, { env: { ...env, FORCE_COLOR: '1' } });
      expect(stderr.includes(ESCAPE)).toBe(env.TTM_NO_COLOR === '0');
    }
    rmSync(folder, { recursive: true });
    expect((await wizard(failing, { env: { FORCE_COLOR: '1' } })).stderr).toContain(
      `${ESCAPE}[31mError:${ESCAPE}[39m`,
    );
  });
});
