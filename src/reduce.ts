// The reducer: the view after one more event. Pure, so a run can be replayed.
import type { Environment, WizardEvent } from './events.js';
import { beginPart, endParts, newPart } from './parts.js';
import type { Ending, RunView } from './view.js';
import {
  changeStep,
  changeTable,
  dropFindings,
  firstProgress,
  isNews,
  withoutProgress,
} from './view-changes.js';

const EMPTY_STEP = {
  summary: '',
  elapsedMs: 0,
  startedAt: '',
  progress: undefined,
  firstProgress: undefined,
};

/** The view after one more event. */
export function reduce(view: RunView, event: WizardEvent): RunView {
  const isNew = isNews(view, event);
  const next = {
    ...view,
    run: event.run,
    lastAt: event.at,
    ...(isNew ? { newsAt: event.at, waiting: undefined } : {}),
  };
  switch (event.type) {
    case 'run.started':
    case 'run.resumed':
      return startRun(next, event);
    case 'step.started':
      // What was checked or counted of a step that is done is over by now.
      return changeStep(withoutProgress(dropFindings(next, event.step)), event.step, {
        state: 'running',
        title: event.title,
        elapsedMs: 0,
        startedAt: event.at,
        progress: undefined,
        firstProgress: undefined,
      });
    case 'step.progress': {
      // A rollback counts and compares for steps that are done: how long they took stays.
      const isRunning = view.steps.some(({ name, state }) => name === event.step && state === 'running');
      const shown = changeStep(next, event.step, {
        progress: event,
        firstProgress: firstProgress(view, event),
        ...(isRunning ? { elapsedMs: event.elapsedMs } : {}),
      });
      if (event.table === undefined || event.step !== 'copy') return shown;
      return changeTable(shown, event.table, { rowsDone: event.done });
    }
    case 'step.finding':
      return { ...next, findings: [...view.findings, { ...event.finding, step: event.step }] };
    case 'step.parts':
      return { ...next, parts: event.parts.map((title) => newPart(event.step, title)) };
    case 'step.part':
      return { ...next, parts: beginPart(view.parts, event) };
    case 'downtime.started':
      // Of a switch-over that goes on after it was killed, the first stop counts.
      return view.downtime !== undefined && view.downtime.ms === undefined
        ? next
        : { ...next, downtime: { startedAt: event.at, ms: undefined } };
    case 'downtime.ended':
      return {
        ...next,
        // The answer is there: a step that fails now, having taken itself back, has not failed in waiting for it.
        parts: endParts(view.parts, event, 'done'),
        downtime: { startedAt: view.downtime?.startedAt ?? event.at, ms: event.downtimeMs },
      };
    case 'step.completed':
      return changeStep({ ...next, parts: endParts(view.parts, event, 'done') }, event.step, {
        state: 'done',
        summary: event.summary,
        elapsedMs: event.elapsedMs,
        progress: undefined,
      });
    case 'step.failed': {
      const state = endingOf(event.code);
      return changeStep({ ...next, parts: endParts(view.parts, event, state) }, event.step, {
        state,
        summary: event.message,
        elapsedMs: event.elapsedMs,
        progress: undefined,
      });
    }
    case 'step.undone':
      return changeStep({ ...next, parts: endParts(view.parts, event, 'done') }, event.step, {
        state: 'left',
        summary: event.summary,
        progress: undefined,
      });
    case 'table.planned':
      // A run that has copied it knows better.
      return view.tables.some(({ name, state }) => name === event.table && state !== 'left')
        ? next
        : changeTable(next, event.table, { rows: event.rows, bytes: event.bytes });
    case 'table.started':
      return changeTable(next, event.table, { state: 'copying', rows: event.rows, bytes: event.bytes });
    case 'table.copied':
      return changeTable(next, event.table, {
        state: 'copied',
        rows: event.rows,
        rowsDone: event.rows,
        bytes: event.bytes,
        quarantined: event.quarantined,
        elapsedMs: event.elapsedMs,
      });
    case 'table.verified': {
      const { sourceRows, targetRows, sourceDigest, targetDigest, differences, quarantined } = event;
      const state = event.equal ? 'verified' : 'different';
      return changeTable(next, event.table, {
        state,
        sourceRows,
        targetRows,
        sourceDigest,
        targetDigest,
        differences,
        quarantined,
      });
    }
    case 'query.compared': {
      const others = view.queries.filter((other) => other.query !== event.query);
      const { query, caller, equal, rows, sourceMs, targetMs, index, times, requiredFactor, plan } = event;
      const own = { query, caller, equal, rows, sourceMs, targetMs, index, times, requiredFactor, plan };
      return { ...next, queries: [...others, own] };
    }
    case 'index.measured': {
      const { table, index, definition, bytes, scans } = event;
      const others = view.indexes.filter((other) => other.table !== table || other.index !== index);
      return { ...next, indexes: [...others, { table, index, definition, bytes, scans }] };
    }
    case 'file.written': {
      const { step, file, bytes, sha256 } = event;
      const others = view.files.filter((other) => other.file !== file);
      return { ...next, files: [...others, { step, file, bytes, sha256 }] };
    }
    case 'environment':
      return { ...next, environment: environmentAfter(view.environment, event) };
    case 'notice':
      return { ...next, notices: [...view.notices, event.message] };
    case 'run.waiting':
      return { ...next, waiting: { what: event.what, remedies: event.remedies } };
    case 'input.needed':
      return { ...next, question: { name: event.question, message: event.message } };
    case 'input.given':
      return { ...next, question: undefined };
    case 'plan.statement':
      return next;
    case 'run.completed':
      return {
        ...next,
        outcome: 'completed',
        exitCode: event.exitCode,
        message: event.message,
        totals: event.totals,
      };
    case 'run.failed':
      return {
        ...next,
        // Whoever stops it at once does not wait for the step to end.
        steps: view.steps.map((step) => ({
          ...step,
          state: step.state === 'running' ? endingOf(event.code) : step.state,
          progress: undefined,
        })),
        question: undefined,
        outcome: 'failed',
        exitCode: event.exitCode,
        code: event.code,
        message: event.message,
        remedies: event.remedies,
      };
    case 'run.rolled-back':
      return { ...next, outcome: 'rolled-back', exitCode: event.exitCode, message: event.message };
  }
}

