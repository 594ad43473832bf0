// The source's side of a chunk: rows, bytes, digest, and everything that its values' target types cannot hold.
import { createHash } from 'node:crypto';
import * as crypto from 'node:crypto';
import { type ProblemCode, showValue } from '../codec/problem.js';
import type { ProblemSummary, SurveyResult, OrphanRule } from './jobs.js';
import type { BadRow, ChunkReader } from './reader.js';
import type { ChunkRange } from './range.js';

const EXAMPLES = 5;
const MAX_BAD_KEYS = 10_000;

/** Reads the whole chunk, checking every value; `isMeasured` as in the job 'verify'. */
export function surveyChunk(
  reader: ChunkReader,
  chunk: ChunkRange,
  orphans: readonly OrphanRule[],
  isMeasured = false,
): SurveyResult {
  const { encoder } = reader;
  const hashes: string[] = [];
  const problems = new ProblemCollector();
  const badKeys: string[] = [];
  let bytes = 0;
  let bad = 0;
  const collect = (row: BadRow): void => {
    bad++;
    problems.add(row);
    if (badKeys.length < MAX_BAD_KEYS) badKeys.push(row.parentKey);
  };
  for (const _ of reader.read(chunk, orphans, collect, isMeasured)) {
    bytes += encoder.length;
    hashes.push(crypto.hash('sha256', encoder.out.subarray(0, encoder.length), 'hex'));
  }
  const respelled = encoder.takeRespelled();
  return {
    rows: hashes.length,
    bad,
    bytes,
    digest: digestOf(hashes),
    problems: problems.summaries(),
    badKeys,
    respelled,
  };
}

/** The digest of a chunk from the hexadecimal SHA-256 of each line; sql/verify/chunk_digest.sql does the same on the target. */
function digestOf(hashes: string[]): string {
  hashes.sort();
  return createHash('sha256')
    .update(Buffer.from(hashes.join(''), 'hex'))
    .digest('hex');
}

class ProblemCollector {
  private readonly found = new Map<
    string,
    {
      column: string;
      code: ProblemCode;
      kind: string;
      detail: string;
      count: number;
      examples: { key: string; value: string }[];
    }
  >();

  add(row: BadRow): void {
    for (const { column, value, problem } of row.problems) {
      const { code, kind, detail } = problem;
      const name = `${column.name} ${code} ${kind}`;
      let entry = this.found.get(name);
      if (entry === undefined) {
        entry = { column: column.name, code, kind, detail, count: 0, examples: [] };
        this.found.set(name, entry);
      }
      if (entry.detail !== detail) entry.detail = kind;
      entry.count++;
      if (entry.examples.length < EXAMPLES)
        entry.examples.push({ key: showValue(row.key), value: showValue(value) });
    }
  }

  summaries(): ProblemSummary[] {
    return [...this.found.values()];
  }
}
