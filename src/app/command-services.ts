// Services that are stopped and started by command lines of the admin, for whatever is not systemd.
// What a start command leaves running keeps the log as its output: an ended pipe would kill it, a deleted file would grow unseen.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { showValue } from '../codec/problem.js';
import { WizardError } from '../errors.js';
import { showDuration } from '../output/format.js';
import { processesHolding } from '../source/open-files.js';
import { type ChildEnd, runChild } from './child.js';
import { WITH_NOTE, waitForEarlier } from './earlier-command.js';
import type { Services } from './services.js';
import { lastLines } from './systemctl.js';

export interface CommandOptions {
  /** Shell command lines, run by `sh -c`. Each must end by itself, and succeed when there is nothing left to do. */
  readonly stop: string;
  readonly start: string;
  readonly timeoutMs?: number;
  /** Where stop-command.log and start-command.log are kept; else in a temporary folder that stays only while it is in use. */
  readonly outputDir?: string;
  /** Environment variables that the commands must not inherit, such as one that would beat the env file just switched. */
  readonly without?: readonly string[];
}

const DEFAULT_TIMEOUT_MS = 120_000;
const TAIL_BYTES = 8192;

/** Commands of the admin. A command that fails or does not end is SERVICES_STOP or SERVICES_START (exit 7). */
export function commandServices(options: CommandOptions): Services {
  return {
    describe: `commands: ${showValue(options.stop)} and ${showValue(options.start)}`,
    howStopped: `by '${showValue(options.stop)}'`,
    stop: () => runCommand('stop', options),
    start: () => runCommand('start', options),
    running: () => Promise.resolve([]),
  };
}

async function runCommand(verb: 'stop' | 'start', options: CommandOptions): Promise<void> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, without = [] } = options;
  const folder = options.outputDir ?? (await mkdtemp(join(tmpdir(), 'ttm-wizard-')));
  const log = join(folder, `${verb}-command.log`);
  // What a killed wizard had begun goes on without it; the two must not get into each other's way.
  const note = join(folder, 'command.stat');
  await waitForEarlier(note, timeoutMs);
  const output = openSync(log, 'a+', 0o600);
  let end: ChildEnd;
  let words: string[];
  try {
    const sizeBefore = fstatSync(output).size;
    end = await runChild('sh', ['-c', WITH_NOTE, note, options[verb]], { timeoutMs, output, without });
    words = lastLines(readTail(output, sizeBefore));
  } finally {
    closeSync(output);
  }
  const how = howItFailed(end, timeoutMs);
  if (how !== undefined) throw commandError(verb, options[verb], how, words, log);
  if (options.outputDir === undefined && processesHolding(log).length === 0)
    await rm(folder, { recursive: true });
}

function howItFailed(end: ChildEnd, timeoutMs: number): string | undefined {
  if (end.isTimedOut) return `has not ended within ${showDuration(timeoutMs)}`;
  if (end.startError !== undefined) return `cannot be run: ${end.startError}`;
  if (end.exitCode === 0) return undefined;
  return end.signal === undefined
    ? `ends with exit code ${end.exitCode ?? '?'}`
    : `is ended by ${end.signal}`;
}

/** The end of what was written behind `from`. */
function readTail(file: number, from: number): string {
  const end = fstatSync(file).size;
  const start = Math.max(from, end - TAIL_BYTES);
  const bytes = Buffer.alloc(Math.max(0, end - start));
  return bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, start));
}

function commandError(
  verb: 'stop' | 'start',
  line: string,
  how: string,
  words: readonly string[],
  log: string,
): WizardError {
  const isHanging = how.startsWith('has not ended');
  return new WizardError({
    code: verb === 'stop' ? 'SERVICES_STOP' : 'SERVICES_START',
    message: [`the ${verb} command ${how}: ${showValue(line, 200)}`, ...words].join('\n'),
    remedies: [
      isHanging && verb === 'start'
        ? 'it must end by itself: put what is to run on into the background with &'
        : `type it yourself; it must ${isHanging ? 'end' : 'succeed'} also when all is ${verb === 'stop' ? 'stopped' : 'running'} already`,
      `cat ${log}    is all that it wrote`,
    ],
    exitCode: 7,
  });
}
