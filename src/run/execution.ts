// One run being executed: performs the steps that are left, keeps their results, and turns every ending into one event and one
// exit code.
import { showRows } from '../output/format.js';
import type { RunOptions } from '../config/run-options.js';
import { EXIT, WizardError, messageOf } from '../errors.js';
import type { StepName, Totals } from '../events.js';
import { planEstimate } from '../output/estimate.js';
import { writeReport } from '../output/report.js';
import { withModules } from '../plans/modules.js';
import { isTargetFailure, targetError } from '../target/connect.js';
import { resumed, started } from './beginning.js';
import { isSwitchedOver, isSwitching } from './cutover-state.js';
import { halfwayDoing, halfwayLeft, isTakingBack } from './halfway.js';
import { type RunFolder, type RunState, saveState } from './folder.js';
import { type EventSink, Journal } from './journal.js';
import { Resources } from './resources.js';
import {
  type Failure,
  type Kind,
  completionText,
  exitCodeOf,
  failureOf,
  totalsOf,
  withResume,
} from './outcome.js';
import { type Asking, pauseBefore, pauseBeforeDrop, tellWhenAlone, tellingIo } from './pauses.js';
import { rollbackError } from './rollback-failure.js';
import { type Asked, whyStopped } from './stopping.js';
import { WaitWatch } from './wait-watch.js';
import { noReport } from './write-error.js';
import { type Step, type StepContext, Stopped, TakeBackFailed } from './step.js';
import { undoSteps } from './undo-steps.js';

export interface RunIo extends Asking, Asked {
  readonly sinks: readonly EventSink[];
  /** Aborted when the person's terminal is gone. */
  readonly hangUp?: AbortSignal;
  /** Texts that must appear in no event and no file. */
  readonly secrets: readonly string[];
  /** Is given what the run has ended with, which the events tell in words. */
  readonly failed?: (error: WizardError) => void;
  /** Is given a question that may be asked at any time: what is going on while the application stands, undefined when it runs. */
  readonly watch?: (doing: () => string | undefined) => void;
}

/** `new` writes to its folder; `resumed` goes on in it; `read-only` neither writes to it nor locks the target. */
type Mode = 'new' | 'resumed' | 'read-only';

export class Execution {
  private readonly journal: Journal;
  private readonly startedAt = performance.now();
  private readonly resources: Resources;
  private readonly waits: WaitWatch;
  private readonly options: RunOptions;
  private readonly steps: readonly Step[];
  private readonly io: RunIo;
  private readonly path: string;
  private readonly mode: Mode;
  private state: RunState;
  /** A rollback that has undone nothing when it fails leaves the run as well as it was. */
  private isRollback = false;
  private hasUndone = false;
  private kind: Kind = 'other';

  constructor(options: RunOptions, steps: readonly Step[], io: RunIo, folder: RunFolder, mode: Mode) {
    this.options = { ...options, plan: withModules(options.plan, options.modules ?? []) };
    this.steps = steps;
    this.path = folder.path;
    this.state = folder.state;
    this.mode = mode;
    const journalFolder = mode === 'read-only' ? undefined : folder.path;
    this.journal = new Journal({
      run: this.state.run,
      folder: journalFolder,
      secrets: io.secrets,
      sinks: io.sinks,
    });
    if (mode !== 'read-only') io.watch?.(() => halfwayDoing(this.path));
    this.resources = new Resources({
      url: options.target,
      run: this.state.run,
      jobs: options.jobs,
      isReadOnly: mode === 'read-only',
      preflight: () => this.state.results['preflight'],
    });
    this.waits = new WaitWatch({
      emit: this.journal.emit,
      view: () => this.journal.view,
      address: () => this.resources.address(),
    });
    this.io = this.waits.during(tellingIo(io, this.journal.emit));
  }

  /** Runs what is left to run. */
  async execute(): Promise<number> {
    this.kind = 'run';
    const done = this.doneSteps();
    const isFinished = this.state.outcome === 'completed' && done.length === this.steps.length;
    this.begin(done, isFinished);
    return this.finish(async () => {
      for (const step of this.steps) {
        if (done.includes(step.name)) await step.check(this.context());
        else {
          await pauseBefore(step.name, this.path, this.io);
          await this.perform(step);
        }
      }
      return this.complete(isFinished);
    });
  }

  /** Preflight for real, all other steps as a plan; writes nothing anywhere. */
  async dryRun(): Promise<number> {
    this.begin([], false);
    return this.finish(async () => {
      for (const step of this.steps) {
        if (step.name === 'preflight') await this.perform(step);
        for (const { title, sql } of await step.plan(this.context())) {
          this.journal.emit({ type: 'plan.statement', step: step.name, title, sql });
        }
      }
      this.journal.emit({ type: 'notice', message: planEstimate(this.journal.view) });
      const message = 'dry run: this is what would be done; nothing has been written';
      return this.emitCompleted(message, totalsOf(this.journal.view), EXIT.done);
    });
  }

