// The wizard as a process of its own, watched through its NDJSON events: whoever breaks it needs to know where it is.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WizardEvent } from '../../src/events.js';

/** The program as it is installed. */
export const PROGRAM = fileURLToPath(new URL('../../bin/ttm-wizard.js', import.meta.url));

export interface Ending {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly elapsedMs: number;
}

/** Called with each event and how many came before it. */
export type Listener = (event: WizardEvent, position: number) => void;

/** A started wizard. Its environment holds nothing but what is given. */
export class WizardProcess {
  readonly child: ChildProcess;
  readonly events: WizardEvent[] = [];
  readonly ended: Promise<Ending>;
  private readonly listeners: Listener[] = [];
  stderr = '';
  isOver = false;
  private stdout = '';

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const { PATH = '/usr/bin:/bin' } = process.env;
    const startedAt = performance.now();
    this.child = spawn(process.execPath, ['--', PROGRAM, ...args], {
      // In another locale what is not ASCII would be escaped, and a secret would not be found.
      env: { PATH, HOME: '/nonexistent', TZ: 'UTC', LANG: 'C.UTF-8', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => this.read(text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code, signal) => {
        this.isOver = true;
        const elapsedMs = performance.now() - startedAt;
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr, elapsedMs });
      });
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  onEvent(listener: Listener): void {
    this.listeners.push(listener);
  }

  /** Resolves with the first event for which `isIt` answers true, past or to come; rejects when the wizard ends without it. */
  async until(isIt: (event: WizardEvent) => boolean): Promise<WizardEvent> {
    const past = this.events.find(isIt);
    if (past !== undefined) return past;
    return new Promise((resolve, reject) => {
      this.onEvent((event) => {
        if (isIt(event)) resolve(event);
      });
      this.ended.then(
        ({ code, stderr }) =>
          reject(new Error(`the wizard ended with ${code} before the awaited event: ${stderr}`)),
        reject,
      );
    });
  }

  /** False when it has ended already. */
  kill(signal: NodeJS.Signals): boolean {
    return !this.isOver && this.child.kill(signal);
  }

  /** The reader of its output goes away, as when `| head` ends or an SSH session breaks. */
  closeOutput(): void {
    this.child.stdout?.destroy();
    this.child.stderr?.destroy();
  }

  private read(text: string): void {
    const from = this.stdout.lastIndexOf('\n') + 1;
    this.stdout += text;
    const complete = this.stdout.slice(from, this.stdout.lastIndexOf('\n') + 1);
    for (const line of complete.split('\n')) {
      if (!line.startsWith('{')) continue;
      const event = JSON.parse(line) as WizardEvent;
      this.events.push(event);
      for (const listener of this.listeners) listener(event, this.events.length - 1);
    }
  }
}

/** Every file under `folder` with its path. */
export function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Steps that the run in `folder` has completed, as its state file says. */
export function completedSteps(folder: string): string[] {
  const state: unknown = JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8'));
  if (typeof state !== 'object' || state === null || !('results' in state)) return [];
  return Object.keys(state.results ?? {});
}
