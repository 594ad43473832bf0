// The loop that writes: score after score at a steady pace, the other jobs now and then between them, each in a session and a
// transaction of its own. An error is written down and the loop goes on, as the application's scheduler does.
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../../errors.js';
import type { Diary, Where, WrittenChange } from './diary.js';
import type { Job } from './jobs.js';
import type { Store } from './store.js';

/**
 * A writer without a gap starves the other one: SQLite's busy handler asks ever more rarely, in the end every 100 ms, and gives
 * up after 5 s. So half of a transaction's time is left free behind it, though no more than this after one that had to wait.
 */
const LONGEST_GAP_MS = 25;
/** setTimeout waits not at all when asked for longer. */
const LONGEST_PAUSE_MS = 2 ** 31 - 1;

export interface WriterOptions {
  readonly store: Store;
  readonly diary: Diary;
  readonly jobs: readonly Job[];
  /** 0 with no jobs: then it only waits. */
  readonly roundsPerMinute: number;
  /** Aborted when the process shall end; the transaction under way is finished. */
  readonly stop: AbortSignal;
}

/** Resolves after `stop`, when the diary's last line is written. */
export async function writeUntilStopped(options: WriterOptions): Promise<void> {
  const { store, diary, jobs, roundsPerMinute, stop } = options;
  const isStopped = (): boolean => stop.aborted;
  let transactions = 0;
  let longestWaitMs = 0;
  let nextAt = performance.now();
  for (let round = 0; !isStopped(); round++) {
    for (const job of jobs) {
      if (round % job.everyRounds !== 0 || isStopped()) continue;
      const waitedMs = await transact(store, diary, job);
      longestWaitMs = Math.max(longestWaitMs, waitedMs);
      transactions++;
      await wait(Math.min(waitedMs / 2, LONGEST_GAP_MS), stop);
    }
    // A round that is late makes the following ones late too: a database that was locked is not flooded afterwards.
    nextAt = Math.max(nextAt + 60_000 / roundsPerMinute, performance.now());
    await wait(Math.min(nextAt - performance.now(), LONGEST_PAUSE_MS), stop);
  }
  diary.write({ kind: 'stopped', transactions, longestWaitMs });
}

/** Resolves early when stopped. */
async function wait(ms: number, stop: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal: stop }).catch(() => undefined);
}

/** One transaction, from opening the connection to the end of the commit; answers with its milliseconds. */
async function transact(store: Store, diary: Diary, job: Job): Promise<number> {
  const startedAt = performance.now();
  const elapsed = (): number => Math.round((performance.now() - startedAt) * 1000) / 1000;
  const tx = diary.begin();
  let where: Where = 'connect';
  let waitedMs: number | undefined;
  try {
    await store.session(async (session) => {
      where = 'read';
      const changes = await job.plan(session);
      where = 'write';
      const written: WrittenChange[] = [];
      for (const change of changes) written.push({ ...change, key: await session.write(change) });
      if (written.length > 0) {
        diary.write({ kind: 'intent', tx, changes: written });
        where = 'commit';
        await session.commit();
        const ms = elapsed();
        diary.write(
          ...written.map((change) => ({ kind: 'committed', tx, waitedMs: ms, ...change }) as const),
        );
        waitedMs = ms;
      }
      where = 'close';
    });
  } catch (error) {
    diary.write({ kind: 'error', tx, where, message: messageOf(error), waitedMs: elapsed() });
  }
  return waitedMs ?? elapsed();
}
