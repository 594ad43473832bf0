// The one exit path: bugs, and a SQLite that cannot be loaded.
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Driver, driverFor } from '../../src/source/driver-choice.js';
import { writeRun } from './run-folder.js';
import { wizard } from './wizard.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ttm-exit-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a bug', () => {
  /** An events file that is a folder: nobody has thought of that. */
  function breakIt(): { args: string[]; env: Record<string, string> } {
    const run = writeRun(folder, []);
    rmSync(join(run, 'events.ndjson'));
    mkdirSync(join(run, 'events.ndjson'));
    return { args: ['report', '--backup-dir', folder], env: { TMPDIR: folder, PGPASSWORD: 'geheim' } };
  }

  test('ends with exit 70 and a crash log for its owner alone, and shows no stack', async () => {
    const { args, env } = breakIt();
    const { stderr, stdout, exitCode } = await wizard(args, { env });
    expect([exitCode, stdout]).toEqual([70, '']);
    expect(stderr).toContain('Error: this is a bug: EISDIR');
    expect(stderr).not.toMatch(/^ +at /m);
    const log = /^Log: (.*)$/m.exec(stderr)?.[1] ?? '';
    expect(readFileSync(log, 'utf8')).toMatch(/EISDIR[^]*\n +at /);
    expect(statSync(log).mode & 0o777).toBe(0o600);
  });

  test('and a run that fails show their stack with --debug alone', async () => {
    const source = join(folder, 'none.db');
    const places = [
      '--source',
      source,
      '--backup-dir',
      folder,
      '--target',
      'postgresql://app@127.0.0.1:1/moon',
    ];
    const args = ['run', '--yes', '--no-cutover', ...places];
    expect((await wizard(args)).stderr).not.toMatch(/^ +at /m);
    const { stderr, exitCode } = await wizard([...args, '--debug']);
    expect([exitCode, /^WizardError: .*\n +at /m.test(stderr)]).toEqual([5, true]);
  });

  test('shows its stack with --debug, or with TTM_DEBUG', async () => {
    const { args, env } = breakIt();
    expect((await wizard([...args, '--debug'], { env })).stderr).toMatch(/^ +at /m);
    expect((await wizard(args, { env: { ...env, TTM_DEBUG: '1' } })).stderr).toMatch(/^ +at /m);
  });
});

describe('a SQLite that cannot be loaded', () => {
  const driver = driverFor(process.versions.node);

  /** The program as installed, with these parts of the packages of SQLite and no others. */
  function installWith(parts: Readonly<Partial<Record<Driver, readonly string[]>>>): string {
    for (const name of ['bin', 'dist', 'package.json', 'sql'])
      cpSync(join(root, name), join(folder, name), { recursive: true });
    const installed = join(root, 'node_modules');
    const modules = join(folder, 'node_modules');
    mkdirSync(modules);
    for (const name of readdirSync(installed))
      if (!name.startsWith('better-sqlite3')) symlinkSync(join(installed, name), join(modules, name));
    for (const [name, kept] of Object.entries(parts))
      for (const part of kept)
        cpSync(join(installed, name, part), join(modules, name, part), { recursive: true });
    return join(folder, 'bin', 'ttm-wizard.js');
  }

  /** What run says; before any question, and before it makes its folder. */
  async function runIt(program: string): Promise<string> {
    const target = 'postgresql://a@127.0.0.1:1/b';
    const args = ['run', '--yes', '--no-cutover', '--target', target, '--backup-dir', join(folder, 'b')];
    const { stderr, exitCode } = await wizard(args, { program });
    expect(exitCode).toBe(2);
    expect(readdirSync(folder)).not.toContain('b');
    return stderr;
  }

  test('because its binary is missing is found before any question, with versions and the lines that cure it', async () => {
    const program = installWith({ [driver]: ['lib', 'package.json'] });
    const cures =
      driver === 'better-sqlite3'
        ? ['npx --allow-scripts=better-sqlite3 ttm-wizard', 'npm rebuild better-sqlite3']
        : ['npm explore better-sqlite3-napi -- npm run build-release'];
    const said = await runIt(program);
    expect(said).toMatch(new RegExp(`^ +${driver} \\d+\\.\\d+\\.\\d+, Node v\\d+`, 'm'));
    for (const cure of cures) expect(said).toContain(cure);
    const version = await wizard(['--version'], { program });
    expect(version.exitCode).toBe(0);
    expect(version.stdout).toContain('SQLite cannot be loaded');
    const doctor = await wizard(['doctor', '--json'], { program });
    expect(doctor.exitCode).toBe(3);
    for (const cure of cures) expect(doctor.stdout).toContain(cure);
  });

  test('because npm left it out says so: the one for another Node is of no use', async () => {
    const other = driver === 'better-sqlite3' ? 'better-sqlite3-napi' : 'better-sqlite3';
    // npm does not install the one for another Node here either, so a package of its name stands for it.
    const program = installWith({});
    const standIn = join(folder, 'node_modules', other);
    mkdirSync(standIn);
    writeFileSync(join(standIn, 'package.json'), JSON.stringify({ name: other, version: '0.0.0' }));
    const said = await runIt(program);
    expect(said).toContain(`SQLite cannot be loaded: ${driver} is not installed`);
    expect(said).toContain('npm install --include=optional');
    const version = await wizard(['--version'], { program });
    expect(version.stdout).toContain(`SQLite cannot be loaded: ${driver} is not installed`);
  });
});

describe('a Node that no SQLite is made for', () => {
  /** The program under a Node that says it is another one: the gate and npm ask for nothing but its version. */
  async function runAs(version: string): Promise<{ exitCode: number; stderr: string }> {
    const disguise = join(folder, 'disguise.cjs');
    const versions = JSON.stringify({ ...process.versions, node: version });
    writeFileSync(
      disguise,
      `Object.defineProperty(process, 'versions', { value: ${versions} }); Object.defineProperty(process, 'version', { value: 'v${version}' });`,
    );
    const { exitCode = -1, stderr } = await wizard(['help'], {
      env: { NODE_OPTIONS: `--require=${disguise}` },
    });
    return { exitCode, stderr };
  }

  test.each(['14.21.3', '18.20.8', '20.11.1', '21.7.3'])('(%s) is told which to install', async (version) => {
    const { exitCode, stderr } = await runAs(version);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`needs Node.js 22 or newer, or 20 from 20.12 on; this is v${version}.`);
    expect(stderr).toContain('nvm install 22');
  });

  test.each(['20.12.0', '22.0.0', '24.19.0'])('is not %s', async (version) => {
    expect(await runAs(version)).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('is none that package.json allows', () => {
    const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(manifest).toHaveProperty('engines.node', '^20.12 || >=22');
  });
});

test('an env file that is not there yet is the wizard’s affair and not Node’s', async () => {
  const program = fileURLToPath(new URL('../../bin/ttm-wizard.js', import.meta.url));
  const { exitCode, stderr } = await execa(program, ['run', '--yes', '--env-file', '/nonexistent/env'], {
    reject: false,
    extendEnv: false,
    env: { PATH: process.env['PATH'] ?? '' },
  });
  // And nothing before it from the shell that starts Node.
  expect(stderr).toMatch(/^Error: no target is named/);
  expect(exitCode).toBe(9);
});
