// Carry-back of one chunk: the target against the ledger, both sides against each other, and where they differ, row by row. Changes
// nothing.
import type pg from 'pg';
import type { TablePlan } from '../plans/plan.js';
import { fillSql, quoteName } from '../target/sql.js';
import { BadKeys } from './bad-keys.js';
import type { RowChange } from './changes.js';
import { type LineDifference, changeFor, compareLines, showKey, sourceLines } from './compare.js';
import type { CarryBackPart, CarryBackResult, ChunkSurvey, Job, KnownChunk, TargetDigest } from './jobs.js';
import { MAX_ROW_BYTES } from './large-rows.js';
import { type ChunkRange, keyColumns, targetLine, targetRange } from './range.js';
import type { ChunkReader } from './reader.js';
import { surveyChunk } from './survey.js';

type CarryBackJob = Extract<Job, { kind: 'carry-back' }>;

/** Rows handed over at a time. */
const PART_ROWS = 250;

/** Gives the row changes to `part` as they are found. The application must be stopped on both sides, or the result is only an estimate. */
export async function carryBackChunk(
  reader: ChunkReader,
  { chunk, orphans, ledger, isSourceSuspect }: CarryBackJob,
  client: pg.Client,
  digest: (client: pg.Client, chunk: ChunkRange) => Promise<TargetDigest>,
  part: (part: CarryBackPart) => void,
): Promise<CarryBackResult> {
  const { table } = reader;
  const target = await digest(client, chunk);
  // What an interrupted carry-back has written is not what the ledger says, even where the target has become that again.
  const isChanged = ledger === undefined || ledger.carried.length > 0 || !isSame(target, ledger);
  if (!isChanged && !isSourceSuspect) return { target, isChanged, isSourceKnown: true };
  let isSourceKnown = true;
  if (ledger !== undefined) {
    const source = surveyChunk(reader, chunk, orphans);
    if (isSame(source, target)) return { target, isChanged, isSourceKnown };
    isSourceKnown = isKnownSource(source, ledger);
  }
  const common = { isChanged, isSourceKnown };
  const refused = await refuseLargeRows(client, table, chunk);
  if (refused.length > 0) {
    part({ ...common, changes: [], replaced: [], refused });
    return { target, ...common };
  }
  const bad = new BadKeys(table);
  const lines = sourceLines(reader, chunk, orphans, (row) => bad.add(row));
  const parts = new Parts(table, bad, (changes) => part({ ...common, ...changes }));
  await compareLines(client, table, chunk, lines, (difference) => parts.add(difference));
  parts.handOver();
  return { target, ...common };
}

/** Whether the source holds what the ledger says, or what an interrupted carry-back has given it. */
export function isKnownSource(source: ChunkSurvey, ledger: KnownChunk): boolean {
  if (isSame(source, ledger)) return source.bad === ledger.bad;
  // Carrying back may have put good rows in the place of bad ones.
  return ledger.carried.includes(source.digest) && source.bad <= ledger.bad;
}

function isSame(a: TargetDigest, b: TargetDigest): boolean {
  return a.digest === b.digest && a.rows === b.rows;
}

/** Differences of one chunk as row changes, some hundred at a time. */
class Parts {
  private readonly table: TablePlan;
  private readonly bad: BadKeys;
  private readonly part: (part: Pick<CarryBackPart, 'changes' | 'replaced' | 'refused'>) => void;
  private changes: RowChange[] = [];
  private replaced: RowChange['key'][] = [];
  private refused: string[] = [];
  private lastKey: string | undefined;

  constructor(table: TablePlan, bad: BadKeys, part: Parts['part']) {
    this.table = table;
    this.bad = bad;
    this.part = part;
  }

  add(difference: LineDifference): void {
    const { kind, key } = difference;
    // The target's key may have more columns than the source's; its rows come in the order of the source's.
    if (kind === 'duplicated' || (kind === 'added' && key === this.lastKey)) {
      const name = this.table.key.join(', ');
      this.refused.push(
        `${this.table.name} ${showKey(this.table, key)} stands twice, and ${name} is the key of the source`,
      );
    } else {
      this.changes.push(this.changeOf(difference));
    }
    this.lastKey = key;
    if (this.changes.length + this.refused.length >= PART_ROWS) this.handOver();
  }

  handOver(): void {
    const { changes, replaced, refused } = this;
    if (changes.length + refused.length > 0) this.part({ changes, replaced, refused });
    [this.changes, this.replaced, this.refused] = [[], [], []];
  }

  private changeOf(difference: LineDifference): RowChange {
    const change = changeFor('source', this.table, difference);
    if (change.kind !== 'insert' || !this.bad.has(difference.key)) return change;
    this.replaced.push(change.key);
    return { ...change, kind: 'update', changed: change.fields.map((_, i) => i) };
  }
}

/** Rows of the target that must not be read: no thread has the memory for them, and the source's would be refused as well. */
async function refuseLargeRows(client: pg.Client, table: TablePlan, chunk: ChunkRange): Promise<string[]> {
  const { where, values } = targetRange(table, chunk);
  const sql = fillSql('verify/large_rows.sql', {
    key: targetLine(keyColumns(table)),
    line: targetLine(table.columns),
    table: quoteName(table.name),
    range: where,
    limit: String(MAX_ROW_BYTES),
  });
  const { rows } = await client.query<{ key: string; bytes: string }>(sql, values);
  const most = `more than ${Math.round(MAX_ROW_BYTES / 1e6)} MB`;
  return rows.map(
    ({ key, bytes }) => `${table.name} ${showKey(table, key)} is a row of ${bytes} bytes, ${most}`,
  );
}