/** What has been said of the server still holds when the wizard goes on. */
function environmentAfter(
  before: Environment | undefined,
  { wizard, node, sqlite, postgres, system, cores, memoryBytes, timeZone }: Environment,
): Environment {
  return {
    wizard,
    node,
    sqlite,
    postgres: postgres ?? before?.postgres,
    system,
    cores,
    memoryBytes,
    timeZone,
  };
}

function endingOf(code: string): Ending {
  return code === 'STOPPED' ? 'stopped' : 'failed';
}

function startRun(
  view: RunView,
  event: Extract<WizardEvent, { type: 'run.started' | 'run.resumed' }>,
): RunView {
  const resumed = event.type === 'run.resumed';
  const done = resumed ? event.done : [];
  return {
    ...view,
    plan: event.plan,
    source: event.source,
    target: event.target,
    folder: event.folder,
    log: event.log,
    dryRun: resumed ? false : event.dryRun,
    resumed,
    doing: resumed ? (event.doing ?? 'run') : 'run',
    begunAt: event.at,
    question: undefined,
    // Of an earlier life of the run, perhaps of the other way.
    parts: [],
    startedAt: view.startedAt === '' ? event.at : view.startedAt,
    outcome: 'running',
    exitCode: undefined,
    code: '',
    message: '',
    remedies: [],
    steps: event.steps.map((name) => {
      const before = view.steps.find((step) => step.name === name);
      if (before !== undefined && done.includes(name)) return { ...before, state: 'done' };
      return { name, state: done.includes(name) ? 'done' : 'left', title: name, ...EMPTY_STEP };
    }),
  };
}
