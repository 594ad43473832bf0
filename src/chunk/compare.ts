// Compares one chunk row by row, for chunks whose digests differ: names each missing, added, duplicated and changed row, and
// the columns that changed.
import type pg from 'pg';
import { z } from 'zod';
import { showValue } from '../codec/problem.js';
import type { ColumnPlan, TablePlan } from '../plans/plan.js';
import { fillSql, quoteName } from '../target/sql.js';
import type { OrphanRule } from './jobs.js';
import { type ChunkRange, keyColumns, splitLine, targetLine, targetOrder, targetRange } from './range.js';
import type { ChunkReader } from './reader.js';

export interface RowDifference {
  readonly kind: 'missing' | 'added' | 'duplicated' | 'changed';
  readonly table: string;
  readonly key: string;
  /** For changed rows, each column that differs with both values, shortened and escaped. */
  readonly columns: readonly { readonly name: string; readonly source: string; readonly target: string }[];
}

const FETCH_ROWS = 2000;
const rowSchema = z.object({ key: z.string(), line: z.string() });

/** Yields to `found` every difference between the chunk in the source and in the target; `client` must be free. */
export async function compareRows(
  client: pg.Client,
  reader: ChunkReader,
  chunk: ChunkRange,
  orphans: readonly OrphanRule[],
  found: (difference: RowDifference) => void,
): Promise<void> {
  const { table } = reader;
  const source = sourceLines(reader, chunk, orphans);
  const seen = new Set<string>();
  const report = (kind: RowDifference['kind'], key: string, columns: RowDifference['columns'] = []): void =>
    found({ kind, table: table.name, key: showKey(table, key), columns });
  for await (const { key, line } of targetLines(client, table, chunk)) {
    const expected = source.get(key);
    if (expected === undefined) report('added', key);
    else if (seen.has(key)) report('duplicated', key);
    else {
      seen.add(key);
      if (expected !== line) report('changed', key, changedColumns(table.columns, expected, line));
    }
  }
  for (const key of source.keys()) if (!seen.has(key)) report('missing', key);
}

/** Canonical lines of the good rows by the text of their key fields. */
function sourceLines(
  reader: ChunkReader,
  chunk: ChunkRange,
  orphans: readonly OrphanRule[],
): Map<string, string> {
  const { encoder, table } = reader;
  const lines = new Map<string, string>();
  const positions = table.key.map((name) => table.columns.findIndex((column) => column.name === name));
  for (const _ of reader.read(chunk, orphans, () => undefined)) {
    const line = encoder.out.toString('utf8', 0, encoder.length);
    const fields = line.split('\t');
    lines.set(positions.map((position) => fields[position] ?? '').join('\t'), line);
  }
  return lines;
}

async function* targetLines(
  client: pg.Client,
  table: TablePlan,
  chunk: ChunkRange,
): AsyncGenerator<z.infer<typeof rowSchema>> {
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
      const { rows } = await client.query(`FETCH ${FETCH_ROWS} FROM ttm_rows`);
      if (rows.length === 0) break;
      for (const row of rows) yield rowSchema.parse(row);
    }
  } finally {
    await client.query('ROLLBACK').catch(() => undefined);
  }
}

function changedColumns(
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

function showKey(table: TablePlan, key: string): string {
  const fields = splitLine(keyColumns(table), key);
  return showValue(fields.map((field) => field ?? 'NULL').join(','));
}
