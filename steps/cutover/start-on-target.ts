// Switches the env files, starts the application and makes sure that it is on the target and nowhere else.
import { statSync } from 'node:fs';
import type { Application } from '../../src/app/application.js';
import {
  type Connection,
  applicationConnections,
  showConnection,
  waitForConnections,
} from '../../src/app/connections.js';
import { switchFiles } from '../../src/app/env-switch.js';
import { measure } from '../../src/app/probe.js';
import { showHolder } from '../../src/app/quiet-file.js';
import { EXIT, WizardError } from '../../src/errors.js';
import { showDuration } from '../../src/output/format.js';
import { changeCutover, loadCutover } from '../../src/run/cutover-state.js';
import { fenceSource } from '../../src/run/fence.js';
import type { StepContext } from '../../src/run/step.js';
import { processesHolding } from '../../src/source/open-files.js';
import { sourceStamp } from '../../src/source/stamp.js';
import { urlFor } from './new-url.js';
import { begin } from './parts.js';
import { probeTelling } from './probe-telling.js';

const CONNECTION_MS = 5000;

interface Before {
  /** What the wizard has taken of the downtime so far, beyond the stop. */
  readonly ownMs: number;
  /** How long the application's slowest query took on the source. */
  readonly slowMs: number | undefined;
}

/** Resolves when the application has answered from the target. */
export async function startOnTarget(
  context: StepContext,
  application: Application,
  before: Before,
): Promise<{ summary: string; result: unknown }> {
  const { services, envFiles, urlKey, healthUrl, probes, patience } = application;
  const { folder, options } = context;
  begin(context, 'switch the env files');
  const startedAt = performance.now();
  // Asked as long as the target does not count: without an answer the application goes back to the source at once.
  const others = await applicationConnections(await context.target());
  const stamp = letTargetCount(context);
  switchFiles(envFiles, urlKey, await urlFor(context), { folder });
  context.emit({ type: 'notice', message: `switched: ${envFiles.join(', ')}` });
  const ownMs = Math.round(before.ownMs + performance.now() - startedAt);
  begin(context, 'start the application');
  await services.start();
  begin(context, 'wait for its answer from the target');
  const [quick, slow] = [probes.slice(0, 1), probes.slice(1)];
  await probeTelling(context, healthUrl, quick, { timeoutMs: patience.probeMs });
  const answeredAt = new Date().toISOString();
  const stopped = loadCutover(folder)?.stoppedAt ?? answeredAt;
  const downtimeMs = Date.parse(answeredAt) - Date.parse(stopped);
  context.emit({ type: 'downtime.ended', step: 'cutover', downtimeMs });
  begin(context, 'see that it runs there alone');
  const timed = (await probeTelling(context, healthUrl, slow, { timeoutMs: patience.probeMs })).at(-1);
  await checkWhereItRuns(context, application, others);
  checkSource(options.source, stamp);
  const place = fenceSource(context);
  const name = place === options.source ? '' : `; the source is ${place} now`;
  changeCutover(folder, { phase: 'done', answeredAt });
  if (timed !== undefined) {
    const earlier =
      before.slowMs === undefined ? '' : `; its query alone took ${showDuration(before.slowMs)} on SQLite`;
    const message = `${timed.path} answers in ${showDuration(timed.elapsedMs)}${earlier}`;
    context.emit({ type: 'notice', message });
  }
  const summary = `downtime ${showDuration(downtimeMs)}, ${showDuration(ownMs)} of it the wizard's; rollback takes it back${name}`;
  return { summary, result: { downtimeMs, ownMs, beforeMs: before.slowMs, afterMs: timed?.elapsedMs } };
}

/** From here on whoever starts the application, a reboot too, may start it on the target. Answers with the source's stamp. */
function letTargetCount({ folder, options: { source } }: StepContext): string {
  const before = loadCutover(folder);
  // Of a run that goes on after it was killed, maybe after it had fenced the source.
  const known = before?.phase === 'started' ? before.sourceStamp : undefined;
  const stamp = known ?? sourceStamp(source);
  const sourceMode = before?.sourceMode ?? statSync(source).mode & 0o7777;
  changeCutover(folder, { phase: 'started', isOnTarget: true, sourceMode, sourceStamp: stamp });
  return stamp;
}

/** Nobody may have the source open for writing, and the application should be seen in the target. A `verify` beside it only reads. */
async function checkWhereItRuns(
  context: StepContext,
  { healthUrl, probes }: Application,
  others: readonly Connection[],
): Promise<void> {
  const holders = processesHolding(context.options.source).filter(({ isReader }) => !isReader);
  if (holders.length > 0)
    throw stillOnSource(`${holders.map(showHolder).join(', ')} has ${context.options.source} open`);
  const path = probes[0] ?? '/';
  const seen = await waitForConnections(await context.target(), {
    timeoutMs: CONNECTION_MS,
    meanwhile: () => measure(healthUrl, path),
    except: others,
  });
  const message =
    seen[0] === undefined
      ? 'no session of the application was seen in the target; it may connect only for milliseconds'
      : `the application is connected to the target (${showConnection(seen[0])})`;
  context.emit({ type: 'notice', message });
}

/** Who opens the source only for moments is not seen among those who have it open, but leaves traces. */
function checkSource(source: string, stamp: string): void {
  if (sourceStamp(source) !== stamp) throw stillOnSource(`${source} is being written to`);
}

function stillOnSource(what: string): WizardError {
  return new WizardError({
    code: 'STILL_ON_SOURCE',
    message: `after the switch ${what}`,
    remedies: ['--service UNIT for each unit that writes', 'check which env file it reads: --env-file FILE'],
    exitCode: EXIT.takenBack,
  });
}
