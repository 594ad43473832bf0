// The wizard on the screen after its first pages: an earlier run if there is one, the run with its questions, how it ended, and the way
// back. It decides nothing about rows: it calls the same machine as `run` and `rollback` do without a screen.
import { type CutoverOptions, type RunOptions } from '../config/run-options.js';
import { type Answers, saveAnswers } from '../config/saved-answers.js';
import { EXIT, codeOf } from '../errors.js';
import type { Page } from '../pages.js';
import { canRollBack } from '../reversible.js';
import { isSwitching } from '../run/cutover-state.js';
import type { EventSink } from '../run/journal.js';
import { type RunIo, findEarlier, runMigration } from '../run/machine.js';
import { rollBack } from '../run/roll-back.js';
import type { Step } from '../run/step.js';
import { TO_ROLL_BACK } from '../run/stopping.js';
import { nameOfTarget } from '../target/connect.js';
import { EMPTY_VIEW, type RunView } from '../view.js';
import { askOnScreen, questionPage } from './asking.js';
import { endedPage, resumePage, startOverPage } from './wizard-pages.js';
import { viewOf } from './last-run.js';
import type { Screen, Session } from './session.js';

export interface Job {
  readonly options: RunOptions;
  readonly steps: readonly Step[];
  /** Whether somebody wants to be asked; else only the way back asks. */
  readonly isAsking: boolean;
  /** What the person has typed, to be kept as soon as there is a run. */
  readonly answers?: Answers;
  /** Asks once more from where to where; absent where nobody was asked. */
  readonly reconnect?: () => Promise<Connected>;
  /** Whether the way back is all that there is to do. */
  readonly isRollback?: boolean;
}

/** From where to where, as it was said. */
export type Connected = Pick<Job, 'options' | 'answers'>;

const NOTHING_SAID: CutoverOptions = { envFiles: [], services: [], capture: 'none' };

/** Does the job and whatever the person makes of its end. Resolves to the exit code of what was done last. */
export async function conduct(session: Session, screen: Screen, job: Job): Promise<number> {
  return new Wizard(session, screen, job).run();
}

type Next =
  | { readonly kind: 'resume' }
  | { readonly kind: 'run'; readonly options: RunOptions }
  | { readonly kind: 'roll-back' }
  | { readonly kind: 'ended'; readonly code: number }
  | { readonly kind: 'over'; readonly code: number };

class Wizard {
  private readonly session: Session;
  private readonly screen: Screen;
  private readonly job: Job;
  private options: RunOptions;
  private view: RunView = EMPTY_VIEW;
  /** What the person has asked for while it worked. */
  private wish = { rollBack: false };
  private canAskAgain = true;
  private answers: Answers;

  constructor(session: Session, screen: Screen, job: Job) {
    this.session = session;
    this.screen = screen;
    this.job = job;
    this.options = job.options;
    this.answers = job.answers ?? {};
  }

  async run(): Promise<number> {
    const { resume, restart } = this.options;
    // Whoever has named it has answered already.
    let next: Next =
      this.job.isRollback === true
        ? { kind: 'roll-back' }
        : resume || restart || !this.job.isAsking
          ? { kind: 'run', options: this.options }
          : { kind: 'resume' };
    while (next.kind !== 'over') next = await this.step(next);
    return next.code;
  }

  private step(next: Exclude<Next, { kind: 'over' }>): Promise<Next> {
    switch (next.kind) {
      case 'resume':
        return this.resume();
      case 'run':
        return this.migrate(next.options);
      case 'roll-back':
        return this.takeBack();
      case 'ended':
        return this.ended(next.code);
    }
  }

  private async resume(): Promise<Next> {
    const earlier = findEarlier(this.options);
    if (earlier === undefined) return { kind: 'run', options: this.options };
    const isUnderWay = isSwitching(earlier.path);
    const view = viewOf(earlier.path);
    const { id } = await this.ask(resumePage(earlier, view, this.stepNames(), isUnderWay));
    if (id === 'roll-back') return { kind: 'roll-back' };
    if (id === 'leave') return { kind: 'over', code: EXIT.interrupted };
    if (id !== 'start-over') return { kind: 'run', options: { ...this.options, resume: true } };
    const sure = await this.ask(startOverPage(nameOfTarget(this.options.target).database));
    return sure.id === 'no'
      ? { kind: 'resume' }
      : { kind: 'run', options: { ...this.options, restart: true } };
  }

  private async migrate(options: RunOptions): Promise<Next> {
    this.options = { ...options, restart: false };
    const wish = this.forgetWish();
    const stop = new AbortController();
    this.screen.onRollBack(() => {
      wish.rollBack = true;
      stop.abort(TO_ROLL_BACK);
    });
    this.screen.show(undefined);
    const io = { ...this.io(AbortSignal.any([this.session.stop, stop.signal])), pauses: this.job.isAsking };
    const code = await runMigration(options, this.job.steps, io);
    this.screen.onRollBack(() => undefined);
    if (this.isLeaving() || this.view.code === 'DECLINED') return { kind: 'over', code };
    if (wish.rollBack) return { kind: 'roll-back' };
    return this.job.isAsking && code !== EXIT.stoppedEarly ? { kind: 'ended', code } : { kind: 'over', code };
  }

