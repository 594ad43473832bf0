// Looking at real processes: whether one lives, and waiting for what it writes or becomes.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { WizardError } from '../../src/errors.js';

/** Whether a process runs; one that has ended and was not yet collected does not. */
export function lives(pid: number): boolean {
  try {
    return /^State:\s[^Z]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Asks until the answer is neither undefined nor false; fails after ten seconds. */
export async function until<T>(ask: () => T | undefined | false): Promise<T> {
  const deadline = performance.now() + 10_000;
  while (performance.now() < deadline) {
    const answer = ask();
    if (answer !== undefined && answer !== false) return answer;
    await sleep(10);
  }
  throw new Error('not within ten seconds');
}

/** A file's trimmed text; undefined while there is none. */
export function textIn(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

/** The WizardError that a promise is rejected with; anything else fails. */
export async function failureOf(promise: Promise<unknown>): Promise<WizardError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof WizardError) return error;
    throw error;
  }
  throw new Error('no error where one was expected');
}
