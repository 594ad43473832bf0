// Changes of one thing in the view, for the reducer. Pure, as it is.
import type { StepName, WizardEvent } from './events.js';
import type { Progress, RunView, StepView, TableView } from './view.js';

const EMPTY_TABLE: Omit<TableView, 'name'> = {
  state: 'left',
  rows: 0,
  bytes: 0,
  rowsDone: 0,
  quarantined: 0,
  sourceDigest: '',
  targetDigest: '',
  sourceRows: 0,
  targetRows: 0,
  differences: 0,
  elapsedMs: 0,
};

/** The one known so far, unless `progress` is about something else or begins anew. */
export function firstProgress(view: RunView, progress: Progress): Progress {
  const step = view.steps.find(({ name }) => name === progress.step);
  const [first, last] = [step?.firstProgress, step?.progress];
  const isSame =
    first !== undefined &&
    last !== undefined &&
    first.doing === progress.doing &&
    first.table === progress.table;
  return isSame && progress.elapsedMs >= last.elapsedMs ? first : progress;
}

/** Whether the run has come on: not by waiting, nor by progress that is polled and says what it said before. */
export function isNews(view: RunView, event: WizardEvent): boolean {
  if (event.type === 'run.waiting') return false;
  if (event.type !== 'step.progress') return true;
  const last = view.steps.find(({ name }) => name === event.step)?.progress;
  return last?.doing !== event.doing || last.table !== event.table || last.done !== event.done;
}

/** A step that runs again finds its findings again. */
export function dropFindings(view: RunView, step: StepName): RunView {
  return { ...view, findings: view.findings.filter((finding) => finding.step !== step) };
}

/** Nothing is being done for any step. */
export function withoutProgress(view: RunView): RunView {
  return { ...view, steps: view.steps.map((step) => ({ ...step, progress: undefined })) };
}

/** The view with one step changed. */
export function changeStep(view: RunView, name: StepName, change: Partial<StepView>): RunView {
  return { ...view, steps: view.steps.map((step) => (step.name === name ? { ...step, ...change } : step)) };
}

/** The view with one table changed, or added where it is not known yet. */
export function changeTable(view: RunView, name: string, change: Partial<TableView>): RunView {
  if (!view.tables.some((table) => table.name === name)) {
    return { ...view, tables: [...view.tables, { ...EMPTY_TABLE, name, ...change }] };
  }
  return {
    ...view,
    tables: view.tables.map((table) => (table.name === name ? { ...table, ...change } : table)),
  };
}
