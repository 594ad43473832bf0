// The man page: whole by the tables it is made from, and without a complaint of the program that formats it, where there is one.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { TOPICS } from '../../src/commands/topics.js';
import { COMMANDS, GROUPS, OPTIONS, usageOf } from '../../src/config/options.js';
import { EXIT_MEANING } from '../../src/errors.js';

const root = new URL('../../', import.meta.url);
const PAGE = fileURLToPath(new URL('assets/man/ttm-wizard.1', root));
const lines = readFileSync(PAGE, 'utf8').trimEnd().split('\n');

/** What a reader would see of a line, without fonts and escapes. */
const seen = lines.map((line) =>
  line
    .replace(/\\f[BIR]/g, '')
    .replace(/\\\((aq|ti|ha|ga)/g, (_, name: 'aq' | 'ti' | 'ha' | 'ga') => {
      return { aq: "'", ti: '~', ha: '^', ga: '`' }[name];
    })
    .replaceAll('\\-', '-')
    .replaceAll('\\e', '\\'),
);

test('the package names it, so that npm installs it', () => {
  const manifest: unknown = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  const { man, files } = z.object({ man: z.string(), files: z.array(z.string()) }).parse(manifest);
  expect(fileURLToPath(new URL(man, root))).toBe(PAGE);
  expect(files).toContain('assets');
});

test('it has the sections of every man page, name first', () => {
  const sections = seen.filter((line) => line.startsWith('.SH ')).map((line) => line.slice(4));
  expect(sections.slice(0, 5)).toEqual(['NAME', 'SYNOPSIS', 'DESCRIPTION', 'COMMANDS', 'OPTIONS']);
  for (const section of ['EXIT STATUS', 'ENVIRONMENT', 'EXAMPLES']) expect(sections).toContain(section);
  expect(seen[seen.indexOf('.SH NAME') + 1]).toMatch(/^ttm-wizard - /);
});

test.each(OPTIONS)('--$name stands in it with its value, its help and its variable', (option) => {
  const flag = option.argument === undefined ? '' : ` ${option.argument}`;
  const at = seen.indexOf(`--${option.name}${flag}`);
  expect(seen[at - 1]).toBe('.TP');
  const text = seen.slice(at + 1, seen.indexOf('.TP', at)).join(' ');
  for (const part of [option.help, `Variable: ${option.env}.`, ...option.commands])
    expect(text).toContain(part);
});

test('commands, groups, topics and exit codes are all in it', () => {
  for (const command of COMMANDS) expect(seen[seen.indexOf(usageOf(command)) + 1]).toContain(command.help);
  for (const group of GROUPS) expect(seen).toContain(`.SS ${group}`);
  for (const topic of TOPICS) expect(seen.join('\n')).toContain(topic);
  for (const [code, meaning] of EXIT_MEANING) expect(seen[seen.indexOf(code) + 1]).toContain(meaning);
});

test('nothing but requests begins like one, and all of it is ASCII', () => {
  const known = /^\.(\\"|TH|SH|SS|TP|PP|B|RI|nf|fi|nh|ad) ?/;
  for (const line of lines) {
    if (/^[.']/.test(line)) expect(line).toMatch(known);
    expect(line).not.toMatch(/\P{ASCII}/u);
  }
  expect(lines.filter((line) => line === '.nf')).toHaveLength(lines.filter((line) => line === '.fi').length);
});

test('groff has no complaint, and no line is wider than the terminal', async () => {
  if ((await execa('sh', ['-c', 'command -v groff'], { reject: false })).exitCode !== 0) return;
  const { stdout, stderr } = await execa('groff', ['-man', '-Tascii', '-ww', '-P-cbou', PAGE]);
  expect(stderr).toBe('');
  expect(stdout).toContain('--discard-target-writes');
  expect(stdout).toContain('TTM_DISCARD_TARGET_WRITES');
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
});
