// Cutover: while the application is up everything is brought over and compared; then it is stopped, the rest is brought over, its env files
// are switched, and it is started on the target. Whatever fails after the stop takes itself back.
import { chmodSync, statSync } from 'node:fs';
import type { Application } from '../../src/app/application.js';
import { applicationOf, needed } from '../../src/app/application.js';
import { applicationUrl } from '../../src/app/app-url.js';
import { showConnection, waitForConnections } from '../../src/app/connections.js';
import { planSwitch, switchFiles } from '../../src/app/env-switch.js';
import { measure, probe } from '../../src/app/probe.js';
import { showHolder, waitUntilReleased } from '../../src/app/quiet-file.js';
import { totalOf } from '../../src/chunk/changes.js';
import { EXIT, WizardError, codeOf, messageOf } from '../../src/errors.js';
import type { Finding } from '../../src/events.js';
import { showCount, showDuration, showRows } from '../../src/output/format.js';
import { CarryBack } from '../../src/run/carry-back.js';
import { CatchUp } from '../../src/run/catch-up.js';
import { loadCutover } from '../../src/run/cutover-state.js';
import { fittedPlan, poolFor } from '../../src/run/snapshot.js';
import { type Step, type StepContext, Stopped } from '../../src/run/step.js';
import { installCapture, removeCapture } from '../../src/source/capture.js';
import { inspectHolders } from '../../src/source/open-files.js';
import { sourceStamp } from '../../src/source/stamp.js';
import { connectTarget, targetPassword } from '../../src/target/connect.js';
import { beginCatchUp, showChanges } from './catch-up.js';
import { compareChanged } from './compare-changed.js';
import { saveState } from './save-state.js';
import { takeBack } from './take-back.js';
import { compareTables } from '../verify/tables.js';

/** For the processes that have the source open to end after the services have stopped. */
const RELEASE_MS = 30_000;
const CONNECTION_MS = 5000;
/** While the application is up: passes until one brings so few rows that the last one will be short. */
const FEW_ROWS = 200;
const MAX_PASSES = 4;

export const cutover: Step = {
  name: 'cutover',
  title: 'Switch the application over',

  async plan(context) {
    const application = await applicationOf(context);
    const { services, envFiles, urlKey, healthUrl, probes } = application;
    const changes = planSwitch(envFiles, urlKey, await urlFor(context));
    return [
      {
        title: 'bring over what was written since the snapshot',
        sql: 'each chunk compared, rows inserted, updated, deleted',
      },
      { title: 'stop', sql: services.describe },
      ...changes.map(({ path, diff }) => ({ title: `env file ${path}`, sql: diff.join('\n') })),
      {
        title: 'start and ask',
        sql: `${services.describe}; GET ${probes.map((path) => healthUrl + path).join(', ')}`,
      },
    ];
  },

  async run(context) {
    const earlier = loadCutover(context.folder);
    if (earlier?.phase === 'carrying') throw await goOnTakingBack(context, earlier.failure);
    const application = await applicationOf(context);
    if (earlier?.phase === 'done') return { summary: 'the application runs on the target' };
    // Whoever goes on with an application that stands does not keep it waiting.
    const isDown = earlier?.phase === 'stopped' || earlier?.phase === 'started';
    const prepared = isDown ? undefined : await prepareOrClear(context, application);
    try {
      const ownMs =
        earlier?.phase === 'started' ? 0 : await moveOver(context, application, prepared?.catchUp);
      return await startOnTarget(context, application, { ownMs, slowMs: prepared?.elapsedMs });
    } catch (error) {
      throw await failAndTakeBack(context, error);
    }
  },

  check(context) {
    const phase = loadCutover(context.folder)?.phase;
    if (phase === 'done') return Promise.resolve();
    throw new WizardError({
      code: 'NOT_CUT_OVER',
      message: `run ${context.run} was switched over and is not any more (${phase ?? 'nothing known'})`,
      remedies: ['ttm-wizard rollback takes the rest back'],
      exitCode: EXIT.rollbackFailed,
    });
  },

  async undo(context) {
    const state = loadCutover(context.folder);
    if (state === undefined || state.phase === 'caught-up') return undefined;
    const { discardTargetWrites = false } = context.options;
    const isOnTarget = state.phase !== 'stopped';
    if (isOnTarget) await askAboutWrites(context, discardTargetWrites);
    const { carried } = await takeBack(context, { reason: 'rollback', discard: discardTargetWrites });
    return `the application runs on the source again; ${showRows(totalOf(carried))} written to the target since are in it`;
  },
};

interface Prepared {
  readonly catchUp: CatchUp;
  /** How long the application's slow page takes on the source. */
  readonly elapsedMs: number | undefined;
}