  /** All steps given, whether they were done before or not, on a run that is over; nothing is written or locked. */
  async again(): Promise<number> {
    this.begin([], false);
    return this.finish(async () => {
      for (const step of this.steps) await this.perform(step);
      const totals = totalsOf(this.journal.view);
      const message = `${showRows(totals.rows)} in ${totals.tables} tables are equal on both sides`;
      return this.emitCompleted(message, totals, exitCodeOf(totals));
    });
  }

  /** One step on a run whose copy is complete, as often as wanted: its result is not kept. */
  async only(step: Step, message: string): Promise<number> {
    this.begin(this.doneSteps(), false, message);
    return this.finish(async () => {
      const summary = await this.perform(step, false);
      const totals = totalsOf(this.journal.view);
      const exitCode = exitCodeOf(totals);
      this.save({ outcome: 'completed', exitCode });
      return this.emitCompleted(summary, totals, exitCode);
    });
  }

  /** Takes back what an earlier process of this run did in the target, newest step first. */
  async takeBack(): Promise<void> {
    try {
      await this.undoAll();
    } catch (error) {
      throw isTargetFailure(error) ? targetError('the earlier run cannot be taken back', error) : error;
    } finally {
      await this.resources.close();
    }
  }

  /** The same as all there is to do; what cannot be taken back is written down as commands to type. */
  async rollBack(): Promise<number> {
    this.begin(this.doneSteps(), false, 'is taken back', 'take-back');
    this.isRollback = true;
    return this.finish(async () => {
      try {
        await pauseBeforeDrop(this.path, this.journal.view, this.io);
        await this.undoAll();
      } catch (error) {
        throw this.rollbackError(error);
      }
      return 0;
    });
  }

  private async undoAll(): Promise<void> {
    await undoSteps({
      steps: this.steps,
      context: this.context(),
      undone: (step, summary) => {
        this.hasUndone = true;
        this.journal.emit({ type: 'step.undone', step, summary });
      },
      beforeDrop: () => this.save({ outcome: 'taking-back' }),
    });
    const message = `run ${this.state.run} has been taken back`;
    this.save({ outcome: 'rolled-back' });
    this.journal.emit({ type: 'run.rolled-back', exitCode: 0, message, elapsedMs: this.elapsed() });
  }

  private rollbackError(cause: unknown): unknown {
    return rollbackError(cause, {
      folder: this.path,
      state: this.state,
      secrets: this.io.secrets,
      recordBug: (error) => this.journal.recordBug(error),
    });
  }

  private doneSteps(): StepName[] {
    if (this.mode !== 'resumed') return [];
    const done = this.steps.map(({ name }) => name).filter((name) => name in this.state.results);
    // A switch-over can have been taken back since, wholly or in part.
    return done.filter((name) => name !== 'cutover' || isSwitchedOver(this.path));
  }

  /** Those that the run has had: whoever takes it back asks all that there are. */
  private ownSteps(done: readonly StepName[]): StepName[] {
    const known = this.journal.view.steps.map(({ name }) => name);
    const names = this.steps.map(({ name }) => name);
    return known.length === 0 ? names : names.filter((name) => known.includes(name) || done.includes(name));
  }

  private begin(done: StepName[], isFinished: boolean, why?: string, purpose?: 'take-back'): void {
    const steps = purpose === 'take-back' ? this.ownSteps(done) : this.steps.map(({ name }) => name);
    const begun = { run: this.state.run, options: this.options, folder: this.path, steps };
    const events =
      this.mode === 'resumed' ? [resumed(begun, { done, isFinished, why, purpose })] : started(begun);
    for (const event of events) this.journal.emit(event);
  }

  /** Resolves to the step's summary. */
  private async perform(step: Step, isKept = true): Promise<string> {
    const startedAt = performance.now();
    this.journal.emit({ type: 'step.started', step: step.name, title: step.title });
    try {
      const { summary, result } = await step.run(this.context());
      if (isKept) this.save({ results: { ...this.state.results, [step.name]: result ?? {} } });
      this.journal.emit({
        type: 'step.completed',
        step: step.name,
        summary,
        elapsedMs: Math.round(performance.now() - startedAt),
      });
      if (!this.io.stop.aborted) return summary;
    } catch (cause) {
      const error = this.stepError(step, cause);
      const code = error instanceof WizardError ? error.code : error instanceof Stopped ? 'STOPPED' : 'BUG';
      const message = error instanceof Stopped ? whyStopped(this.io) : messageOf(error);
      const elapsedMs = Math.round(performance.now() - startedAt);
      this.journal.emit({ type: 'step.failed', step: step.name, code, message, elapsedMs });
      throw error;
    }
    throw new Stopped();
  }

