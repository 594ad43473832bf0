// Stops the application, brings over the rest, and makes sure of it; up to the moment from which on the target counts.
import { existsSync, realpathSync, statSync } from 'node:fs';
import type { Application } from '../../src/app/application.js';
import { restoreFiles } from '../../src/app/env-switch.js';
import { showHolder, waitUntilReleased } from '../../src/app/quiet-file.js';
import { totalOf } from '../../src/chunk/changes.js';
import { EXIT, WizardError } from '../../src/errors.js';
import { showCount, showRows } from '../../src/output/format.js';
import { CarryBack } from '../../src/run/carry-back.js';
import { CatchUp } from '../../src/run/catch-up.js';
import { changeCutover, loadCutover } from '../../src/run/cutover-state.js';
import { type StepContext, Stopped } from '../../src/run/step.js';
import { tellWhile } from '../../src/run/tell-while.js';
import { removeCapture } from '../../src/source/capture.js';
import { settleSource } from '../../src/source/carry-back.js';
import { processesHolding } from '../../src/source/open-files.js';
import { sourceStamp } from '../../src/source/stamp.js';
import { showChanges } from './catch-up.js';
import { compareChanged } from './compare-changed.js';
import type { Wait } from '../../src/target/waits.js';
import { begin } from './parts.js';

/**
 * `prepared` is the catch-up of this process that has read the source already; without it all is compared again. Resolves to how many
 * milliseconds it took beyond the stop itself.
 */
export async function moveOver(
  context: StepContext,
  application: Application,
  prepared: CatchUp | undefined,
): Promise<number> {
  const { folder, options } = context;
  const notice = (message: string): void => context.emit({ type: 'notice', message });
  // Of a run that goes on after it was killed, the first stop counts.
  const stoppedAt = loadCutover(folder)?.stoppedAt ?? new Date().toISOString();
  changeCutover(folder, { phase: 'stopped', services: application.kept, stoppedAt });
  context.emit({ type: 'downtime.started', step: 'cutover' });
  await stop(context, application);
  stopHere(context);
  begin(context, 'bring over the rest');
  const startedAt = performance.now();
  const catchUp = prepared ?? new CatchUp(context);
  const last = await catchUp.run(true);
  notice(`brought over after the stop: ${showChanges(last)}`);
  begin(context, 'compare what has changed');
  await compareChanged(context, prepared === undefined ? 'all' : catchUp.changedChunks);
  if (last.quarantined > 0) notice(`${showRows(last.quarantined)} set aside`);
  stopHere(context);
  // Before the source is looked at for the last time: this writes to it.
  removeCapture(options.source);
  return performance.now() - startedAt;
}

/**
 * For a run that was killed after the target began to count: whether it does. A reboot, or a person, may have started the application
 * before its env files were switched, and then it has written to the source. Resolves to false when the source counts again; throws
 * WRITTEN_ON_BOTH when that cannot be decided, so that it is taken back with the rows of both.
 */
export async function isStillOver(context: StepContext, application: Application): Promise<boolean> {
  const { folder, options } = context;
  await stop(context, application);
  if (loadCutover(folder)?.sourceStamp === sourceStamp(options.source)) return true;
  if (totalOf(await new CarryBack(context).count({ onlyWritten: true })) > 0) {
    throw new WizardError({
      code: 'WRITTEN_ON_BOTH',
      message: 'while the switch-over stood still, source and target have both been written to',
      exitCode: EXIT.takenBack,
    });
  }
  restoreFiles(folder);
  changeCutover(folder, { phase: 'stopped', isOnTarget: false });
  return false;
}

async function stop(context: StepContext, { services, patience }: Application): Promise<void> {
  const { source } = context.options;
  const notice = (message: string): void => context.emit({ type: 'notice', message });
  begin(context, 'stop the application');
  notice(`stopping the application ${services.howStopped}`);
  await services.stop();
  const { uninspected } = await tellWhile(
    context.emit,
    () => heldBy(source),
    () =>
      waitUntilReleased(source, {
        timeoutMs: patience.releaseMs,
        onWait: (holders) =>
          notice(`waiting for ${holders.map(showHolder).join(', ')} to let go of ${source}`),
      }),
  );
  if (uninspected > 0)
    notice(
      `${showCount(uninspected)} processes of other users could not be looked into: run as root to be sure that none has the source open`,
    );
  // A service that did not end by itself was killed, maybe in the middle of a transaction: its next start would take that back.
  const real = realpathSync(source);
  const wal = statSync(`${real}-wal`, { throwIfNoEntry: false });
  if (existsSync(`${real}-journal`) || (wal?.size ?? 0) > 0) settleSource(source, { emptiesWal: true });
}

function heldBy(source: string): Wait {
  const holders = processesHolding(source);
  return {
    what: `${holders.map(showHolder).join(', ')} to let go of ${source}`,
    remedies: holders.map(({ pid }) => `kill ${pid}    if it may end`),
  };
}

/** Ctrl-C while the application stands takes the switch-over back. */
function stopHere({ stop: signal }: StepContext): void {
  if (signal.aborted) throw new Stopped();
}
