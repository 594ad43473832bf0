// status and report, on runs made by hand: complete, going on, killed, and none at all.
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { statusText } from '../../src/commands/status.js';
import { unpainted } from '../../src/output/paint.js';
import { isHolderGone } from '../../src/run/holder.js';
import { lockFolder } from '../../src/run/lock.js';
import { different, record, successful, viewOf } from '../output/recorded-run.js';
import type { EventBody } from '../../src/events.js';
import { RUN, writeRun } from './run-folder.js';
import { PROGRAM, wizard } from './wizard.js';

let backupDir: string;
beforeEach(() => {
  backupDir = mkdtempSync(join(tmpdir(), 'ttm-status-'));
});
afterEach(() => rmSync(backupDir, { recursive: true }));

const ofThis = (...args: string[]): string[] => [...args, '--backup-dir', backupDir];
/** As far as the 15th event: in the middle of the copy. */
const halfWay = successful.slice(0, 15);

/** What the run tells next. */
function appendEvents(folder: string, bodies: readonly EventBody[]): void {
  const events = record([...halfWay, ...bodies]).slice(halfWay.length);
  appendFileSync(join(folder, 'events.ndjson'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
}

describe('status', () => {
  test('of a complete run shows every step, and ends with exit 0', async () => {
    writeRun(backupDir, successful);
    const { stdout, exitCode } = await wizard(ofThis('status'));
    expect(exitCode).toBe(0);
    expect(stdout).toContain('completed: 847,080 rows in 1 table copied and compared (exit 0)');
    expect(stdout).toMatch(/^verify +done +12.4 s/m);
  });

  test('of a run that goes on shows how far it is', () => {
    const view = viewOf(record(halfWay));
    const text = statusText(view, backupDir, new Date('2026-01-31T02:00:15Z'), unpainted);
    expect(text).toContain('outcome  running');
    expect(text).toMatch(/^copy +running +7.0 s +copying token_scores: 420,000 of 847,080 rows, 49 %$/m);
    expect(text).toContain('warning  no dump will be made');
    expect(text).not.toContain('No sign of life');
  });

  test('on a terminal is no wider than that', () => {
    const [at, run] = [new Date('2026-01-31T02:10:14Z'), viewOf(record(halfWay))];
    const text = statusText(run, backupDir, at, unpainted, { columns: 50 });
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(50);
    expect(text).toMatch(/copying token_scores:\n +420,000 of 847,080\n/);
  });

  test('of a run that has been silent for long says that it may be dead, and what to type', () => {
    const text = statusText(viewOf(record(halfWay)), backupDir, new Date('2026-01-31T02:10:14Z'), unpainted);
    expect(text).toContain(
      'No sign of life since 2026-01-31 02:00:14 +00:00 (10 m). If the process is gone:',
    );
    expect(text).toContain('--resume');
  });

  test('of a run whose process is gone says so at once, and what to type; on another machine it may live', () => {
    const view = viewOf(record(halfWay));
    const textAt = (seconds: string, isGone: boolean): string =>
      statusText(view, backupDir, new Date(`2026-01-31T02:00:${seconds}Z`), unpainted, { isGone });
    expect(textAt('18', true)).toContain(
      'Nobody works on it since 2026-01-31 02:00:14 +00:00: its process is gone.\n  the same command with --resume',
    );
    expect(textAt('15', true)).not.toContain('Nobody');
    expect(textAt('18', false)).not.toContain('Nobody');
  });

  test('knows whose process works in the folder', () => {
    expect(isHolderGone(backupDir)).toBe(false);
    const lock = lockFolder(backupDir);
    expect(isHolderGone(backupDir)).toBe(false);
    lock.release();
    const { pid } = spawnSync('true');
    writeFileSync(join(backupDir, '.ttm-wizard.holder'), `process ${pid} since 2026-01-31T02:00:00.000Z\n`);
    expect(isHolderGone(backupDir)).toBe(true);
  });

  test('of a run that waits for an answer shows the question, however long it takes', () => {
    const asked = {
      type: 'input.needed',
      question: 'switch-over',
      message: 'Switch over now?',
      flag: '--yes',
    } as const;
    const text = statusText(
      viewOf(record([...halfWay, asked])),
      backupDir,
      new Date('2026-01-31T03:00:00Z'),
      unpainted,
    );
    expect(text).toContain('It asks, where it runs: Switch over now?');
    expect(text).not.toContain('No sign of life');
  });

  test('without a run says so', async () => {
    expect(await wizard(ofThis('status'))).toMatchObject({
      exitCode: 0,
      stdout: `There is no run in ${backupDir}.`,
    });
    expect(JSON.parse((await wizard(ofThis('status', '--json'))).stdout)).toEqual({ v: 1, run: null });
  });

  test('as JSON is one object', async () => {
    writeRun(backupDir, different, 'failed');
    const { stdout } = await wizard(ofThis('status', '--json'));
    expect(stdout.split('\n').length).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ v: 1, run: RUN, outcome: 'failed', exitCode: 6 });
  });

  test('shows the last of several runs', async () => {
    writeRun(backupDir, successful);
    const older = join(backupDir, '20250101-000000-0000');
    mkdirSync(older);
    writeFileSync(join(older, 'state.json'), '{}');
    expect((await wizard(ofThis('status'))).stderr).toContain('cannot be read as the state of a run');
    rmSync(older, { recursive: true });
    mkdirSync(join(backupDir, 'something-else'));
    expect((await wizard(ofThis('status'))).stdout).toContain(RUN);
  });

  test('passes over a line that a crash has cut off', async () => {
    const folder = writeRun(backupDir, halfWay, 'running');
    appendFileSync(join(folder, 'events.ndjson'), '{"v":1,"seq":16,"at":"2026-01');
    const { stdout, exitCode } = await wizard(ofThis('status', '--json'));
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'running' });
  });

  test('--watch follows a run to its end', async () => {
    const folder = writeRun(backupDir, halfWay, 'running');
    const watching = wizard(ofThis('status', '--watch', '--json'));
    const outcomes: unknown[] = [];
    for await (const line of watching) {
      const seen: unknown = JSON.parse(line);
      outcomes.push(typeof seen === 'object' && seen !== null && 'outcome' in seen ? seen.outcome : seen);
      if (outcomes.length > 1) continue;
      appendEvents(folder, successful.slice(halfWay.length));
    }
    expect(outcomes).toEqual(['running', 'completed']);
    expect((await watching).exitCode).toBe(0);
  });

  test('--watch shows the page again in its own place on a terminal, elsewhere below it', async () => {
    const seen: Record<string, string> = {};
    for (const TERM of ['xterm', 'dumb']) {
      const folder = writeRun(backupDir, halfWay, 'running');
      const watching = execa(
        'script',
        ['-qec', 'stty cols 100 rows 40; "$NODE" -- "$WIZARD" status --watch', '/dev/null'],
        {
          env: { NODE: process.execPath, WIZARD: PROGRAM, TTM_BACKUP_DIR: backupDir, TERM, LANG: 'C.UTF-8' },
          input: '',
        },
      );
      let isOver = false;
      for await (const line of watching) {
        if (isOver || !line.includes('49 %')) continue;
        isOver = true;
        appendEvents(folder, successful.slice(halfWay.length));
      }
      seen[TERM] = (await watching).stdout.replaceAll('\r\n', '\n');
      expect(seen[TERM]).toContain('outcome  completed');
    }
    // The first page: the run (7), its steps with a head (6), the finding (2), that it is silent (2), and what is between.
    expect(seen['xterm']).toContain('\u001b[20A\r\u001b[Jrun ');
    expect(seen['dumb']).not.toContain('\u001b');
  });

  test('--watch tells a screen reader what has changed, and no more', async () => {
    const folder = writeRun(backupDir, halfWay, 'running');
    const watching = wizard(ofThis('status', '--watch', '--screen-reader'));
    const lines: string[] = [];
    for await (const line of watching) {
      lines.push(line);
      if (line.startsWith('step dump')) appendEvents(folder, successful.slice(halfWay.length));
    }
    const again = lines.slice(lines.findIndex((line) => line.startsWith('step dump')) + 1);
    expect(again.some((line) => line.startsWith('outcome: completed'))).toBe(true);
    expect(again.some((line) => line.startsWith('source:'))).toBe(false);
  });

  test('--watch ends with Ctrl-C', async () => {
    writeRun(backupDir, halfWay, 'running');
    const watching = wizard(ofThis('status', '--watch', '--json'));
    for await (const line of watching) {
      expect(line).toContain('running');
      watching.kill('SIGINT');
    }
    expect((await watching).exitCode).toBe(130);
  });

  test('of a backup folder that is a file ends with exit 2', async () => {
    const file = join(backupDir, 'file');
    writeFileSync(file, '');
    const { stderr, exitCode } = await wizard(['status', '--backup-dir', file]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('cannot be read');
  });
});

describe('report', () => {
  test('is the page of the last run, with its findings', async () => {
    writeRun(backupDir, successful);
    const { stdout, exitCode } = await wizard(ofThis('report'));
    expect(exitCode).toBe(0);
    for (const part of ['token_scores', 'equal', '2,342 x', 'Findings of preflight', 'leave out --no-dump'])
      expect(stdout).toContain(part);
  });

  test('as JSON is one object', async () => {
    writeRun(backupDir, different, 'failed');
    const { stdout } = await wizard(ofThis('report', '--json'));
    expect(JSON.parse(stdout)).toMatchObject({ v: 1, run: RUN, findings: [{ code: 'row-differs' }] });
  });

  test('without a run ends with exit 2', async () => {
    expect(await wizard(ofThis('report'))).toMatchObject({ exitCode: 2, stdout: '' });
  });

  test('into a pipe that closes early ends quietly', async () => {
    writeRun(backupDir, successful);
    const reporting = wizard(ofThis('report'));
    reporting.stdout.destroy();
    const { exitCode, stderr } = await reporting;
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^To attach to a ticket: \S+ticket\.txt \(report and log, without passwords\)$/);
  });
});
