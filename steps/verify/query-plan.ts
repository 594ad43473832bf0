// How the target answers a query: the indexes it uses and the tables it reads from one end to the other, and whether that is as it
// should be. Whatever is small is read as a whole by right: no index is faster there.
import type pg from 'pg';
import { z } from 'zod';
import type { QueryPlan } from '../../src/plans/plan.js';
import { loadSql } from '../../src/target/sql.js';

/** The planner reads a table with fewer rows as it likes, and well. */
const LARGE_ROWS = 10_000;

export interface PlanCheck {
  readonly isRight: boolean;
  /** What is not as it should be; or, of each table that is read as a whole, why that is right. */
  readonly reasons: readonly string[];
  /** Indexes in use, of the whole tables. */
  readonly indexes: readonly string[];
}

const nodeSchema = z.object({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  'Index Name': z.string().optional(),
  get Plans() {
    return z.array(nodeSchema).optional();
  },
});
type PlanNode = z.infer<typeof nodeSchema>;
const explainedSchema = z.array(z.object({ Plan: nodeSchema }));
const relationSchema = z.object({
  name: z.string(),
  root: z.string(),
  rows: z.coerce.number(),
  root_rows: z.coerce.number(),
});

/** The plan of `sql` with these values, held against what `query` expects of it. Runs nothing. */
export async function checkPlan(
  client: pg.Client,
  query: Pick<QueryPlan, 'index' | 'scans'>,
  sql: string,
  values: readonly (string | null)[],
): Promise<PlanCheck> {
  const explained = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN (FORMAT JSON) ${sql}`, [...values]);
  const plan: unknown = JSON.parse(explained.rows[0]?.['QUERY PLAN'] ?? '[]');
  const nodes = explainedSchema.parse(plan).flatMap(({ Plan }) => nodesOf(Plan));
  const indexes = unique(nodes.map((node) => node['Index Name']));
  const scanned = unique(nodes.filter(isWholeScan).map((node) => node['Relation Name']));
  const wanted = query.index === undefined ? [] : [query.index];
  const { rows } = await client.query(loadSql('verify/plan_relations.sql'), [
    [...indexes, ...scanned, ...wanted],
  ]);
  return judge(query, indexes, scanned, z.array(relationSchema).parse(rows));
}

type Relation = z.infer<typeof relationSchema>;

function judge(
  query: Pick<QueryPlan, 'index' | 'scans'>,
  indexes: readonly string[],
  scanned: readonly string[],
  relations: readonly Relation[],
): PlanCheck {
  const named = (name: string): Relation | undefined => relations.find((relation) => relation.name === name);
  const rootOf = (name: string): string => named(name)?.root ?? name;
  const used = unique(indexes.map(rootOf));
  const { index, scans = [] } = query;
  const complaints: string[] = [];
  const isLarge = (name: string): boolean => (named(name)?.root_rows ?? 0) >= LARGE_ROWS;
  if (index !== undefined && !used.includes(index) && isLarge(index))
    complaints.push(`uses no index ${index}`);
  const reasons: string[] = [];
  // Of a partitioned table, the months without rows are read as a whole, which takes no time.
  const read = scanned.filter((name) => named(name)?.rows !== 0);
  for (const table of unique(read.map(rootOf))) {
    const rows = read.filter((name) => rootOf(name) === table).map((name) => named(name)?.rows ?? 0);
    const reason = scans.find((scan) => scan.table === table)?.reason;
    if (reason !== undefined) reasons.push(`reads all of ${table}, which ${reason}`);
    else if (Math.max(...rows) >= LARGE_ROWS) complaints.push(`reads all of ${table}`);
  }
  if (complaints.length > 0) return { isRight: false, reasons: complaints, indexes: used };
  return { isRight: true, reasons, indexes: used };
}

function isWholeScan(node: PlanNode): boolean {
  return node['Node Type'] === 'Seq Scan';
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

function unique(names: readonly (string | undefined)[]): string[] {
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** On a source of middling size another way is as good as the index. Reading all of a large table takes longer than this. */
const QUICK_MS = 5;

/** The same check, with nothing to complain of where the answer took no time all the same. */
export function unlessQuick(check: PlanCheck, ms: number): PlanCheck {
  if (check.isRight || ms > QUICK_MS) return check;
  return {
    ...check,
    isRight: true,
    reasons: check.reasons.map((reason) => `${reason}, and takes no time by it`),
  };
}
