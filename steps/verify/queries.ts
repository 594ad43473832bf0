// The application's own queries on both sides: equal results, time before and after, and the index that the target uses.
import type pg from 'pg';
import { z } from 'zod';
import type { QueryResult } from '../../src/chunk/jobs.js';
import type { WorkerPool } from '../../src/chunk/pool.js';
import { Problem, showValue } from '../../src/codec/problem.js';
import { canonicalTime } from '../../src/codec/time.js';
import type { Finding } from '../../src/events.js';
import type { QueryPlan } from '../../src/plans/plan.js';
import { progressOf } from '../../src/run/progress.js';
import { backupResult, chunkList, snapshotPath } from '../../src/run/snapshot.js';
import { type StepContext, Stopped } from '../../src/run/step.js';
import { openSource } from '../../src/source/sqlite.js';
import { loadSql } from '../../src/target/sql.js';

/** A query that takes longer than this on the target and does not use its index is worth a word. */
const SLOW_MS = 50;

/** Resolves to how long the slowest of them takes on the source, in milliseconds. */
export async function compareQueries(
  context: StepContext,
  pool: WorkerPool,
  report: (finding: Finding) => void,
): Promise<number> {
  const { queries } = context.options.plan;
  const excuse = excuseFor(context);
  const client = await context.target();
  const progress = progressOf(context.emit, 'verify');
  let [done, slowestMs] = [0, 0];
  for (const query of queries) {
    let source: QueryResult | undefined;
    const isComplete = await pool.run(
      [{ kind: 'query' as const, sql: loadSql(query.sqlite) }].values(),
      (_, result) => void (source = result),
      context.stop,
    );
    if (!isComplete || source === undefined) throw new Stopped();
    if (source.unavailable !== undefined) {
      const message = `query ${query.name} cannot be compared: on the source ${source.unavailable}`;
      report({ severity: 'info', code: 'query-unavailable', message, remedies: [] });
      continue;
    }
    slowestMs = Math.max(slowestMs, roundMs(source.elapsedMs));
    const target = await runOnTarget(client, query);
    const difference = firstDifference(source, target);
    const index = await indexUsed(client, query);
    context.emit({
      type: 'query.compared',
      step: 'verify',
      query: query.name,
      equal: difference === undefined,
      rows: target.rows.length,
      sourceMs: roundMs(source.elapsedMs),
      targetMs: roundMs(target.elapsedMs),
      index: index ?? null,
    });
    if (difference !== undefined) {
      const severity = excuse === undefined ? 'error' : 'warning';
      const message = `query ${query.name}: ${difference}${excuse === undefined ? '' : ` (${excuse})`}`;
      report({ severity, code: 'query-different', message, remedies: [] });
    }
    if (query.index !== undefined && index === undefined && target.elapsedMs > SLOW_MS) {
      const message = `query ${query.name} takes ${Math.round(target.elapsedMs)} ms and uses no index ${query.index}…`;
      report({ severity: 'warning', code: 'query-index', message, remedies: [] });
    }
    progress({
      doing: "comparing the application's queries",
      done: ++done,
      total: queries.length,
      unit: 'parts',
    });
  }
  return slowestMs;
}

/** Why the application's answers may differ by right, every row having been compared. */
function excuseFor(context: StepContext): string | undefined {
  if (chunkList(context).chunks.some(({ survey }) => survey.bad > 0)) return 'rows are in quarantine';
  if (backupResult(context).hasOtherSpellings)
    return 'the source orders times by their spelling, of which it has several';
  const db = openSource(snapshotPath(context));
  try {
    if (db.pragma('encoding', { simple: true }) !== 'UTF-8')
      return 'the source orders text by its bytes in UTF-16';
  } finally {
    db.close();
  }
  return undefined;
}

function roundMs(ms: number): number {
  return Math.round(ms * 100) / 100;
}

async function runOnTarget(client: pg.Client, query: QueryPlan): Promise<QueryResult> {
  const sql = loadSql(query.postgres);
  // The first run fills the caches, as the source's were by the comparison before; the second is measured.
  await client.query(sql);
  const startedAt = performance.now();
  const result = await client.query<(string | null)[]>({ text: sql, rowMode: 'array' });
  return {
    columns: result.fields.map(({ name }) => name),
    rows: result.rows,
    elapsedMs: performance.now() - startedAt,
  };
}

/** Undefined when both have the same columns and rows in the same order; numbers are compared as numbers' own text. */
function firstDifference(source: QueryResult, target: QueryResult): string | undefined {
  if (source.columns.join() !== target.columns.join())
    return `columns ${source.columns.join()} became ${target.columns.join()}`;
  if (source.rows.length !== target.rows.length)
    return `${source.rows.length} rows became ${target.rows.length}`;
  for (const [i, row] of source.rows.entries()) {
    for (const [j, value] of row.entries()) {
      const other = target.rows[i]?.[j] ?? null;
      if (value !== other && !isSameNumber(value, other) && !isSameTime(value, other)) {
        return `row ${i + 1}, ${source.columns[j] ?? ''}: ${showValue(value)} became ${showValue(other)}`;
      }
    }
  }
  return undefined;
}

/** Doubles and decimals are spelled in several ways, `1e+22` and `1.50`; integers in one, which is compared digit by digit. */
function isSameNumber(a: string | null, b: string | null): boolean {
  if (a === null || b === null || !isNumber(a) || !isNumber(b)) return false;
  const areIntegers = /^-?\d+$/.test(a) && /^-?\d+$/.test(b);
  return Number(a) === Number(b) && (!areIntegers || Number.isSafeInteger(Number(a)));
}

function isNumber(text: string): boolean {
  return /^-?(?:\d+(?:\.\d*)?(?:e[-+]?\d+)?|Infinity)$/.test(text);
}

/** The source may spell an instant in other ways than the target does: without a fraction, with a T, with an offset. */
function isSameTime(a: string | null, b: string | null): boolean {
  if (a === null || b === null) return false;
  const [left, right] = [canonicalTime(a), canonicalTime(b)];
  return !(left instanceof Problem) && !(right instanceof Problem) && left.text === right.text;
}

const planNodeSchema = z.object({
  'Index Name': z.string().optional(),
  get Plans() {
    return z.array(planNodeSchema).optional();
  },
});
type PlanNode = z.infer<typeof planNodeSchema>;

async function indexUsed(client: pg.Client, query: QueryPlan): Promise<string | undefined> {
  const { index } = query;
  if (index === undefined) return undefined;
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(
    `EXPLAIN (FORMAT JSON) ${loadSql(query.postgres)}`,
  );
  const parsed: unknown = JSON.parse(rows[0]?.['QUERY PLAN'] ?? '[]');
  const plans = z.array(z.object({ Plan: planNodeSchema })).parse(parsed);
  return plans.flatMap(({ Plan }) => indexesOf(Plan)).find((name) => name.startsWith(index));
}

function indexesOf(node: PlanNode): string[] {
  const own = node['Index Name'];
  return [...(own === undefined ? [] : [own]), ...(node.Plans ?? []).flatMap(indexesOf)];
}
