// The program in a real terminal, script(1) of util-linux, which every Debian has: keys are typed, and what it draws is read as text.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { PROGRAM } from '../faults/wizard-process.js';

export const KEYS = { enter: '\r', escape: '\u001b', down: '\u001b[B', interrupt: '\u0003' } as const;

export class Terminal {
  /** Every byte so far, as the program has sent it. */
  raw = '';
  readonly ended: Promise<number | null>;
  private readonly child: ChildProcess;
  private readonly folder: string;
  /** Where `waitFor` looks from on. */
  private mark = 0;

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.folder = mkdtempSync(join(tmpdir(), 'ttm-terminal-'));
    const program = [process.execPath, '--', PROGRAM, ...args].map(quoted).join(' ');
    const note = (name: string): string => quoted(join(this.folder, name));
    // Job control as a shell has it is not needed; what the terminal is like afterwards is.
    const command = `stty cols 80 rows 24; tty > ${note('tty')}; echo $$ > ${note('pid')}; ${program}; code=$?; stty -a > ${note('after')}; exit $code`;
    this.child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: '/nonexistent',
        TERM: 'xterm',
        LANG: 'C.UTF-8',
        NO_COLOR: '1',
        TZ: 'UTC',
        SHELL: '/bin/sh',
        ...env,
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.raw += text));
    this.ended = new Promise((resolve) => this.child.once('close', (code) => resolve(code)));
  }

  /** Types `keys`; `waitFor` then waits for what comes after them. */
  press(...keys: readonly string[]): void {
    this.mark = this.raw.length;
    this.child.stdin?.write(keys.join(''));
  }

  /** What has been drawn since the last keys, without the sequences that steer the terminal. */
  get text(): string {
    return this.raw
      .slice(this.mark)
      .replaceAll('\u001b[1B\r', '\r\n')
      .replace(/\u001b(?:\[[0-9;?]*[A-Za-z]|[78])/g, '');
  }

  async waitFor(wanted: string | RegExp, patienceMs = 25_000): Promise<void> {
    const deadline = performance.now() + patienceMs;
    while (typeof wanted === 'string' ? !this.text.includes(wanted) : !wanted.test(this.text)) {
      if (performance.now() > deadline)
        throw new Error(`not seen within ${patienceMs} ms: ${String(wanted)}\n${this.text}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Makes the window another size; the program is told as a terminal tells it. */
  async resize(columns: number, rows: number): Promise<void> {
    this.mark = this.raw.length;
    await execa('stty', ['-F', this.read('tty').trim(), 'cols', String(columns), 'rows', String(rows)]);
  }

  /** Whether the terminal shows what is typed again, after the program has ended. */
  hasEcho(): boolean {
    return / echo /.test(this.read('after')) && / icanon /.test(this.read('after'));
  }

  /** As a lost line does it: the terminal is gone. */
  hangUp(): void {
    this.child.kill('SIGKILL');
  }

  remove(): void {
    this.child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private read(name: string): string {
    const file = join(this.folder, name);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
