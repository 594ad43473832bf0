// The stand-in application as a process of its own, as a service manager would start it.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../dist/src/demo/application/main.js', import.meta.url));

export interface ApplicationOptions {
  /** The first that has DATABASE_URL wins; without any it is dev.db in `cwd`. */
  readonly envFiles?: readonly string[];
  readonly cwd?: string;
  /** The diary to append to; several processes may share one. */
  readonly diary?: string;
  /** 41 when left out; 0 only serves. */
  readonly scoresPerMinute?: number;
  /** Both when left out. */
  readonly role?: 'api' | 'ws';
  readonly deletes?: boolean;
  /** Whether it serves HTTP, on a port of its own choice. */
  readonly serves?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

interface ApplicationEnding {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  /** From the call of `stop` or `kill`. */
  readonly elapsedMs: number;
}

export interface Application {
  readonly pid: number;
  /** Its first line: what runs on what. */
  readonly greeting: string;
  /** `http://127.0.0.1:PORT`; empty when it does not serve. */
  readonly url: string;
  /** Status and parsed body of a GET. */
  get(path: string): Promise<{ status: number; body: unknown }>;
  /** SIGTERM, and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<ApplicationEnding>;
  /** kill -9. */
  kill(): Promise<ApplicationEnding>;
}

/** Resolves once it writes and serves. Rejects when it ends before, with what it said. */
export async function startApplication(options: ApplicationOptions): Promise<Application> {
  const { PATH = '/usr/bin:/bin' } = process.env;
  const child = spawn(process.execPath, [PROGRAM, ...argumentsFor(options)], {
    env: { PATH, HOME: '/nonexistent', TZ: 'UTC', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Omit<ApplicationEnding, 'elapsedMs' | 'stderr'>>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const greeting = await Promise.race([
    firstLine(child),
    ended.then(({ code }) => {
      throw new Error(`the application ended with ${code}: ${stderr}`);
    }),
  ]);
  const url = /http:\S+$/.exec(greeting)?.[0] ?? '';
  const end = async (signal: NodeJS.Signals): Promise<ApplicationEnding> => {
    const startedAt = performance.now();
    child.kill(signal);
    return { ...(await ended), stderr, elapsedMs: performance.now() - startedAt };
  };
  return {
    pid: child.pid ?? 0,
    greeting,
    url,
    get: async (path) => {
      const response = await fetch(`${url}${path}`);
      return { status: response.status, body: await response.json() };
    },
    stop: (signal = 'SIGTERM') => end(signal),
    kill: () => end('SIGKILL'),
  };
}

function argumentsFor(options: ApplicationOptions): string[] {
  const args = (options.envFiles ?? []).flatMap((file) => ['--env-file', file]);
  if (options.diary !== undefined) args.push('--diary', options.diary);
  if (options.scoresPerMinute !== undefined)
    args.push('--scores-per-minute', String(options.scoresPerMinute));
  if (options.role !== undefined) args.push('--role', options.role);
  if (options.deletes === true) args.push('--deletes');
  if (options.serves === true) args.push('--port', '0');
  return args;
}

function firstLine(child: ChildProcess): Promise<string> {
  let stdout = '';
  return new Promise((resolve) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const end = stdout.indexOf('\n');
      if (end >= 0) resolve(stdout.slice(0, end));
    });
  });
}
