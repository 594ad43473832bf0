// What the person gets to see of an error, and the exit code it means. A bug leaves its stack in the run's log, or in a file of
// its own, and shows it only with --debug.
import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT, WizardError, messageOf } from '../errors.js';
import { failureLines } from '../output/failure.js';
import { choosePaint } from '../output/paint.js';
import type { Writer } from '../output/writer.js';
import { redactText } from '../run/journal.js';
import type { Session } from './session.js';

export interface ErrorScene {
  readonly err: Writer;
  /** Undefined when the command line itself is wrong. */
  readonly session: Session | undefined;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** Prints `error` and answers with its exit code. */
export function reportError(error: unknown, { err, session, args, env }: ErrorScene): number {
  const clean = (text: string): string => redactText(maskUrls(text), session?.secrets ?? []);
  // A mistyped command line has no settings yet.
  const isColourless = args.includes('--no-color') || session?.flags['no-color'] === true;
  const paint = choosePaint(err.isTty, env, isColourless);
  const stack = clean(error instanceof Error ? (error.stack ?? error.message) : String(error));
  const failure =
    error instanceof WizardError
      ? {
          ...pick(error),
          message: clean(error.message),
          remedies: error.remedies.map(clean),
          log: session?.log,
        }
      : {
          message: `this is a bug: ${clean(messageOf(error))}`,
          remedies: ['send the log; the same command with --resume goes on'],
          exitCode: EXIT.bug,
          log: writeCrash(stack, session?.log),
        };
  if (session?.isFailureShown !== true) for (const line of failureLines(failure, paint)) err.line(line);
  if (isDebug(args, env)) err.line(stack);
  return failure.exitCode;
}

/** With --debug the stack of what a run has ended with; its words have been told by the run itself. */
export function reportStack({ err, session, args, env }: ErrorScene): void {
  const stack = session?.failure?.stack;
  if (stack === undefined || !isDebug(args, env)) return;
  err.line(redactText(maskUrls(stack), session?.secrets ?? []));
}

function isDebug(args: readonly string[], env: NodeJS.ProcessEnv): boolean {
  return args.includes('--debug') || ['1', 'true', 'yes', 'on'].includes(env['TTM_DEBUG'] ?? '');
}

function pick({ code, exitCode }: WizardError): { code: string; exitCode: number } {
  return { code, exitCode };
}

/** Where the stack has been written; undefined when even that is impossible. */
function writeCrash(stack: string, log: string | undefined): string | undefined {
  const file = log ?? join(tmpdir(), `ttm-wizard-crash-${randomBytes(6).toString('hex')}.log`);
  try {
    appendFileSync(file, `${new Date().toISOString()} ${process.version} ${stack}\n`, { mode: 0o600 });
    return file;
  } catch {
    return undefined;
  }
}

/** A URL on a mistyped command line is in nobody's list of secrets yet. */
function maskUrls(text: string): string {
  return text.replace(/(\w:\/\/[^\s:/@]*:)[^\s/]*@/g, '$1***@');
}
