// What the application wrote, in its own words: one JSON line before each commit and one for each change after it, so that a
// test can ask any database whether all of it is there. Several processes may append to one file.
import { randomBytes } from 'node:crypto';
import { openSync, writeSync } from 'node:fs';
import type { Change, Key } from './store.js';

export type WrittenChange = Change & { readonly key: Key };

/** Where an error struck: at which stage of a transaction, or which request. */
export type Where = 'connect' | 'read' | 'write' | 'commit' | 'close' | `GET ${string}`;

type DiaryEntry =
  | { readonly kind: 'started'; readonly role: string; readonly pid: number }
  /** Stands before the commit, while the transaction holds its locks: so intents are in the order of the commits. */
  | { readonly kind: 'intent'; readonly tx: string; readonly changes: readonly WrittenChange[] }
  | ({ readonly kind: 'committed'; readonly tx: string; readonly waitedMs: number } & WrittenChange)
  | {
      readonly kind: 'error';
      /** Absent for a request. */
      readonly tx?: string;
      readonly where: Where;
      readonly message: string;
      readonly waitedMs: number;
    }
  | { readonly kind: 'stopped'; readonly transactions: number; readonly longestWaitMs: number };

/** Every line also says when, by the wall clock and in microseconds of the monotonic one, by which process and on what. */
type DiaryLine = DiaryEntry & {
  readonly at: string;
  readonly tick: number;
  readonly by: string;
  readonly on: string;
};

export interface Diary {
  /** The name of a new transaction, unlike any other in any process. */
  begin(): string;
  /** Several entries are one write: they are there together. */
  write(...entries: readonly DiaryEntry[]): void;
}

/** Appends to `file` until the process ends; without a file nothing is kept. `on` is the database's name. */
export function openDiary(file: string | undefined, role: string, on: string): Diary {
  const by = `${role}-${randomBytes(4).toString('hex')}`;
  const descriptor = file === undefined ? undefined : openSync(file, 'a');
  let count = 0;
  return {
    begin: () => `${by}-${++count}`,
    write: (...entries) => {
      if (descriptor === undefined) return;
      const at = new Date().toISOString();
      const tick = Number(process.hrtime.bigint() / 1000n);
      const lines = entries.map((entry) =>
        JSON.stringify({ at, tick, by, on, ...entry } satisfies DiaryLine),
      );
      // The leading line break keeps a line whole that follows one cut short by kill -9.
      writeSync(descriptor, `\n${lines.join('\n')}\n`);
    },
  };
}
