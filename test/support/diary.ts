// Reads what the stand-in application wrote down about itself.
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';

const cell = z.union([z.string(), z.number(), z.null()]);
const change = z.object({
  table: z.enum(['tokens', 'token_scores', 'app_settings']),
  operation: z.enum(['insert', 'update', 'delete']),
  key: z.union([z.string(), z.number()]),
  columns: z.record(z.string(), cell),
});
const common = z.object({ at: z.string(), tick: z.number(), by: z.string(), on: z.string() });
const started = common.extend({ kind: z.literal('started'), role: z.string(), pid: z.number() });
const intent = common.extend({ kind: z.literal('intent'), tx: z.string(), changes: z.array(change).min(1) });
const committed = common.extend({
  kind: z.literal('committed'),
  tx: z.string(),
  waitedMs: z.number(),
  ...change.shape,
});
const failed = common.extend({
  kind: z.literal('error'),
  tx: z.string().optional(),
  where: z.string(),
  message: z.string(),
  waitedMs: z.number(),
});
const stopped = common.extend({
  kind: z.literal('stopped'),
  transactions: z.number(),
  longestWaitMs: z.number(),
});
const line = z.discriminatedUnion('kind', [started, intent, committed, failed, stopped]);

export type DiaryCell = z.infer<typeof cell>;
export type DiaryChange = z.infer<typeof change>;
type DiaryLine = z.infer<typeof line>;

/** A transaction that came as far as its commit. */
export interface DiaryTransaction {
  readonly tx: string;
  readonly by: string;
  /** `sqlite:PATH` or `postgresql://HOST/DATABASE` */
  readonly on: string;
  readonly at: string;
  readonly changes: readonly DiaryChange[];
  /** Unknown: the process, or the connection to PostgreSQL, ended between the attempt and the answer. */
  readonly outcome: 'committed' | 'failed' | 'unknown';
}

export interface Diary {
  /** In the order of their commits. */
  readonly transactions: readonly DiaryTransaction[];
  /** The changes whose commit returned. */
  readonly committed: readonly z.infer<typeof committed>[];
  readonly errors: readonly z.infer<typeof failed>[];
  /** Of any transaction, failed ones too, in milliseconds. */
  readonly longestWaitMs: number;
  /** What contradicts itself in it. */
  readonly faults: readonly string[];
}

/** Reads one diary, or several of the same time as one. Throws for a line that is whole but not the diary's. */
export function readDiary(files: string | readonly string[]): Diary {
  const faults: string[] = [];
  const lines: DiaryLine[] = [];
  let torn = 0;
  for (const text of [files].flat().flatMap((file) => readFileSync(file, 'utf8').split('\n'))) {
    const parsed = text === '' ? undefined : parseLine(text);
    if (parsed !== undefined) lines.push(parsed);
    else if (text !== '') torn++;
  }
  // The monotonic clock orders what several processes wrote; the sort is stable, so a file's own order stays.
  lines.sort((one, other) => one.tick - other.tick);
  const of = <K extends DiaryLine['kind']>(kind: K): Extract<DiaryLine, { kind: K }>[] =>
    lines.filter((entry): entry is Extract<DiaryLine, { kind: K }> => entry.kind === kind);
  const killed = of('started').length - of('stopped').length;
  if (torn > killed) faults.push(`${torn} lines are cut short, but only ${killed} processes were killed`);
  const writtenIn = new Map<string, unknown[]>();
  for (const { tx, table, operation, key, columns } of of('committed'))
    writtenIn.set(tx, [...(writtenIn.get(tx) ?? []), { table, operation, key, columns }]);
  const failedIn = new Map(of('error').map((error) => [error.tx, error]));
  const transactions = of('intent').map(({ tx, by, on, at, changes }): DiaryTransaction => {
    const error = failedIn.get(tx);
    const written = writtenIn.get(tx);
    writtenIn.delete(tx);
    if (written !== undefined) {
      // Fewer when it was killed while writing them down: they are one write, but a long one can be cut.
      const isPart = written.every((one) => changes.some((other) => sameText(one, other)));
      if (!isPart) faults.push(`${tx} committed something else than it meant to`);
      return { tx, by, on, at, changes, outcome: 'committed' };
    }
    // SQLite says of a commit that failed that nothing happened; a lost connection to PostgreSQL says nothing.
    const isCertain = error !== undefined && (on.startsWith('sqlite:') || error.where !== 'commit');
    return { tx, by, on, at, changes, outcome: isCertain ? 'failed' : 'unknown' };
  });
  for (const tx of writtenIn.keys()) faults.push(`${tx} was committed without a line before it`);
  const waits = [...of('committed'), ...of('error')].map(({ waitedMs }) => waitedMs);
  return {
    transactions,
    committed: of('committed'),
    errors: of('error'),
    longestWaitMs: waits.reduce((longest, ms) => Math.max(longest, ms), 0),
    faults,
  };
}

/** Resolves once the diary is as `isEnough` wants it. Rejects after 30 s with what it holds by then. */
export async function untilDiary(
  files: string | readonly string[],
  isEnough: (diary: Diary) => boolean,
): Promise<Diary> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const diary = readDiary(files);
    if (isEnough(diary)) return diary;
    if (performance.now() > deadline)
      throw new Error(
        `after 30 s: ${diary.committed.length} changes, ${diary.errors.map(({ message }) => message).join()}`,
      );
    await pause(50);
  }
}

function parseLine(text: string): DiaryLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return line.parse(value);
}

function sameText(one: unknown, other: unknown): boolean {
  return JSON.stringify(change.parse(one)) === JSON.stringify(change.parse(other));
}
