// What the worker threads are asked and what they answer. Plain data, because it crosses a thread boundary.
import type { ProblemCode } from '../codec/problem.js';
import type { ForeignKeyPlan, TablePlan } from '../plans/plan.js';
import type { TargetAddress } from '../target/connect.js';
import type { Soundness } from '../source/soundness.js';
import type { RowChange } from './changes.js';
import type { RowDifference } from './compare.js';
import type { ChunkRange } from './range.js';
import type { RawCell } from './reader.js';

export interface WorkerSetup {
  /** The SQLite file to read: the live source in preflight, the snapshot afterwards. */
  readonly file: string;
  readonly tables: readonly TablePlan[];
  /** Columns that the file really has, by table; the others read as NULL. */
  readonly present: Readonly<Record<string, readonly string[]>>;
  readonly target?: TargetAddress;
  readonly runId?: string;
  /** Whether rows with problems go to quarantine; otherwise they end the copy. */
  readonly quarantine?: boolean;
}

/** For a child table: the foreign key, and the keys of parent rows that are themselves not carried over. */
export interface OrphanRule {
  readonly foreignKey: ForeignKeyPlan;
  /** The parents' keys, each as a JSON array of its values' text. */
  readonly badParents: readonly string[];
}

export type Job =
  /** Closes what is open; the jobs that follow are for this setup. */
  | { readonly kind: 'open'; readonly setup: WorkerSetup | undefined }
  | { readonly kind: 'survey'; readonly chunk: ChunkRange; readonly orphans: readonly OrphanRule[] }
  | {
      readonly kind: 'copy';
      readonly chunk: ChunkRange;
      readonly orphans: readonly OrphanRule[];
      /** What the survey of the same chunk found; the copy must come to the same count. */
      readonly survey: ChunkSurvey;
    }
  | {
      readonly kind: 'verify';
      readonly chunk: ChunkRange;
      readonly orphans: readonly OrphanRule[];
      /** Whether a survey of this very file, to which nobody writes, has found none of its rows too large to be read. */
      readonly isMeasured?: boolean;
    }
  /** Row by row, for a chunk whose digests differ. */
  | {
      readonly kind: 'compare';
      readonly chunk: ChunkRange;
      readonly orphans: readonly OrphanRule[];
      /** Kinds of difference that are known of and not counted. */
      readonly explained?: readonly RowDifference['kind'][];
    }
  /** The target's side alone. */
  | { readonly kind: 'digest'; readonly chunk: ChunkRange }
  /** What the target needs to equal the live source; nothing when `fingerprint` or the digest are as they were. */
  | {
      readonly kind: 'catch-up';
      readonly chunk: ChunkRange;
      readonly orphans: readonly OrphanRule[];
      readonly ledger: Pick<ChunkSurvey, 'rows' | 'bad' | 'digest'>;
      /** Of an earlier pass of this process. */
      readonly fingerprint?: string;
    }
  /** What the source needs to equal the target; nothing when both are as they are known. */
  | {
      readonly kind: 'carry-back';
      readonly chunk: ChunkRange;
      readonly orphans: readonly OrphanRule[];
      /** Absent for a part of a chunk: then it is compared in any case. */
      readonly ledger?: KnownChunk;
      /** Whether the source is to be looked at even where the target is as the ledger says. */
      readonly isSourceSuspect: boolean;
    }
  /** SQLite's own check of the whole file. */
  | { readonly kind: 'integrity' }
  /** One of the application's queries on the file, with the query that gives its parameters. */
  | { readonly kind: 'query'; readonly sql: string; readonly parameters?: string };

/** One kind of problem in one column of one chunk. */
export interface ProblemSummary {
  readonly column: string;
  readonly code: ProblemCode;
  readonly kind: string;
  /** Of the first value; the kind when another value's is different. */
  readonly detail: string;
  readonly count: number;
  /** The first few, key and value already shortened and escaped for show. */
  readonly examples: readonly { readonly key: string; readonly value: string }[];
}

