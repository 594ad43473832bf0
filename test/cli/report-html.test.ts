// ttm-wizard report --html: where the page goes, what it never replaces, and what is said when it cannot be written.
import {
  chmodSync,
  existsSync,
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
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { reportPage } from '../../src/output/html/page.js';
import { different, record, successful, viewOf } from '../output/recorded-run.js';
import { RUN, writeRun } from './run-folder.js';
import { type WizardOptions, wizard } from './wizard.js';

/** All that `report` says on standard error. */
const TICKET = /^To attach to a ticket: \S+ \(report and log, without passwords\)$/;

let folder: string;
let backupDir: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ttm-report-html-'));
  backupDir = join(folder, 'backups');
  writeRun(backupDir, successful);
  file = join(folder, 'report.html');
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => rmSync(file, { force: true }));

const page = reportPage(viewOf(record(successful)));
const report = (html: string, args: readonly string[] = [], options: WizardOptions = {}) =>
  wizard(['report', '--backup-dir', backupDir, '--html', html, ...args], options);

test('the page is for its owner alone, and its whole path is said', async () => {
  const { stdout, stderr, exitCode } = await report('report.html', [], { cwd: folder });
  expect([exitCode, stdout]).toEqual([0, `The report is in ${file}`]);
  expect(stderr).toMatch(TICKET);
  expect(readFileSync(file, 'utf8')).toBe(page);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder).sort()).toEqual(['backups', 'report.html']);
});

test('a page of an earlier run is replaced, and closed to others, without a word', async () => {
  writeFileSync(file, reportPage(viewOf(record(different))));
  chmodSync(file, 0o644);
  const { stderr, exitCode } = await report(file);
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(TICKET);
  expect(readFileSync(file, 'utf8')).toBe(page);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test.each([
  ['notes of somebody', 'my notes\n'],
  ['a page that only quotes a report', `<!DOCTYPE html>${' '.repeat(2000)}${page}`],
  ['a database', `SQLite format 3\0${'x'.repeat(5000)}`],
])('%s is left as it is', async (_, content) => {
  writeFileSync(file, content);
  const { stdout, stderr, exitCode } = await report(file);
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toContain(`${file} is there already and is no report of ttm-wizard; it is left as it is`);
  expect(stderr).toContain('another name for --html');
  expect(readFileSync(file, 'utf8')).toBe(content);
});

test('an empty file, as mktemp makes it, is filled', async () => {
  writeFileSync(file, '');
  expect(await report(file)).toMatchObject({ exitCode: 0 });
  expect(readFileSync(file, 'utf8')).toBe(page);
});

test('a link stays one: what it leads to is written, or left alone', async () => {
  const notes = join(backupDir, 'notes.txt');
  symlinkSync(notes, file);
  writeFileSync(notes, 'my notes\n');
  expect(await report(file)).toMatchObject({ exitCode: 2 });
  expect(readFileSync(notes, 'utf8')).toBe('my notes\n');
  writeFileSync(notes, '');
  expect(await report(file)).toMatchObject({ exitCode: 0 });
  expect(readFileSync(notes, 'utf8')).toBe(page);
  rmSync(notes);
});

test.each([
  ['a folder', () => backupDir, 'is a folder', 'report.html'],
  ['a folder that is not there', () => join(folder, 'no', 'report.html'), 'there is no folder', 'mkdir -p'],
  ['a file in a file', () => join(backupDir, RUN, 'state.json', 'r.html'), 'there is no folder', 'mkdir -p'],
  ['no real file', () => '/dev/full', 'is no report of ttm-wizard', 'another name'],
  ['a place where nobody may write', () => '/proc/report.html', 'cannot be written', 'may write to'],
])('%s is refused with exit 2, and nothing is left behind', async (_, place, message, remedy) => {
  const { stdout, stderr, exitCode } = await report(place());
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toContain(message);
  expect(stderr).toContain(remedy);
  expect(stderr).not.toContain('bug');
  expect(existsSync(join(folder, 'no'))).toBe(false);
  expect(readdirSync(folder)).toEqual(['backups']);
});

test('a URL is refused without being shown: it may hold a password', async () => {
  const { stderr, exitCode } = await report('postgresql://u:geheim@h/d');
  expect(exitCode).toBe(2);
  expect(stderr).not.toContain('geheim');
});

test('- is standard output, the same page whatever the terminal can show', async () => {
  const { stdout, stderr, exitCode } = await report('-', ['--ascii'], { cwd: folder, env: { LANG: 'C' } });
  expect([exitCode, stderr]).toEqual([0, expect.stringMatching(TICKET)]);
  expect(`${stdout}\n`).toBe(page);
  expect(readdirSync(folder)).toEqual(['backups']);
});

test('with --json the object goes to standard output beside the page in its file', async () => {
  const { stdout, stderr, exitCode } = await report(file, ['--json']);
  expect(exitCode).toBe(0);
  expect(stderr).toContain(`The report is in ${file}\nTo attach to a ticket: `);
  expect(JSON.parse(stdout)).toMatchObject({
    v: 1,
    run: RUN,
    indexes: [{ index: 'token_scores_pkey', scans: 340 }, { bytes: 26_500_000 }],
    files: [{ sha256: '12'.repeat(32) }, { sha256: '34'.repeat(32) }],
    environment: { postgres: '15.8', cores: 2 },
  });
  expect(readFileSync(file, 'utf8')).toBe(page);
  const both = await report('-', ['--json']);
  expect(both).toMatchObject({ exitCode: 2, stdout: '' });
  expect(both.stderr).toContain('both want standard output');
});

test('without a run there is no page', async () => {
  const { stderr, exitCode } = await wizard(['report', '--backup-dir', join(folder, 'none'), '--html', file]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('there is no run in');
  expect(existsSync(file)).toBe(false);
});

test('a place in the environment counts too', async () => {
  const env = { TTM_BACKUP_DIR: backupDir, TTM_HTML: file };
  expect(await wizard(['report'], { env })).toMatchObject({ exitCode: 0 });
  expect(existsSync(file)).toBe(true);
});
