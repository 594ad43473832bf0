// Completion: the bash script in a real bash, the others by shape (and by their shell, where it is on the machine); all of them are
// what `completion` prints.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS, OPTIONS, optionsOf } from '../../src/config/options.js';
import { wizard } from './wizard.js';

const asset = (name: string): string =>
  fileURLToPath(new URL(`../../assets/completions/${name}`, import.meta.url));
const BASH = asset('ttm-wizard.bash');
const ZSH = asset('_ttm-wizard');
const FISH = asset('ttm-wizard.fish');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ttm-completion-'));
  for (const name of ['moon.db', 'moon rocks.db', 'other.db']) writeFileSync(join(folder, name), '');
  mkdirSync(join(folder, 'moon-backups'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['bash', BASH],
  ['zsh', ZSH],
  ['fish', FISH],
])('completion %s prints its script', async (shell, file) => {
  const { stdout, stderr, exitCode } = await wizard(['completion', shell]);
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(`${stdout}\n`).toBe(readFileSync(file, 'utf8'));
});

describe('in bash', () => {
  const DRIVER = `
    set -u
    source "$1"; shift
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
    "$(complete -p ttm-wizard | sed 's/.*-F \\([^ ]*\\) .*/\\1/')"
    [ \${#COMPREPLY[@]} -eq 0 ] || printf '%s\\n' "\${COMPREPLY[@]}"`;

  /** What bash would offer for the last of `words`, which are split as bash splits them. */
  async function offered(...words: readonly string[]): Promise<string[]> {
    const args = ['--norc', '-c', DRIVER, 'bash', BASH, 'ttm-wizard', ...words];
    const { stdout } = await execa('bash', args, { cwd: folder });
    return stdout === '' ? [] : stdout.split('\n');
  }

  test('commands are completed', async () => {
    expect(await offered('')).toEqual([...COMMANDS.map(({ name }) => name), 'help']);
    expect(await offered('re')).toEqual(['report']);
    expect(await offered('--json', 'ver')).toEqual(['verify']);
  });

  test.each(COMMANDS.map(({ name }) => name))(
    'every option of %s is completed, and no other',
    async (name) => {
      const flags = optionsOf(name).map((option) => `--${option.name}`);
      expect(await offered(name, '-')).toEqual([...flags, '--help']);
    },
  );

  test('without a command those of run are, and --version', async () => {
    expect(await offered('--no')).toEqual(['--no-dump', '--no-cutover', '--no-color']);
    expect(await offered('--ve')).toEqual(['--version']);
  });

  test.each(OPTIONS.filter(({ choices }) => choices !== undefined))(
    'the choices of --$name are completed',
    async ({ name, choices = [] }) => {
      expect(await offered('run', `--${name}`, '')).toEqual(choices);
      expect(await offered('run', `--${name}`, '=')).toEqual(choices);
      const [first = ''] = choices;
      expect(await offered('run', `--${name}`, '=', first)).toEqual([first]);
    },
  );

  test('files are completed for --source, also those with a space, and behind a =', async () => {
    const files = ['moon rocks.db', 'moon-backups', 'moon.db'];
    expect((await offered('run', '--source', 'moo')).sort()).toEqual(files);
    expect((await offered('run', '--source', '=', 'moo')).sort()).toEqual(files);
    expect(await offered('doctor', '--config', 'oth')).toEqual(['other.db']);
  });

  test('only folders are completed for --backup-dir', async () => {
    expect(await offered('status', '--backup-dir', '')).toEqual(['moon-backups']);
  });

  test('nothing is offered for a value that nobody can know', async () => {
    for (const option of ['--target', '--jobs', '--service'])
      expect(await offered('run', option, '')).toEqual([]);
  });

  test('a value that is called like a command is not taken for one', async () => {
    expect(await offered('--source', 'status', 'ver')).toEqual(['verify']);
    expect(await offered('--source', '=', 'status', 'ver')).toEqual(['verify']);
  });

  test('the word behind a command is completed, once', async () => {
    expect(await offered('completion', '')).toEqual(['bash', 'zsh', 'fish']);
    expect(await offered('config', 's')).toEqual(['show']);
    expect(await offered('help', 'ex')).toEqual(['exit-codes']);
    expect(await offered('help', 'exit-codes', '')).toEqual([]);
    expect(await offered('completion', 'bash', '')).toEqual(['--help']);
  });

  test('it works by the Tab key', async () => {
    const typed = [
      `source ${BASH}`,
      `ttm-wizard() { printf '<%s>' "$@" > ${join(folder, 'typed')}; }`,
      'ttm-wizard ru\t--on-bad\tq\t--source moon.\t--backup-dir moon-b\t',
      'exit',
    ];
    await execa('script', ['-qec', 'bash --norc --noprofile', '/dev/null'], {
      cwd: folder,
      input: `${typed.join('\n')}\n`,
      env: { TERM: 'dumb', INPUTRC: '/dev/null' },
    });
    expect(readFileSync(join(folder, 'typed'), 'utf8')).toBe(
      '<run><--on-bad-value><quarantine><--source><moon.db><--backup-dir><moon-backups/>',
    );
  });
});

describe('in zsh', () => {
  const script = readFileSync(ZSH, 'utf8');

  test('the file says what it completes, and quotes are balanced', async () => {
    expect(script.split('\n')[0]).toBe('#compdef ttm-wizard');
    // What is used of the language is bash's too; a zsh, where there is one, reads it itself.
    await execa('bash', ['-n', ZSH]);
    if (await isThere('zsh')) await execa('zsh', ['-n', ZSH]);
  });

  test('every option of every command is in it, with its values', () => {
    for (const { name } of COMMANDS) {
      const [, part = ''] = script.split(`\n    ${name})\n`);
      const [own = ''] = part.split(';;');
      for (const option of optionsOf(name)) {
        const value = option.argument === undefined ? '' : `=.*:${option.argument}:`;
        expect(own).toMatch(new RegExp(`'\\*?--${option.name}${value === '' ? '\\[' : value}`));
      }
    }
    // Behind a command the options of run are none of its own.
    expect(script).toContain("'(-)1:command:_ttm_wizard_commands'");
    expect(script).toContain(':ACTION:(stop quarantine)');
    expect(script).toContain(':FILE:_files');
    expect(script).toContain(':DIR:_files -/');
  });
});

describe('in fish', () => {
  const lines = readFileSync(FISH, 'utf8').trimEnd().split('\n');

  test('every line is a comment or a completion of ttm-wizard', async () => {
    for (const line of lines) expect(line).toMatch(/^(#|complete -c ttm-wizard )/);
    if (await isThere('fish')) await execa('fish', ['-n', FISH]);
  });

  test('every command and every option is in it, with its values', () => {
    for (const { name } of COMMANDS)
      expect(lines.filter((line) => line.includes(` -a ${name} -d `))).toHaveLength(1);
    for (const option of OPTIONS) {
      const [line = '', ...others] = lines.filter((one) => one.includes(` -l ${option.name} `));
      expect(others).toEqual([]);
      for (const choice of option.choices ?? []) expect(line).toContain(choice);
      expect(/ -[rx] /.test(line)).toBe(option.argument !== undefined);
    }
  });
});

async function isThere(shell: string): Promise<boolean> {
  return (await execa('sh', ['-c', `command -v ${shell}`], { reject: false })).exitCode === 0;
}
