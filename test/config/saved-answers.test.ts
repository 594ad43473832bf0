// What has been answered in the wizard counts the next time, after everything that is said now and before the defaults.
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { resolveReading, resolveRun } from '../../src/config/resolve.js';
import { answersFile, readAnswers, saveAnswers } from '../../src/config/saved-answers.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ttm-answers-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const TARGET = 'postgresql://app@db.example:5432/moon';
const run = (flags: object = {}, env: NodeJS.ProcessEnv = {}) =>
  resolveRun({ 'backup-dir': folder, ...flags }, env, true);

test('they go before the defaults, and are told', () => {
  saveAnswers(folder, { source: '/srv/a.db', target: TARGET, 'on-drift': 'carry' });
  const { options, settings, target, notices } = run();
  expect([options.source, target, options.onDrift, options.onBadValue]).toEqual([
    '/srv/a.db',
    TARGET,
    'carry',
    'stop',
  ]);
  expect(settings.origin('source')).toBe('saved answer');
  expect(settings.origin('on-bad-value')).toBe('default');
  expect(notices).toEqual([
    `as answered before: source, target, on-drift (rm ${answersFile(folder)} forgets it)`,
  ]);
});

test('flag, environment and config file go before them', () => {
  saveAnswers(folder, { source: '/srv/a.db', target: TARGET, 'on-drift': 'carry' });
  const config = join(folder, 'config.json');
  writeFileSync(config, '{"on-drift": "leave"}');
  const { options, settings, target, notices } = run(
    { source: '/srv/b.db', config },
    { TTM_TARGET: 'postgresql://b@h/c' },
  );
  expect([options.source, target, options.onDrift]).toEqual(['/srv/b.db', 'postgresql://b@h/c', 'leave']);
  expect(settings.origin('target')).toBe('environment');
  expect(notices).toEqual([]);
});

test('a file that is to be read for the target takes the place of the target of last time', () => {
  saveAnswers(folder, { target: TARGET });
  const file = join(folder, 'url');
  writeFileSync(file, 'postgresql://c@h/d\n', { mode: 0o600 });
  expect(run({ 'target-url-file': file }).target).toBe('postgresql://c@h/d');
});

test('a command takes those that it has an option for', () => {
  saveAnswers(folder, { source: '/srv/a.db', 'on-drift': 'carry' });
  expect(resolveReading('status', { 'backup-dir': folder }, {}).notices).toEqual([]);
  expect(resolveReading('doctor', { 'backup-dir': folder }, {}).options.source).toBe('/srv/a.db');
});

test('those of before are kept, in a file for this user alone', () => {
  saveAnswers(folder, { source: '/srv/a.db' });
  saveAnswers(folder, { target: TARGET });
  expect(readAnswers(folder)).toEqual({ source: '/srv/a.db', target: TARGET });
  expect(statSync(answersFile(folder)).mode & 0o777).toBe(0o600);
});

test('a password is never kept', () => {
  expect(() => saveAnswers(folder, { target: 'postgresql://app:hunter2@db/moon' })).toThrow(RangeError);
  expect(readAnswers(folder)).toEqual({});
});

test('a file that others may write to, or that is none of answers, is passed over', () => {
  saveAnswers(folder, { source: '/srv/a.db' });
  chmodSync(answersFile(folder), 0o622);
  expect(readAnswers(folder)).toEqual({});
  chmodSync(answersFile(folder), 0o600);
  for (const text of ['{', '[]', '{"source": 7}', '']) {
    writeFileSync(answersFile(folder), text);
    expect(readAnswers(folder)).toEqual({});
  }
});

test('an answer that is no value of its option is told with the file it stands in', () => {
  saveAnswers(folder, { 'on-drift': 'cary' });
  expect(() => run()).toThrow(`"on-drift" in ${answersFile(folder)} is "cary"`);
});
