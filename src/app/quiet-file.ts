// Waits until no other process has the source open, the only proof there is that nobody writes to it any more.
import { existsSync, realpathSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { showValue } from '../codec/problem.js';
import { WizardError, codeOf } from '../errors.js';
import { showDuration } from '../output/format.js';
import { type FileHolder, type Inspection, inspectHolders } from '../source/open-files.js';
import { sourceError } from '../source/sqlite.js';

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly pollMs?: number;
  /** Told at once, and whenever others hold it than before. */
  readonly onWait?: (holders: readonly FileHolder[]) => void;
}

/**
 * Resolves when nobody has the file or its -wal, -shm or -journal open; `uninspected` is how many processes could not be looked
 * into, each of which may still have it. Throws SOURCE_HELD (exit 7) with the holders, SOURCE_UNREADABLE (exit 4) without a file.
 */
export async function waitUntilReleased(
  path: string,
  { timeoutMs, pollMs = 250, onWait }: WaitOptions,
): Promise<{ readonly uninspected: number }> {
  const deadline = performance.now() + timeoutMs;
  let told = '';
  for (;;) {
    const { holders, uninspected } = inspectDatabase(path);
    if (holders.length === 0) return { uninspected };
    if (performance.now() >= deadline) throw held(path, holders, timeoutMs);
    const pids = holders.map(({ pid }) => pid).join(' ');
    if (pids !== told) onWait?.(holders);
    told = pids;
    await sleep(Math.min(pollMs, Math.max(1, deadline - performance.now())));
  }
}

function inspectDatabase(path: string): Inspection {
  try {
    // SQLite puts its other files beside the real one.
    const real = realpathSync(path);
    const siblings = ['-wal', '-shm', '-journal'].map((suffix) => real + suffix);
    return inspectHolders([real, ...siblings.filter((sibling) => existsSync(sibling))]);
  } catch (error) {
    // A sibling goes with the last connection, perhaps just now.
    if (codeOf(error) === 'ENOENT' && existsSync(path)) return inspectHolders([path]);
    throw sourceError(path, error);
  }
}

/** `uvicorn (pid 812, tothemoon.service)` */
export function showHolder({ pid, command, unit }: Omit<FileHolder, 'isReader'>): string {
  return `${showValue(command)} (pid ${pid}${unit === undefined ? '' : `, ${unit}`})`;
}

function held(path: string, holders: readonly FileHolder[], timeoutMs: number): WizardError {
  const units = new Set(holders.flatMap(({ unit }) => (unit === undefined ? [] : [unit])));
  const others = holders.filter(({ unit }) => unit === undefined);
  return new WizardError({
    code: 'SOURCE_HELD',
    message: `after ${showDuration(timeoutMs)} ${path} is still open in ${holders.map(showHolder).join(', ')}`,
    remedies: [
      ...[...units].map(
        (unit) => `systemctl stop ${unit}    and name it with --service, so that it is stopped next time`,
      ),
      ...others.flatMap(({ pid }) => [`ps -fp ${pid}    what it is`, `kill ${pid}    if it may end`]),
    ],
    exitCode: 7,
  });
}
