// Compares one chunk row by row, for chunks whose digests differ: names each missing, added, duplicated and changed row, and
// the columns that changed.
import type pg from 'pg';
import { showValue } from '../codec/problem.js';
import type { ColumnPlan, TablePlan } from '../plans/plan.js';
import { fillSql, quoteName } from '../target/sql.js';
import { BadKeys } from './bad-keys.js';
import type { RowChange } from './changes.js';
import type { OrphanRule } from './jobs.js';
import { type ChunkRange, keyColumns, splitLine, targetLine, targetOrder, targetRange } from './range.js';
import type { BadRow, ChunkReader } from './reader.js';

export interface RowDifference {
  readonly kind: 'missing' | 'added' | 'duplicated' | 'changed';
  readonly table: string;
  readonly key: string;
  /** For changed rows, each column that differs with both values, shortened and escaped. */
  readonly columns: readonly { readonly name: string; readonly source: string; readonly target: string }[];
}

const FETCH_ROWS = 2000;

/** One row of the target; both are canonical lines. */
interface TargetRow {
  readonly key: string;
  readonly line: string;
}

/** One row that is not the same on both sides, as canonical lines. */
export interface LineDifference {
  readonly kind: RowDifference['kind'];
  /** The line of the key columns alone. */
  readonly key: string;
  /** Absent for an added row. */
  readonly source?: string;
  /** Absent for a missing row. */
  readonly target?: string;
}

/** Yields to `found` every difference between the chunk in the source and in the target that is not `explained`; `client` must be free. */
export async function compareRows(
  client: pg.Client,
  reader: ChunkReader,
  chunk: ChunkRange,
  orphans: readonly OrphanRule[],
  found: (difference: RowDifference) => void,
  explained: readonly RowDifference['kind'][] = [],
): Promise<void> {
  const { table } = reader;
  const bad = new BadKeys(table);
  const lines = sourceLines(reader, chunk, orphans, (row) => bad.add(row));
  await compareLines(client, table, chunk, lines, ({ kind, key, source, target }) => {
    // A row whose values the target cannot hold is there all the same.
    if (explained.includes(kind === 'added' && bad.has(key) ? 'changed' : kind)) return;
    const columns =
      kind === 'changed' && source !== undefined && target !== undefined
        ? showColumns(table.columns, source, target)
        : [];
    found({ kind, table: table.name, key: showKey(table, key), columns });
  });
}

/** The same on lines; `source` maps the line of each row's key to its whole line. */
export async function compareLines(
  client: pg.Client,
  table: TablePlan,
  chunk: ChunkRange,
  source: ReadonlyMap<string, string>,
  found: (difference: LineDifference) => void,
): Promise<void> {
  const seen = new Set<string>();
  for await (const { key, line } of targetLines(client, table, chunk)) {
    const expected = source.get(key);
    if (expected === undefined) found({ kind: 'added', key, target: line });
    else if (seen.has(key)) found({ kind: 'duplicated', key, source: expected, target: line });
    else {
      seen.add(key);
      if (expected !== line) found({ kind: 'changed', key, source: expected, target: line });
    }
  }
  for (const [key, line] of source) if (!seen.has(key)) found({ kind: 'missing', key, source: line });
}

/** Canonical lines of the good rows by the text of their key fields; the others go to `bad`. */
export function sourceLines(
  reader: ChunkReader,
  chunk: ChunkRange,
  orphans: readonly OrphanRule[],
  bad: (row: BadRow) => void = () => undefined,
): Map<string, string> {
  const { encoder, table } = reader;
  const lines = new Map<string, string>();
  const positions = table.key.map((name) => table.columns.findIndex((column) => column.name === name));
  for (const _ of reader.read(chunk, orphans, bad)) {
    const line = encoder.out.toString('utf8', 0, encoder.length);
    const fields = line.split('\t');
    lines.set(positions.map((position) => fields[position] ?? '').join('\t'), line);
  }
  return lines;
}

/** What `side` needs so that the row equals the other side's. Throws RangeError for a duplicated row: keys forbid it. */
export function changeFor(
  side: 'source' | 'target',
  table: TablePlan,
  { kind, key, source, target }: LineDifference,
): RowChange {
  const [wanted, actual] = side === 'target' ? [source, target] : [target, source];
  const common = { table: table.name, key: splitLine(keyColumns(table), key) };
  if (kind === 'duplicated') throw new RangeError(`row ${key} of ${table.name} stands twice in the target`);
  if (wanted === undefined) return { ...common, kind: 'delete', fields: [], changed: [] };
  const fields = splitLine(table.columns, wanted);
  if (actual === undefined) return { ...common, kind: 'insert', fields, changed: [] };
  const before = splitLine(table.columns, actual);
  const changed = fields.flatMap((field, i) => (field === before[i] ? [] : [i]));
  return { ...common, kind: 'update', fields, changed };
}

async function* targetLines(
  client: pg.Client,
  table: TablePlan,
  chunk: ChunkRange,
): AsyncGenerator<TargetRow> {
  const { where, values } = targetRange(table, chunk);
  const sql = fillSql('verify/chunk_rows.sql', {
    key: targetLine(keyColumns(table)),
    line: targetLine(table.columns),
    table: quoteName(table.name),
    range: where,
    order: targetOrder(table),
  });
  await client.query('BEGIN READ ONLY');
  try {
    await client.query(`DECLARE ttm_rows NO SCROLL CURSOR FOR ${sql}`, values);
    for (;;) {
      const { rows } = await client.query<TargetRow>(`FETCH ${FETCH_ROWS} FROM ttm_rows`);
      if (rows.length === 0) break;
      yield* rows;
    }
  } finally {
    await client.query('ROLLBACK').catch(() => undefined);
  }
}

function showColumns(
  columns: readonly ColumnPlan[],
  source: string,
  target: string,
): RowDifference['columns'] {
  const [left, right] = [splitLine(columns, source), splitLine(columns, target)];
  return columns
    .map(({ name }, i) => ({ name, source: left[i] ?? null, target: right[i] ?? null }))
    .filter((column) => column.source !== column.target)
    .map((column) => ({ name: column.name, ...showDifference(column.source, column.target) }));
}

/** Both values from shortly before where they part, so that long documents show what differs. */
function showDifference(source: string | null, target: string | null): { source: string; target: string } {
  if (source === null || target === null) return { source: showValue(source), target: showValue(target) };
  let at = 0;
  while (at < source.length && source[at] === target[at]) at++;
  const from = Math.max(0, at - 20);
  const show = (text: string): string => `${from > 0 ? '…' : ''}${showValue(text.slice(from))}`;
  return { source: show(source), target: show(target) };
}

/** The fields of a key's line, shortened and escaped. */
export function showKey(table: TablePlan, key: string): string {
  const fields = splitLine(keyColumns(table), key);
  return showValue(fields.map((field) => field ?? 'NULL').join(','));
}
