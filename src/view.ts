// The view: everything that any output shows is this value, which the reducer makes from events alone.
import type { Environment, EventBody, Finding, StepName, Totals } from './events.js';

export type Progress = Extract<EventBody, { type: 'step.progress' }>;

/** `stopped`: the person wanted it so. */
export type Ending = 'failed' | 'stopped';

export interface StepView {
  readonly name: StepName;
  readonly state: 'left' | 'running' | 'done' | Ending;
  readonly title: string;
  readonly summary: string;
  readonly elapsedMs: number;
  /** When it was begun last, UTC; empty until then. */
  readonly startedAt: string;
  readonly progress: Progress | undefined;
  /** The first progress of what is being done now: rates are measured from there. */
  readonly firstProgress: Progress | undefined;
}

export interface TableView {
  readonly name: string;
  readonly state: 'left' | 'copying' | 'copied' | 'verified' | 'different';
  readonly rows: number;
  readonly bytes: number;
  readonly rowsDone: number;
  readonly quarantined: number;
  readonly sourceDigest: string;
  readonly targetDigest: string;
  readonly sourceRows: number;
  readonly targetRows: number;
  readonly differences: number;
  readonly elapsedMs: number;
}

type Compared = Extract<EventBody, { type: 'query.compared' }>;

/** What a run of an earlier version did not tell is undefined. */
export interface QueryView extends Pick<
  Compared,
  'query' | 'equal' | 'rows' | 'sourceMs' | 'targetMs' | 'index'
> {
  readonly caller: string | undefined;
  readonly times: Compared['times'];
  readonly requiredFactor: number | undefined;
  readonly plan: Compared['plan'];
}

interface IndexView {
  readonly table: string;
  readonly index: string;
  readonly definition: string;
  readonly bytes: number;
  readonly scans: number;
}

interface FileView {
  readonly step: StepName;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface PartView {
  readonly step: StepName;
  readonly title: string;
  readonly state: 'left' | 'running' | 'done' | Ending;
  /** UTC; empty until it has begun. */
  readonly startedAt: string;
  /** UTC; empty until it is over. */
  readonly endedAt: string;
}

export interface RunView {
  readonly run: string;
  readonly plan: string;
  readonly source: string;
  readonly target: string;
  readonly folder: string;
  readonly log: string;
  readonly dryRun: boolean;
  readonly resumed: boolean;
  /** Whether it is moved or taken back. */
  readonly doing: 'run' | 'take-back';
  /** When it was begun for the first time, and when by this process. */
  readonly startedAt: string;
  readonly begunAt: string;
  readonly lastAt: string;
  /** When something came on last, UTC: progress that says the same again does not count. */
  readonly newsAt: string;
  /** Why nothing has come on since then, where that is known. */
  readonly waiting: { readonly what: string; readonly remedies: readonly string[] } | undefined;
  readonly steps: readonly StepView[];
  readonly tables: readonly TableView[];
  readonly findings: readonly (Finding & { readonly step: StepName })[];
  readonly queries: readonly QueryView[];
  readonly indexes: readonly IndexView[];
  readonly files: readonly FileView[];
  /** Undefined for a run of an older version, which did not say. */
  readonly environment: Environment | undefined;
  readonly notices: readonly string[];
  /** Of the step that has named its parts last. */
  readonly parts: readonly PartView[];
  /** When the application was stopped, UTC, and for how long; undefined while it is still down. */
  readonly downtime: { readonly startedAt: string; readonly ms: number | undefined } | undefined;
  /** What the person is being asked. */
  readonly question: { readonly name: string; readonly message: string } | undefined;
  readonly totals: Totals;
  readonly outcome: 'running' | 'completed' | 'failed' | 'rolled-back';
  readonly exitCode: number | undefined;
  /** UPPER_SNAKE name of the failure; empty unless it failed. */
  readonly code: string;
  readonly message: string;
  readonly remedies: readonly string[];
}

export const EMPTY_VIEW: RunView = {
  run: '',
  plan: '',
  source: '',
  target: '',
  folder: '',
  log: '',
  dryRun: false,
  resumed: false,
  doing: 'run',
  startedAt: '',
  begunAt: '',
  lastAt: '',
  newsAt: '',
  waiting: undefined,
  steps: [],
  tables: [],
  findings: [],
  queries: [],
  indexes: [],
  files: [],
  environment: undefined,
  notices: [],
  parts: [],
  downtime: undefined,
  question: undefined,
  totals: { tables: 0, rows: 0, bytes: 0, quarantined: 0 },
  outcome: 'running',
  exitCode: undefined,
  code: '',
  message: '',
  remedies: [],
};
