// Takes a switch-over back: stops the application, carries back what it wrote to the target, puts env files and source back, starts it on
// the source and asks it. Safe to repeat from the beginning, wherever an earlier attempt was killed.
import { chmodSync } from 'node:fs';
import { type ChangeCounts, NO_CHANGES } from '../../src/chunk/changes.js';
import { type Application, applicationOf } from '../../src/app/application.js';
import { waitForNoConnections } from '../../src/app/connections.js';
import { restoreFiles } from '../../src/app/env-switch.js';
import { probe } from '../../src/app/probe.js';
import { waitUntilReleased } from '../../src/app/quiet-file.js';
import { CarryBack } from '../../src/run/carry-back.js';
import { type CutoverState, loadCutover, saveCutover } from '../../src/run/cutover-state.js';
import { removeCapture } from '../../src/source/capture.js';
import type { StepContext } from '../../src/run/step.js';
import { saveState } from './save-state.js';
import { showChanges } from './catch-up.js';

const RELEASE_MS = 60_000;
const CONNECTIONS_MS = 30_000;

interface TakeBack {
  readonly reason: 'failure' | 'rollback';
  /** The error that made it necessary. */
  readonly failure?: { readonly code: string; readonly message: string };
  /** Leave in the target what was written there since. */
  readonly discard: boolean;
}

/** Resolves to what was carried back, when the application has answered from the source again. */
export async function takeBack(
  context: StepContext,
  { reason, failure, discard }: TakeBack,
): Promise<{ carried: ChangeCounts }> {
  const before = loadCutover(context.folder) ?? { v: 1, phase: 'caught-up' };
  const wasOnTarget = before.phase === 'started' || before.phase === 'done' || before.phase === 'carrying';
  saveState(context, { phase: 'carrying', reason, ...(failure === undefined ? {} : { failure }) });
  const application = await applicationOf(context);
  await application.services.stop();
  await waitUntilReleased(context.options.source, { timeoutMs: RELEASE_MS });
  unfence(context, before);
  removeCapture(context.options.source);
  let carried = NO_CHANGES;
  if (wasOnTarget && !discard) {
    await waitForNoConnections(await context.target(), { timeoutMs: CONNECTIONS_MS });
    carried = await new CarryBack(context).run();
    context.emit({ type: 'notice', message: `carried back into the source: ${showChanges(carried)}` });
  }
  for (const { path, outcome, edited } of restoreFiles(context.folder)) {
    const note = edited === undefined ? '' : `; it was edited since, that version is kept as ${edited}`;
    context.emit({ type: 'notice', message: `env file ${path}: ${outcome}${note}` });
  }
  await startOnSource(context, application);
  // Ready for a new attempt, or to be dropped.
  saveCutover(context.folder, { v: 1, phase: 'caught-up', services: application.kept });
  return { carried };
}

async function startOnSource(
  context: StepContext,
  { services, healthUrl, probes }: Application,
): Promise<void> {
  await services.start();
  const answers = await probe(healthUrl, probes.slice(0, 1));
  const [first] = answers;
  const message = `the application answers from ${context.options.source} again${first === undefined ? '' : ` (${first.path})`}`;
  context.emit({ type: 'notice', message });
}

/** The source may be written to again, by those who could before. */
function unfence({ options }: StepContext, { sourceMode }: CutoverState): void {
  if (sourceMode !== undefined) chmodSync(options.source, sourceMode);
}
