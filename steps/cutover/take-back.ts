// Takes a switch-over back: stops the application, carries back what it wrote to the target, puts env files and source back, starts it on
// the source and asks it. Safe to repeat from the beginning, wherever an earlier attempt was killed. Ctrl-C does not stop it: the
// application stands.
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ChangeCounts, NO_CHANGES } from '../../src/chunk/changes.js';
import { type Application, applicationOf } from '../../src/app/application.js';
import { showConnection, waitForNoConnections } from '../../src/app/connections.js';
import { restoreFiles } from '../../src/app/env-switch.js';
import { waitUntilReleased } from '../../src/app/quiet-file.js';
import { WizardError, codeOf, messageOf } from '../../src/errors.js';
import type { Emit } from '../../src/events.js';
import { CarryBack } from '../../src/run/carry-back.js';
import { changeCutover, loadCutover, saveCutover } from '../../src/run/cutover-state.js';
import { restoreName } from '../../src/run/fence.js';
import { FILES } from '../../src/run/folder.js';
import { forgetSourceCopy } from '../../src/run/source-copy.js';
import { removeCapture } from '../../src/source/capture.js';
import { settleSource } from '../../src/source/carry-back.js';
import { sourceStamp } from '../../src/source/stamp.js';
import type { StepContext } from '../../src/run/step.js';
import { showChanges } from './catch-up.js';
import { PARTS_BACK, announce, begin } from './parts.js';
import { probeTelling } from './probe-telling.js';
import { reachTarget, withTarget } from './target-gone.js';

/** The application's own sessions end with its processes, which have ended by now. */
const IDLE_MS = 2000;

interface TakeBack {
  readonly reason: 'failure' | 'rollback';
  /** The error that made it necessary. */
  readonly failure?: { readonly code: string; readonly message: string };
  /** Leave in the target what was written there since. */
  readonly discard: boolean;
}

/** Resolves to what was carried back, when the application has answered from the source again. */
export async function takeBack(
  given: StepContext,
  { reason, failure, discard }: TakeBack,
): Promise<{ carried: ChangeCounts }> {
  const context = { ...given, emit: calmly(given.emit) };
  const { folder, options } = context;
  const application = await applicationOf(context);
  const { phase, isOnTarget = false, isGivenUp = false, stoppedAt, answeredAt } = loadCutover(folder) ?? {};
  const isGiven = discard || isGivenUp;
  const now = new Date().toISOString();
  // An application that has answered from the target stands only from now on.
  const downSince = answeredAt === undefined ? (stoppedAt ?? now) : now;
  // Before anything is stopped: without the target the application stays where its rows are.
  if (isOnTarget && !isGiven) await reachTarget(context, application);
  if (phase !== 'carrying') forgetSourceCopy(folder);
  const why = failure === undefined ? {} : { failure };
  try {
    changeCutover(folder, { phase: 'carrying', reason, ...why });
  } catch (error) {
    // A full disk is no reason to leave an application stopped that has never been anywhere else.
    if (isOnTarget) throw error;
  }
  announce(context, isOnTarget ? PARTS_BACK : PARTS_BACK.slice(PARTS_BACK.indexOf('put the env files back')));
  // Without env files switched there is nothing that a start could find wrong, and whoever could not be stopped need not be.
  const carried = isOnTarget ? await leaveTarget(context, application, isGiven) : NO_CHANGES;
  removeCapture(options.source);
  begin(context, 'put the env files back');
  for (const { path, outcome, edited } of restoreFiles(folder)) {
    const note = edited === undefined ? '' : `; it was edited since, that version is kept as ${edited}`;
    context.emit({ type: 'notice', message: `env file ${path}: ${outcome}${note}` });
  }
  await startOnSource(context, application);
  context.emit({ type: 'downtime.ended', step: 'cutover', downtimeMs: Date.now() - Date.parse(downSince) });
  try {
    // Ready for a new attempt, or to be dropped.
    saveCutover(folder, { v: 1, phase: 'caught-up', services: application.kept });
  } catch (error) {
    // It runs again. Whoever goes on finds it stopped by what is written there, and stops it once more.
    if (isOnTarget) throw error;
  }
  return { carried };
}

/** A disk too full for an event must not keep the application from being started again; people are told the event in any case. */
export function calmly(emit: Emit): Emit {
  return (event) => {
    try {
      emit(event);
    } catch (error) {
      if (!(error instanceof WizardError)) throw error;
    }
  };
}

async function leaveTarget(
  context: StepContext,
  application: Application,
  isGiven: boolean,
): Promise<ChangeCounts> {
  const { folder, options } = context;
  const { services, patience } = application;
  const notice = (message: string): void => context.emit({ type: 'notice', message });
  begin(context, 'stop the application again');
  context.emit({ type: 'downtime.started', step: 'cutover' });
  await services.stop();
  restoreName(context);
  try {
    await waitUntilReleased(options.source, { timeoutMs: patience.releaseMs });
  } catch (error) {
    if (codeOf(error) !== 'SOURCE_HELD') throw error;
    // Soon the source counts again for all; until then SQLite's own locks and the comparison afterwards keep it right.
    notice(`going on all the same: ${messageOf(error)}`);
  }
  const { sourceMode } = loadCutover(folder) ?? {};
  if (sourceMode !== undefined) chmodSync(options.source, sourceMode);
  if (isGiven) {
    const kept = carriedBefore(context);
    if (kept !== undefined) notice(kept);
    // From here on the source may be newer than the target.
    changeCutover(folder, { isGivenUp: true });
    return NO_CHANGES;
  }
  begin(context, 'carry back what was written to the target');
  const carried = await withTarget(context, application, () => carryBack(context, application));
  notice(`carried back into the source: ${showChanges(carried)}`);
  return carried;
}

/** What whoever gives up the target's rows has to know when an earlier rollback had begun to carry them back. */
function carriedBefore({ folder, options: { source } }: StepContext): string | undefined {
  const copy = join(folder, FILES.sourceBefore);
  if (!existsSync(copy)) return undefined;
  settleSource(source);
  if (loadCutover(folder)?.sourceStamp === sourceStamp(source)) return undefined;
  return `rows that an interrupted rollback has carried back already stay in ${source}; ${copy} is the file as it was before that`;
}

async function carryBack(context: StepContext, { patience }: Application): Promise<ChangeCounts> {
  const client = await context.target();
  const left = await waitForNoConnections(client, { timeoutMs: patience.sessionsMs, idleMs: IDLE_MS });
  for (const session of left) {
    const message = `still in the target, and idle: ${showConnection(session)}; what it writes now is not carried back`;
    context.emit({ type: 'notice', message });
  }
  return new CarryBack(context).run();
}

async function startOnSource(
  context: StepContext,
  { services, healthUrl, probes, patience }: Application,
): Promise<void> {
  begin(context, 'start the application on the source');
  await services.start();
  begin(context, 'wait for its answer from the source');
  const answers = await probeTelling(context, healthUrl, probes.slice(0, 1), { timeoutMs: patience.probeMs });
  const [first] = answers;
  const message = `the application answers from ${context.options.source} again${first === undefined ? '' : ` (${first.path})`}`;
  context.emit({ type: 'notice', message });
}