  private async takeBack(): Promise<Next> {
    const { backupDir, target, jobs, cutover = NOTHING_SAID, discardTargetWrites = false } = this.options;
    const before = this.view;
    const query = { backupDir, target, jobs, cutover, discardTargetWrites };
    const io = this.io(this.session.stop);
    this.screen.show(undefined);
    const code = await rollBack(query, this.job.steps, { ...io, confirm: io.ask, pauses: true });
    if (this.isLeaving() || this.view.outcome === 'rolled-back') return { kind: 'over', code };
    if (this.view.code !== 'DECLINED') return { kind: 'ended', code };
    if (this.job.isRollback === true) return { kind: 'over', code };
    // Nothing has changed: it is as it was before the question.
    this.screen.setView(before.outcome === 'completed' ? before : EMPTY_VIEW);
    if (before.outcome !== 'completed')
      return this.job.isAsking ? { kind: 'resume' } : { kind: 'over', code };
    this.view = before;
    return { kind: 'ended', code: before.exitCode ?? EXIT.done };
  }

  private async ended(code: number): Promise<Next> {
    const id = await this.chosenAfterwards();
    switch (id) {
      case 'roll-back':
        return { kind: 'roll-back' };
      case 'again':
        if (this.view.doing === 'take-back') return { kind: 'roll-back' };
        return { kind: 'run', options: { ...this.options, resume: false } };
      case 'carry':
      case 'leave-behind': {
        const onDrift = id === 'carry' ? 'carry' : 'leave';
        this.answers = { ...this.answers, 'on-drift': onDrift };
        return { kind: 'run', options: { ...this.options, onDrift } };
      }
      case 'quarantine':
        this.answers = { ...this.answers, 'on-bad-value': 'quarantine' };
        return { kind: 'run', options: { ...this.options, onBadValue: 'quarantine' } };
      case 'reconnect':
        return this.reconnect();
      case 'no-modules':
        return { kind: 'run', options: { ...this.options, modules: [] } };
      default:
        return { kind: 'over', code };
    }
  }

  /** Another source or target, with all else as it was answered. */
  private async reconnect(): Promise<Next> {
    if (this.job.reconnect === undefined) return { kind: 'resume' };
    // What was checked is not what is asked for now.
    this.screen.setView(EMPTY_VIEW);
    this.view = EMPTY_VIEW;
    this.session.isFailureShown = false;
    const { options, answers } = await this.job.reconnect();
    const { source, target, modules } = options;
    this.options = { ...this.options, source, target, resume: false, ...(modules && { modules }) };
    this.answers = { ...this.answers, ...answers };
    return { kind: 'resume' };
  }

  /** The work is over: whoever leaves by Ctrl-C, or has lost the terminal, leaves it as it has ended. */
  private async chosenAfterwards(): Promise<string> {
    try {
      return (await this.ask(endedPage(this.view, canRollBack(this.view), this.job.reconnect !== undefined)))
        .id;
    } catch (error) {
      const { stop, abort, hangUp } = this.session;
      const isLeft = [stop, abort, hangUp, this.screen.gone].some((signal) => signal?.aborted === true);
      if (isLeft) return 'leave';
      throw error;
    }
  }

  private io(stop: AbortSignal): RunIo & Required<Pick<RunIo, 'ask'>> {
    const { database } = nameOfTarget(this.options.target);
    const remember: EventSink = (event, view) => {
      this.view = view;
      if (view.log !== '') this.session.log = view.log;
      this.session.isFailureShown = event.type === 'run.failed';
      if (event.type === 'run.started' || event.type === 'run.resumed') this.keepAnswers();
    };
    return {
      sinks: [remember, this.screen.sink],
      stop,
      hangUp: this.session.hangUp,
      abort: this.session.abort,
      secrets: this.session.secrets,
      failed: (error) => {
        this.session.failure = error;
      },
      watch: (doing) => {
        this.session.halfway = doing;
      },
      ask: async (message, name = 'confirm') => {
        const { id } = await this.ask(questionPage(name, message, database, canRollBack(this.view)));
        if (id === 'roll-back') this.wish.rollBack = true;
        return id === 'yes' || id === 'typed';
      },
    };
  }

  /** Only when there is a run: until then nothing is written anywhere. */
  private keepAnswers(): void {
    const { answers } = this;
    this.answers = {};
    if (Object.keys(answers).length === 0) return;
    try {
      saveAnswers(this.options.backupDir, answers);
    } catch (error) {
      // A folder that cannot be written to is told by the run itself.
      if (codeOf(error) === undefined) throw error;
    }
  }

  private async ask(page: Page) {
    try {
      return await askOnScreen(this.session, this.screen, page);
    } catch (error) {
      this.canAskAgain = false;
      throw error;
    }
  }

  private forgetWish(): { rollBack: boolean } {
    this.wish = { rollBack: false };
    return this.wish;
  }

  private isLeaving(): boolean {
    const { stop, abort, hangUp } = this.session;
    return stop.aborted || abort.aborted || hangUp.aborted || !this.canAskAgain;
  }

  private stepNames() {
    const { dump, cutover } = this.options;
    return this.job.steps
      .map(({ name }) => name)
      .filter((name) => (name !== 'dump' || dump) && (name !== 'cutover' || cutover !== undefined));
  }
}