/** As before, without anything of ours left in the source. */
async function prepareOrClear(context: StepContext, application: Application): Promise<Prepared> {
  try {
    return await prepare(context, application);
  } catch (error) {
    removeCapture(context.options.source);
    throw error;
  }
}

/** All that can be done while the application is up. Nothing has been stopped when this throws. */
async function prepare(context: StepContext, application: Application): Promise<Prepared> {
  for (const { path, diff } of planSwitch(application.envFiles, application.urlKey, await urlFor(context)))
    for (const line of diff) context.emit({ type: 'notice', message: `env file ${path}: ${line}` });
  await checkUrl(context);
  beginCatchUp(context);
  if (context.options.cutover?.capture === 'triggers') {
    installCapture(context.options.source, fittedPlan(context).tables);
    context.emit({
      type: 'notice',
      message: 'triggers in the source log which rows change, until the switch-over is done',
    });
  }
  const catchUp = new CatchUp(context);
  for (let pass = 1; pass <= MAX_PASSES; pass++) {
    const changes = await catchUp.run();
    context.emit({
      type: 'notice',
      message: `brought over while the application runs: ${showChanges(changes)}`,
    });
    if (pass === 1) await compareWithLedger(context);
    else if (totalOf(changes) <= FEW_ROWS) break;
  }
  const slow = application.probes.at(-1);
  const measured = slow === undefined ? undefined : await measure(application.healthUrl, slow);
  if (context.stop.aborted) throw new Stopped();
  return { catchUp, elapsedMs: measured?.elapsedMs };
}

/** Nobody but this run may have written to the target. */
async function compareWithLedger(context: StepContext): Promise<void> {
  const fitted = fittedPlan(context);
  let errors = 0;
  const report = (finding: Finding): void => {
    errors++;
    context.emit({ type: 'step.finding', step: 'cutover', finding });
  };
  const pool = await poolFor(context, fitted, context.options.source);
  await compareTables(context, fitted, pool, report, 'ledger', 'cutover');
  if (errors === 0) return;
  throw new WizardError({
    code: 'DIFFERENT',
    message: 'the target is not as this run left it; the application has not been stopped',
    remedies: ['ttm-wizard report lists the differences', 'ttm-wizard verify compares again'],
    exitCode: EXIT.differences,
  });
}

/** Stops the application, brings over the rest, and makes sure of it; resolves to the milliseconds that were not the stop. */
async function moveOver(
  context: StepContext,
  application: Application,
  prepared: CatchUp | undefined,
): Promise<number> {
  const { services, kept } = application;
  saveState(context, { phase: 'stopped', services: kept, stoppedAt: new Date().toISOString() });
  context.emit({ type: 'notice', message: `stopping: ${services.describe}` });
  await services.stop();
  const { uninspected } = await waitUntilReleased(context.options.source, {
    timeoutMs: RELEASE_MS,
    onWait: (holders) => {
      const message = `waiting for ${holders.map(showHolder).join(', ')} to let go of ${context.options.source}`;
      context.emit({ type: 'notice', message });
    },
  });
  if (uninspected > 0) {
    const message = `${showCount(uninspected)} processes of other users could not be looked into: run as root to be sure that none has the source open`;
    context.emit({ type: 'notice', message });
  }
  stopHere(context);
  const startedAt = performance.now();
  const catchUp = prepared ?? new CatchUp(context);
  const last = await catchUp.run(true);
  context.emit({ type: 'notice', message: `brought over after the stop: ${showChanges(last)}` });
  await compareChanged(context, catchUp.changedChunks);
  if (last.quarantined > 0)
    context.emit({ type: 'notice', message: `${showRows(last.quarantined)} set aside` });
  stopHere(context);
  return performance.now() - startedAt;
}

/** Ctrl-C while the application stands takes the switch-over back. */
function stopHere({ stop }: StepContext): void {
  if (stop.aborted) throw new Stopped();
}