/** The source's side of a chunk. */
export interface ChunkSurvey {
  /** Rows that can be carried over. */
  readonly rows: number;
  /** Rows with at least one problem. */
  readonly bad: number;
  /** Bytes of the canonical lines. */
  readonly bytes: number;
  readonly digest: string;
}

export interface SurveyResult extends ChunkSurvey {
  readonly problems: readonly ProblemSummary[];
  /** Keys of bad rows, for the tables that refer to this one, as in OrphanRule; at most 10,000. */
  readonly badKeys: readonly string[];
  /** Values that the target spells in another way, counted by column. */
  readonly respelled: Readonly<Record<'times' | 'negativeZeros', Readonly<Record<string, number>>>>;
}

export interface CopyResult {
  readonly rows: number;
  readonly quarantined: number;
  readonly bytes: number;
  /** The ledger had the chunk already. */
  readonly skipped: boolean;
}

export interface TargetDigest {
  readonly rows: number;
  readonly digest: string;
}

/** What the ledger says of a chunk, and the digests that an interrupted carry-back has given its rows in the source. */
export interface KnownChunk extends Pick<ChunkSurvey, 'rows' | 'bad' | 'digest'> {
  readonly carried: readonly string[];
}

interface VerifyResult {
  readonly source: ChunkSurvey;
  readonly target: TargetDigest;
}

interface CompareResult {
  /** The first 1,000 differences. */
  readonly differences: readonly RowDifference[];
  readonly count: number;
}

export interface CatchUpResult {
  /** Undefined for a chunk with rows in quarantine. */
  readonly fingerprint: string | undefined;
  /** Undefined when nothing has changed. */
  readonly survey?: SurveyResult;
  readonly changes: readonly RowChange[];
  /** Rows that the target cannot hold, for the quarantine. */
  readonly badRows: readonly QuarantineRow[];
  /** Whether the target was as the ledger says; true where it was not looked at. */
  readonly isTargetKnown: boolean;
}

/** A row for the quarantine, cell by cell. */
export interface QuarantineRow {
  readonly key: string;
  readonly cells: readonly (RawCell & { readonly problem: string | null })[];
}

export interface CarryBackResult {
  /** The target's side now. */
  readonly target: TargetDigest;
  /** Whether the target is not as the ledger says, or the source was given something else by an interrupted carry-back. */
  readonly isChanged: boolean;
  /** Whether the source holds what it held, or what we have carried back, or what the target holds; true where it was not looked at. */
  readonly isSourceKnown: boolean;
}

/** Row changes of a carry-back that is under way, some hundred at a time: all of a chunk's documents at once fill the memory. */
export interface CarryBackPart extends Pick<CarryBackResult, 'isChanged' | 'isSourceKnown'> {
  readonly changes: readonly RowChange[];
  /** Keys among the changes whose rows in the source could not be carried over and are overwritten. */
  readonly replaced: readonly RowChange['key'][];
  /** Rows that the source cannot take, each named with the reason. */
  readonly refused: readonly string[];
}

/** A query's answer and its times. */
export interface QueryAnswer {
  readonly columns: readonly string[];
  /** Values as text, null for NULL. */
  readonly rows: readonly (readonly (string | null)[])[];
  readonly times: QueryTimes;
}

export interface QueryTimes {
  readonly firstMs: number;
  /** Median of the warm runs; of a query that is not repeated, its first run. */
  readonly ms: number;
  /** How many warm runs there were. */
  readonly warmRuns: number;
}

export interface QueryResult extends QueryAnswer {
  /** $1, $2, … as text, null for NULL. */
  readonly parameters: readonly (string | null)[];
  /** Why the query is not asked on this source: it lacks a table or a column, or needs what only the application defines. */
  readonly unavailable?: string;
}

export interface JobResults {
  open: undefined;
  survey: SurveyResult;
  copy: CopyResult;
  verify: VerifyResult;
  compare: CompareResult;
  digest: TargetDigest;
  'catch-up': CatchUpResult;
  'carry-back': CarryBackResult;
  integrity: Soundness;
  query: QueryResult;
}
