// ttm-wizard status: how far the last run is, from a second terminal while it goes on or at any time after. It only reads what
// the run has written down, so it works whether the run lives or not.
import { setTimeout as sleep } from 'node:timers/promises';
import { resolveReading } from '../config/resolve.js';
import { EXIT } from '../errors.js';
import { isHolderGone } from '../run/holder.js';
import { eraseAbove } from '../output/erase-above.js';
import { findingLines, safe } from '../output/findings.js';
import {
  msSince,
  percentOf,
  showCount,
  showDuration,
  showMoment,
  showSeconds,
  showSize,
} from '../output/format.js';
import { type Paint, choosePaint } from '../output/paint.js';
import { reportObject } from '../output/report.js';
import { headLines, showState } from '../output/summary.js';
import { foldLine, layoutFor } from '../output/text-table.js';
import { adoptLook } from './adopt-look.js';
import type { RunView, StepView } from '../view.js';
import { lastRun, viewOf } from './last-run.js';
import type { Session } from './session.js';

const WATCH_MS = 1000;
/** A live run tells something four times a second; after this long it has most likely been killed. */
const SILENT_MS = 60_000;
/** Of a run whose process is not among this machine's: it may be another machine's, or a container's, and tell something soon. */
const GONE_MS = 3000;

export async function status(session: Session): Promise<number> {
  const { options, settings } = resolveReading('status', session.flags, session.env);
  adoptLook(session, settings);
  const { out } = session;
  const paint = choosePaint(out.isTty, session.env, settings.isOn('no-color'));
  let shown = '';
  for (;;) {
    const run = lastRun(options.backupDir);
    const view = run === undefined ? undefined : viewOf(run.path);
    const object = view === undefined ? { v: 1, run: null } : reportObject(view);
    const text = settings.isOn('json')
      ? JSON.stringify(object)
      : statusText(view, options.backupDir, new Date(), paint, {
          isSpoken: out.look.isScreenReader,
          isGone: isHolderGone(options.backupDir),
          columns: out.columns,
        });
    if (text !== shown && settings.isOn('json')) out.json(object);
    else if (text !== shown) out.line(nextPage(shown, text, session));
    shown = text;
    if (!settings.isOn('watch') || view?.outcome !== 'running') return EXIT.done;
    if (!(await pause(session.stop))) return EXIT.interrupted;
  }
}

/** On a terminal `text` in place of the page `before`; elsewhere below it. Who hears it is told what has changed, and no more. */
function nextPage(before: string, text: string, { out, stdout, env }: Session): string {
  if (before === '') return text;
  if (out.look.isScreenReader) {
    const told = new Set(before.split('\n'));
    return text
      .split('\n')
      .filter((line) => !told.has(line))
      .join('\n');
  }
  const isDrawn = out.isTty && env['TERM'] !== 'dumb' && stdout.columns > 0;
  return `${(isDrawn && eraseAbove(before, stdout)) || '\n'}${text}`;
}

/** False when the person wants no more. */
async function pause(stop: AbortSignal): Promise<boolean> {
  try {
    await sleep(WATCH_MS, undefined, { signal: stop });
    return true;
  } catch {
    return false;
  }
}

interface StatusLook {
  /** Sentences instead of tables. */
  readonly isSpoken?: boolean;
  /** The run's process is no more. */
  readonly isGone?: boolean;
  /** How wide the page may be at most. */
  readonly columns?: number | undefined;
}

/** Everything about a run on one page; exported for the tests, which give it the clock. */
export function statusText(
  view: RunView | undefined,
  backupDir: string,
  now: Date,
  paint: Paint,
  { isSpoken = false, isGone = false, columns }: StatusLook = {},
): string {
  if (view === undefined) return `There is no run in ${safe(backupDir)}.`;
  const layout = layoutFor(isSpoken, columns);
  const bad = view.findings.filter(({ severity }) => severity === 'error' || severity === 'warning');
  const lines = [
    ...headLines(view, paint, layout, [['log', safe(view.log)]]),
    '',
    ...layout({
      head: ['step', 'state', 'time', 'result'].map((text) => paint('bold', text)),
      rows: view.steps.map((step) => [step.name, showState(step.state, paint), timeOf(step), detailOf(step)]),
      aligns: ['left', 'left', 'right', 'left'],
    }),
    ...(bad.length === 0 ? [] : ['', ...findingLines(bad, paint, '', isSpoken)]),
    ...silenceLines(view, now, isGone),
    ...waitingLines(view, now),
    ...view.remedies.map((remedy) => `  ${safe(remedy)}`),
  ];
  const isFolded = columns !== undefined && !isSpoken;
  return (isFolded ? lines.flatMap((line) => foldLine(line, columns)) : lines).join('\n');
}

/** Of a run that says nothing: that it asks something, that it has been killed, or that nobody knows. */
function silenceLines(view: RunView, now: Date, isGone: boolean): string[] {
  if (view.outcome !== 'running') return [];
  const silentMs = now.getTime() - Date.parse(view.lastAt);
  const goOn = '  the same command with --resume goes on where it ended';
  if (isGone && silentMs > GONE_MS)
    return ['', `Nobody works on it since ${showMoment(view.lastAt)}: its process is gone.`, goOn];
  if (view.question !== undefined) return ['', `It asks, where it runs: ${safe(view.question.message)}`];
  if (silentMs <= SILENT_MS) return [];
  const since = `${showMoment(view.lastAt)} (${showDuration(silentMs)})`;
  return ['', `No sign of life since ${since}. If the process is gone:`, goOn];
}

function waitingLines({ waiting, newsAt }: RunView, now: Date): string[] {
  if (waiting === undefined) return [];
  const time = showSeconds(msSince(newsAt, now.getTime()));
  return [
    '',
    `Waiting for ${safe(waiting.what)}, ${time} so far:`,
    ...waiting.remedies.map((remedy) => `  ${safe(remedy)}`),
  ];
}

function timeOf(step: StepView): string {
  return step.state === 'left' ? '' : showDuration(step.elapsedMs);
}

function detailOf(step: StepView): string {
  const { progress } = step;
  if (progress === undefined) return safe(step.summary);
  const show = progress.unit === 'bytes' ? showSize : showCount;
  const unit = progress.unit === 'bytes' ? '' : ` ${progress.unit}`;
  const what = safe([progress.doing, progress.table ?? ''].join(' ').trim());
  const percent = percentOf(progress.done, progress.total);
  return `${what}: ${show(progress.done)} of ${show(progress.total)}${unit}, ${percent} %`;
}