async function startOnTarget(
  context: StepContext,
  application: Application,
  before: { readonly ownMs: number; readonly slowMs: number | undefined },
): Promise<{ summary: string; result: unknown }> {
  const { services, envFiles, urlKey, healthUrl, probes } = application;
  const { source } = context.options;
  const startedAt = performance.now();
  const sourceMode = loadCutover(context.folder)?.sourceMode ?? statSync(source).mode & 0o7777;
  // From here on the target counts: whoever starts the application now, a reboot too, starts it there.
  const { stoppedAt } = saveState(context, { phase: 'started', sourceMode });
  switchFiles(envFiles, urlKey, await urlFor(context), { folder: context.folder });
  context.emit({ type: 'notice', message: `switched: ${envFiles.join(', ')}` });
  const ownMs = Math.round(before.ownMs + performance.now() - startedAt);
  await services.start();
  const [quick, slow] = [probes.slice(0, 1), probes.slice(1)];
  await probe(healthUrl, quick);
  const answeredAt = new Date().toISOString();
  const timed = (await probe(healthUrl, slow)).at(-1);
  await checkWhereItRuns(context, application);
  removeCapture(source);
  chmodSync(source, 0o440);
  saveState(context, { phase: 'done', answeredAt, sourceStamp: sourceStamp(source) });
  const downtimeMs = Date.parse(answeredAt) - Date.parse(stoppedAt ?? answeredAt);
  if (timed !== undefined) {
    const earlier = before.slowMs === undefined ? '' : `, ${showDuration(before.slowMs)} before`;
    const message = `${timed.path} answers in ${showDuration(timed.elapsedMs)}${earlier}`;
    context.emit({ type: 'notice', message });
  }
  const summary = `downtime ${showDuration(downtimeMs)}, ${showDuration(ownMs)} of it the wizard's; rollback takes it back`;
  return { summary, result: { downtimeMs, ownMs, beforeMs: before.slowMs, afterMs: timed?.elapsedMs } };
}

/** The application must be seen in the target, and the source must be left alone. */
async function checkWhereItRuns(context: StepContext, { healthUrl, probes }: Application): Promise<void> {
  const holders = inspectHolders([context.options.source]).holders;
  if (holders.length > 0) {
    throw new WizardError({
      code: 'STILL_ON_SOURCE',
      message: `after the switch ${holders.map(showHolder).join(', ')} has ${context.options.source} open`,
      remedies: [
        '--service UNIT for each unit that writes',
        'check which env file this process reads: --env-file FILE',
      ],
      exitCode: EXIT.takenBack,
    });
  }
  const path = probes[0] ?? '/';
  const seen = await waitForConnections(await context.target(), {
    timeoutMs: CONNECTION_MS,
    meanwhile: () => measure(healthUrl, path),
  });
  const message =
    seen[0] === undefined
      ? 'no session of the application was seen in the target; it may connect only for milliseconds'
      : `the application is connected to the target (${showConnection(seen[0])})`;
  context.emit({ type: 'notice', message });
}

/** The URL that the env files get must lead to the very target, by itself. */
async function checkUrl(context: StepContext): Promise<void> {
  const url = await urlFor(context);
  const client = await connectTarget({ url, applicationName: 'ttm-wizard check of the new URL' });
  await client.end();
}

async function urlFor({ options }: StepContext): Promise<string> {
  return applicationUrl(options.target, await targetPassword(options.target));
}

/** What made it fail, after the application runs on the source again. A failure of that too says what to do by hand (exit 10). */
async function failAndTakeBack(context: StepContext, cause: unknown): Promise<unknown> {
  const failure = { code: codeOf(cause) ?? 'BUG', message: messageOf(cause) };
  context.emit({ type: 'notice', message: `taking the switch-over back: ${failure.message}` });
  await takeBack(context, { reason: 'failure', failure, discard: false });
  return cause instanceof Stopped ? cause : takenBack(failure, cause);
}

async function goOnTakingBack(
  context: StepContext,
  failure: { code: string; message: string } | undefined,
): Promise<WizardError> {
  context.emit({
    type: 'notice',
    message: 'a switch-over that was being taken back is taken back to its end first',
  });
  await takeBack(context, { reason: 'failure', discard: false });
  return takenBack(failure ?? { code: 'INTERRUPTED', message: 'the switch-over was interrupted' }, undefined);
}

function takenBack({ code, message }: { code: string; message: string }, cause: unknown): WizardError {
  const remedies = cause instanceof WizardError ? cause.remedies : [];
  return new WizardError({
    code,
    message: `${message}; taken back: the application runs on the source again, the target is ready for another try`,
    remedies: [...remedies, 'the same command with --resume tries again'],
    exitCode: EXIT.takenBack,
    cause,
  });
}

async function askAboutWrites(context: StepContext, discard: boolean): Promise<void> {
  const { confirm } = context;
  const counts = discard ? undefined : await new CarryBack(context).count();
  const what =
    counts === undefined
      ? 'Everything that was written to the target since the switch-over is given up.'
      : `${showRows(totalOf(counts))} written since the switch-over are carried back into the source so far (${showChanges(counts)}).`;
  context.emit({ type: 'notice', message: what });
  if (confirm === undefined)
    throw needed(context, 'yes', 'a rollback stops the application, and nobody can be asked whether to', [
      '--yes',
    ]);
  if (await confirm(`${what} The application is stopped, and started on the source. Go on?`)) return;
  throw new WizardError({
    code: 'DECLINED',
    message: 'the answer is no: nothing is changed',
    exitCode: EXIT.interrupted,
  });
}
