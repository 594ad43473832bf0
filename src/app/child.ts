// Runs a program in a session and process group of its own: our Ctrl-C and our end do not reach what it leaves running, a
// timeout reaches all of it, and the wizard's own secrets stay here. Not execa, which takes no descriptor for the output.
import { spawn } from 'node:child_process';
import { codeOf } from '../errors.js';
import { givenEnvironment } from './given-environment.js';

export interface ChildEnd {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly isTimedOut: boolean;
  /** System error of a program that could not be started at all, such as ENOENT. */
  readonly startError: string | undefined;
  /** What it wrote, each at most the last 64 KB; empty when `output` took it. */
  readonly stdout: string;
  readonly stderr: string;
}

interface ChildOptions {
  readonly timeoutMs: number;
  /** Descriptor that takes both outputs; without it they are read through pipes. */
  readonly output?: number;
  /** Further environment variables that the child must not get. */
  readonly without?: readonly string[];
}

const KILL_AFTER_MS = 2000;
/** How long a pipe is read on that somebody keeps open after the program has ended. */
const PIPE_GRACE_MS = 500;
const KEPT_CHARACTERS = 65_536;
const SECRETS = /^(TTM_.*|PGPASSWORD)$/;

/** Resolves when the program has ended, however it ended. At the timeout its whole process group is ended with it. */
export async function runChild(
  file: string,
  arguments_: readonly string[],
  { timeoutMs, output, without = [] }: ChildOptions,
): Promise<ChildEnd> {
  const stdio = output ?? 'pipe';
  const child = spawn(file, arguments_, {
    detached: true,
    env: childEnvironment(without),
    stdio: ['ignore', stdio, stdio],
  });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      written[name] = (written[name] + text).slice(-KEPT_CHARACTERS);
    });
  }
  const clock = { isTimedOut: false };
  const timers = [
    setTimeout(() => {
      clock.isTimedOut = true;
      signalGroup(child.pid, 'SIGTERM');
    }, timeoutMs),
    setTimeout(() => signalGroup(child.pid, 'SIGKILL'), timeoutMs + KILL_AFTER_MS),
  ];
  const startError = await new Promise<string | undefined>((resolve) => {
    child.on('error', (error) => resolve(codeOf(error) ?? error.message));
    child.on('close', () => resolve(undefined));
    child.on('exit', () => timers.push(setTimeout(() => resolve(undefined), PIPE_GRACE_MS)));
  });
  timers.forEach((timer) => clearTimeout(timer));
  child.stdout?.destroy();
  child.stderr?.destroy();
  // Whatever outlives the leader of a group that was told to end.
  if (clock.isTimedOut) signalGroup(child.pid, 'SIGKILL');
  return {
    exitCode: startError === undefined ? (child.exitCode ?? undefined) : undefined,
    signal: child.signalCode ?? undefined,
    startError,
    ...clock,
    ...written,
  };
}

/** Our environment without what only the wizard may know. */
function childEnvironment(without: readonly string[]): Record<string, string> {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(givenEnvironment())) {
    if (!SECRETS.test(name) && !without.includes(name)) given[name] = value;
  }
  return given;
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody of the group is left.
  }
}
