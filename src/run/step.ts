// What a step is, and what it is given. A step knows neither the screen nor the others; what it leaves for later steps is
// its result, which is kept in state.json.
import type pg from 'pg';
import type { Logger } from 'pino';
import type { WorkerSetup } from '../chunk/jobs.js';
import type { WorkerPool } from '../chunk/pool.js';
import type { RunOptions } from '../config/run-options.js';
import type { Emit, StepName } from '../events.js';
import type { TargetAddress } from '../target/connect.js';
import type { Ask } from './pauses.js';

export interface StepContext {
  readonly options: RunOptions;
  readonly run: string;
  /** The run's own folder; empty in a dry run, which writes nothing. */
  readonly folder: string;
  readonly emit: Emit;
  /** Aborted when the run is to end at the next safe point. */
  readonly stop: AbortSignal;
  readonly log: Logger;
  /** The run's connection, which also holds its lock in the target; connects on first use. */
  target(): Promise<pg.Client>;
  /** A new one in place of one that may be broken, and new worker threads with it. */
  reconnect(): Promise<pg.Client>;
  /** For further connections, once preflight has found the schema. */
  address(): Promise<TargetAddress>;
  /** The worker threads of this process, turned to the file of `setup`; their connections to another one are closed first. */
  workers(setup: WorkerSetup): Promise<WorkerPool>;
  /** Puts a question to the person, whose answer is yes or no; absent when nobody can be asked. */
  readonly ask?: Ask;
  /** The same, but --yes has answered it already. */
  readonly confirm?: Ask;
  /** What a completed step left; the step that made it checks its form. */
  result(step: StepName): unknown;
}

interface StepOutcome {
  /** One line for the scrollback. */
  readonly summary: string;
  readonly result?: unknown;
}

interface PlannedWork {
  readonly title: string;
  /** SQL, or the command in words. */
  readonly sql: string;
}

export interface Step {
  readonly name: StepName;
  readonly title: string;
  /** What `run` will do, as data; changes nothing. */
  plan(context: StepContext): Promise<readonly PlannedWork[]>;
  /** Does it; may be called again after it was interrupted anywhere, and then goes on. */
  run(context: StepContext): Promise<StepOutcome>;
  /** For a step that was completed earlier: throws unless what it left is still there. */
  check(context: StepContext): Promise<void>;
  /** Takes back what it did, as far as it did anything; says what. */
  undo(context: StepContext): Promise<string | undefined>;
}

/** Thrown by a step that failed and could not take itself back: what is left is written down as commands to type, exit 10. */
export class TakeBackFailed extends Error {
  constructor(cause: unknown) {
    super('the step could not be taken back', { cause });
    this.name = 'TakeBackFailed';
  }
}

/** Thrown by a step that has stopped at a safe point because it was asked to. */
export class Stopped extends Error {
  constructor() {
    super('stopped at a safe point');
    this.name = 'Stopped';
  }
}