  private stepError({ name }: Step, cause: unknown): unknown {
    if (cause instanceof TakeBackFailed) return this.rollbackError(cause.cause);
    // A lost connection shows wherever the next query is, and that is no bug of the step.
    return isTargetFailure(cause) ? targetError(`step ${name} cannot go on`, cause) : cause;
  }

  private complete(isFinished: boolean): number {
    const totals = totalsOf(this.journal.view);
    const exitCode = exitCodeOf(totals);
    const how = isSwitching(this.path) ? 'moved' : isFinished ? 'finished' : 'copied';
    this.save({ outcome: 'completed', exitCode });
    return this.emitCompleted(completionText(totals, how), totals, exitCode);
  }

  private emitCompleted(message: string, totals: Totals, exitCode: number): number {
    this.journal.emit({ type: 'run.completed', exitCode, message, totals, elapsedMs: this.elapsed() });
    return exitCode;
  }

  /** Every ending: one event, one exit code, connections closed, report written. */
  private async finish(work: () => Promise<number>): Promise<number> {
    const aborted = new Promise<never>((_, reject) => {
      const fail = (): void => reject(new Stopped());
      if (this.io.abort.aborted) fail();
      else this.io.abort.addEventListener('abort', fail, { once: true });
    });
    aborted.catch(() => undefined);
    const forget = tellWhenAlone(this.io.hangUp, this.journal.emit);
    let isFailed = true;
    this.waits.start();
    try {
      const exitCode = await Promise.race([work(), aborted]);
      isFailed = false;
      return exitCode;
    } catch (error) {
      return this.fail(isTargetFailure(error) ? targetError('the target cannot be asked', error) : error);
    } finally {
      this.waits.stop();
      forget();
      // After an abort the server is left to notice the broken connections; otherwise they are closed in good order.
      if (!this.io.abort.aborted) await this.resources.close();
      if (this.mode !== 'read-only') this.report(isFailed);
    }
  }

  /** The last thing of all. Throws NO_REPORT (exit 75), unless there is a failure that it would hide. */
  private report(isFailed: boolean): void {
    try {
      writeReport(this.path, this.journal.view);
    } catch (error) {
      if (!isFailed) throw noReport(this.path, error);
    }
  }

  private fail(error: unknown): number {
    if (!(error instanceof WizardError) && !(error instanceof Stopped)) {
      this.journal.recordBug(error);
      const message = `this is a bug: ${messageOf(error)}`;
      this.emitFailure({ exitCode: EXIT.bug, code: 'BUG', message, remedies: ['please send the log'] });
      throw error;
    }
    if (error instanceof WizardError) this.io.failed?.(error);
    const left = this.mode === 'read-only' ? undefined : halfwayLeft(this.path);
    const reason: unknown = this.io.abort.aborted ? this.io.abort.reason : this.io.stop.reason;
    return this.emitFailure(failureOf(error, left, reason, this.kind));
  }

  private emitFailure(failure: Failure): number {
    const { exitCode } = failure;
    const isAsBefore = this.isRollback && !this.hasUndone && !isTakingBack(this.path);
    if (!isAsBefore) this.saveFailure(exitCode);
    const canResume = this.mode !== 'read-only' && 'preflight' in this.state.results;
    const { remedies, ...told } = canResume ? withResume(failure, this.kind) : failure;
    this.journal.emit({
      type: 'run.failed',
      ...told,
      remedies: [...remedies],
      elapsedMs: this.elapsed(),
    });
    return exitCode;
  }

  private save(change: Partial<RunState>): void {
    this.state = { ...this.state, ...change };
    if (this.mode !== 'read-only') saveState(this.path, this.state);
  }

  /** A disk that is full must not hide what has failed; the run counts as not finished in any case. */
  private saveFailure(exitCode: number): void {
    const outcome = this.state.outcome === 'taking-back' ? 'taking-back' : 'failed';
    try {
      this.save({ outcome, exitCode });
    } catch (error) {
      if (!(error instanceof WizardError)) throw error;
    }
  }

  private elapsed(): number {
    return Math.round(performance.now() - this.startedAt);
  }

  private context(): StepContext {
    return {
      options: this.options,
      run: this.state.run,
      folder: this.path,
      emit: this.journal.emit,
      stop: this.io.stop,
      log: this.journal.log,
      target: () => this.resources.target(),
      reconnect: () => this.resources.reconnect(),
      address: () => Promise.resolve(this.resources.address()),
      workers: (setup) => this.resources.workers(setup),
      result: (step) => this.state.results[step],
      ...(this.io.ask === undefined ? {} : { ask: this.io.ask }),
      ...(this.io.confirm === undefined ? {} : { confirm: this.io.confirm }),
    };
  }
}
