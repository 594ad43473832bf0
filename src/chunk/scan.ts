// Surveys all tables of a file, chunk by chunk: on the live source for preflight, on the snapshot to fix what will be copied.
import type { Database } from 'better-sqlite3';
import { z } from 'zod';
import { WizardError } from '../errors.js';
import type { Finding } from '../events.js';
import type { TablePlan } from '../plans/plan.js';
import { Stopped } from '../run/step.js';
import type { FittedPlan } from '../source/drift.js';
import type { OrphanRule, SurveyResult } from './jobs.js';
import { canSetAside } from './large-rows.js';
import { planChunks } from './plan.js';
import type { Pace, WorkerPool } from './pool.js';

const keyText = z.array(z.string()).nullable();
const surveySchema = z.object({ rows: z.number(), bad: z.number(), bytes: z.number(), digest: z.string() });

/** One chunk of the snapshot with the source's side of it, as kept in chunks.json. */
const surveyedChunkSchema = z.object({
  table: z.string(),
  number: z.number(),
  low: keyText,
  high: keyText,
  survey: surveySchema,
});
export type SurveyedChunk = z.infer<typeof surveyedChunkSchema>;

/** What the backup step leaves in chunks.json: all chunks, and the bad keys that child tables must know of. */
export const chunkListSchema = z.object({
  chunks: z.array(surveyedChunkSchema),
  badKeys: z.record(z.string(), z.array(z.string())),
});
export type ChunkList = z.infer<typeof chunkListSchema>;

export interface ScanResult extends ChunkList {
  readonly findings: readonly Finding[];
}

export interface ScanOptions {
  readonly fitted: FittedPlan;
  readonly pool: WorkerPool;
  readonly db: Database;
  readonly stop: AbortSignal;
  /** What becomes of a row with a bad value; decides the severity of the findings. */
  readonly onBadValue: 'stop' | 'quarantine';
  readonly progress: (table: string, rows: number, bytes: number) => void;
  /** `in rounds` for a file that others write to. */
  readonly pace: Pace;
}

/** Reads every value once. Throws Stopped when asked to stop. */
export async function scanTables({
  fitted,
  pool,
  db,
  stop,
  onBadValue,
  progress,
  pace,
}: ScanOptions): Promise<ScanResult> {
  const chunks: SurveyedChunk[] = [];
  const badKeys: Record<string, string[]> = {};
  const findings = new ProblemFindings(onBadValue);
  for (const table of fitted.tables) {
    const present = fitted.present[table.name];
    if (present === undefined) continue;
    const orphans = orphanRules(table, badKeys);
    const jobs = (function* () {
      for (const chunk of planChunks(db, table, present)) yield { kind: 'survey' as const, chunk, orphans };
    })();
    let [rows, bytes] = [0, 0];
    const keys: string[] = [];
    const isComplete = await pool.run(
      jobs,
      ({ chunk }, result) => {
        const { rows: good, bad, bytes: size, digest } = result;
        chunks.push({
          ...chunk,
          low: copyKey(chunk.low),
          high: copyKey(chunk.high),
          survey: { rows: good, bad, bytes: size, digest },
        });
        keys.push(...result.badKeys);
        findings.add(table.name, result);
        rows += good + bad;
        bytes += size;
        progress(table.name, rows, bytes);
      },
      stop,
      pace,
    );
    if (!isComplete) throw new Stopped();
    if (keys.length > 0 && isParent(table, fitted)) badKeys[table.name] = boundedKeys(table, keys);
  }
  chunks.sort((a, b) => orderOf(fitted, a.table) - orderOf(fitted, b.table) || a.number - b.number);
  return { chunks, badKeys, findings: findings.list() };
}

function copyKey(key: readonly string[] | null): string[] | null {
  return key === null ? null : [...key];
}

function orderOf(fitted: FittedPlan, table: string): number {
  return fitted.tables.findIndex(({ name }) => name === table);
}

function isParent(table: TablePlan, fitted: FittedPlan): boolean {
  return fitted.tables.some(({ foreignKeys }) =>
    foreignKeys?.some(({ references }) => references.table === table.name),
  );
}

// Every chunk of the child tables is handed the list; beyond this the source has a problem that quarantine is no answer to.
const MAX_BAD_PARENTS = 10_000;

function boundedKeys(table: TablePlan, keys: string[]): string[] {
  if (keys.length <= MAX_BAD_PARENTS) return keys;
  throw new WizardError({
    code: 'TOO_MANY_BAD_ROWS',
    message: `more than ${MAX_BAD_PARENTS} rows of ${table.name} have values that the target cannot hold`,
    remedies: ['correct the column that the findings name, or change its type in the plan'],
    exitCode: 3,
  });
}

/** The foreign keys of a table, with the parents that will not be there. */
export function orphanRules(
  table: TablePlan,
  badKeys: Readonly<Record<string, readonly string[]>>,
): OrphanRule[] {
  return (table.foreignKeys ?? []).map((foreignKey) => ({
    foreignKey,
    badParents: badKeys[foreignKey.references.table] ?? [],
  }));
}

const QUARANTINE = 'correct these rows, or: --on-bad-value quarantine sets them aside, byte for byte';
const TOO_LARGE = 'shorten these values, or move them to files: no quarantine takes them either';

const SPELLINGS = {
  times: {
    code: 'time-spelling',
    detail: 'has times spelled in another way (T, Z, an offset, no seconds); the same instants are stored',
  },
  negativeZeros: {
    code: 'negative-zero',
    detail:
      'has documents with -0 or -0.0, which jsonb holds as 0 or 0.0; every other number keeps all its digits',
  },
} as const;

class ProblemFindings {
  private readonly found = new Map<
    string,
    Finding & { count: number; examples: { key: string; value: string }[] }
  >();
  private readonly respelled = new Map<string, Finding & { count: number }>();
  private readonly onBadValue: 'stop' | 'quarantine';

  constructor(onBadValue: 'stop' | 'quarantine') {
    this.onBadValue = onBadValue;
  }

  add(table: string, { problems, respelled }: SurveyResult): void {
    for (const { column, code, kind, detail, count, examples } of problems) {
      const name = `${table}.${column} ${code} ${kind}`;
      let entry = this.found.get(name);
      if (entry === undefined) {
        const isLost = !canSetAside({ code });
        const isStop = isLost || this.onBadValue === 'stop';
        const severity = isStop ? 'error' : 'warning';
        const remedies = isLost ? [TOO_LARGE] : isStop ? [QUARANTINE] : [];
        entry = {
          severity,
          code,
          message: `${table}.${column} ${detail}`,
          remedies,
          table,
          column,
          count: 0,
          examples: [],
        };
        this.found.set(name, entry);
      }
      if (entry.message !== `${table}.${column} ${detail}`) entry.message = `${table}.${column} ${kind}`;
      entry.count += count;
      entry.examples.push(...examples.slice(0, 5 - entry.examples.length));
    }
    for (const kind of ['times', 'negativeZeros'] as const) {
      for (const [column, count] of Object.entries(respelled[kind])) {
        const entry = this.respelled.get(`${table}.${column}`) ?? {
          ...{ severity: 'warning', remedies: [], table, column, count: 0, code: SPELLINGS[kind].code },
          message: `${table}.${column} ${SPELLINGS[kind].detail}`,
        };
        entry.count += count;
        this.respelled.set(`${table}.${column}`, entry);
      }
    }
  }

  list(): Finding[] {
    return [...this.found.values(), ...this.respelled.values()];
  }
}
