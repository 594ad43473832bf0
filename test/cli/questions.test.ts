// A question in the middle of a run that is shown live, in a real terminal.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = 'test/cli/asking-run.ts';
const QUESTION = 'Is the application stopped?';

let folder: string;
let terminal: ChildProcess;
let screen: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ttm-question-'));
});
afterEach(() => {
  terminal.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Starts the run in a terminal of 80x24, script(1), and waits until it asks. */
async function asked(): Promise<void> {
  const command = `stty cols 80 rows 24; exec ${process.execPath} --import tsx ${PROGRAM} ${folder}`;
  terminal = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', TERM: 'xterm', NO_COLOR: '1', TZ: 'UTC' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  screen = '';
  terminal.stdout?.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
  });
  await vi.waitFor(() => expect(screen).toContain(QUESTION), { timeout: 20_000 });
}

/** What the program wrote down last: it may have no terminal any more to say it on. */
async function ending(): Promise<string> {
  const file = join(folder, 'ending');
  await vi.waitFor(() => expect(existsSync(file) && readFileSync(file, 'utf8')).toBeTruthy(), {
    timeout: 10_000,
  });
  return readFileSync(file, 'utf8');
}

test('it shows in the frame, and the work is there again after the answer; no finished step shows twice', async () => {
  await asked();
  const before = screen.slice(0, screen.indexOf(QUESTION));
  expect(before).toContain('Make the snapshot');
  const { length } = screen;
  terminal.stdin?.write('y');
  expect(await ending()).toBe('answered yes');
  await vi.waitFor(() => expect(screen).toContain('outcome  completed'));
  const after = screen.slice(length);
  expect(after).toContain('Make the snapshot');
  expect(after).toMatch(/✓ backup +answered yes/);
  expect(screen.match(/✓ preflight +13 checks/g)).toHaveLength(1);
});

test('Enter alone is no', async () => {
  await asked();
  terminal.stdin?.write('\r');
  expect(await ending()).toBe('answered no');
});

test('Ctrl-C at it is an interruption, exit 130', async () => {
  await asked();
  terminal.stdin?.write('\u0003');
  expect(await ending()).toBe('INTERRUPTED 130');
});

test('a signal takes it back', async () => {
  await asked();
  process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')), 'SIGTERM');
  expect(await ending()).toBe('INTERRUPTED 130');
});

test('a terminal that is closed leaves nobody to ask, exit 9', async () => {
  await asked();
  terminal.kill('SIGKILL');
  expect(await ending()).toBe('ANSWER_NEEDED 9');
});
