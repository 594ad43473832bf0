// Cutover: while the application is up everything is brought over and compared; then it is stopped, the rest is brought over, its env files
// are switched, and it is started on the target. Whatever fails after the stop takes itself back.
import { type Application, applicationOf, needed } from '../../src/app/application.js';
import { planSwitch } from '../../src/app/env-switch.js';
import { totalOf } from '../../src/chunk/changes.js';
import { EXIT, WizardError } from '../../src/errors.js';
import { showRows } from '../../src/output/format.js';
import { CarryBack } from '../../src/run/carry-back.js';
import { type CutoverState, loadCutover } from '../../src/run/cutover-state.js';
import { checkName, fencedName, restoreName } from '../../src/run/fence.js';
import { checkRoomForRollback } from '../../src/run/room.js';
import type { Step, StepContext } from '../../src/run/step.js';
import { removeCapture } from '../../src/source/capture.js';
import { showChanges } from './catch-up.js';
import { failAndTakeBack, goOnTakingBack } from './failure.js';
import { isStillOver, moveOver } from './move-over.js';
import { urlFor } from './new-url.js';
import { PARTS, announce } from './parts.js';
import { prepare } from './prepare.js';
import { startOnTarget } from './start-on-target.js';
import { takeBack } from './take-back.js';

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
      { title: 'fence the source', sql: fencing(context) },
    ];
  },

  async run(context) {
    const earlier = loadCutover(context.folder);
    if (earlier?.phase === 'carrying') throw await goOnTakingBack(context, earlier.failure);
    if (earlier?.phase === 'done') return { summary: 'the application runs on the target' };
    const application = await applicationOf(context);
    // Of a run that was killed after it had renamed the source and before it had said that all is done.
    restoreName(context);
    // Whoever goes on with an application that stands does not keep it waiting.
    const isDown = earlier?.phase === 'stopped' || earlier?.phase === 'started';
    announce(context, isDown ? PARTS.slice(PARTS.indexOf('stop the application')) : PARTS);
    const prepared = isDown ? undefined : await prepare(context, application);
    try {
      const isOnTarget = await isOver(context, application, earlier);
      const ownMs = isOnTarget ? 0 : await moveOver(context, application, prepared?.catchUp);
      return await startOnTarget(context, application, { ownMs, slowMs: prepared?.slowMs });
    } catch (error) {
      throw await failAndTakeBack(context, error);
    }
  },

  // Whether it is still switched over is asked before: if not, it is run again.
  check: () => Promise.resolve(),

  async undo(context) {
    const state = loadCutover(context.folder);
    if (state === undefined) return undefined;
    if (state.phase === 'caught-up') {
      const had = removeCapture(context.options.source);
      return had ? 'the triggers in the source are gone' : undefined;
    }
    checkName(context);
    const { discardTargetWrites: discard = false } = context.options;
    const isGivenUp = discard || state.isGivenUp === true;
    if (state.isOnTarget === true) {
      await checkRoomForRollback(context, { copies: !isGivenUp });
      await askAboutWrites(context, isGivenUp);
    }
    const { carried } = await takeBack(context, { reason: 'rollback', discard });
    return `the application runs on the source again; ${showRows(totalOf(carried))} written to the target since are in it`;
  },
};

function fencing({ options: { source, cutover } }: StepContext): string {
  const chmod = `chmod 0440 ${source}`;
  return cutover?.renameSource === true ? `${chmod}; mv ${source} ${fencedName(source, 'RUN')}` : chmod;
}

async function isOver(
  context: StepContext,
  application: Application,
  earlier: CutoverState | undefined,
): Promise<boolean> {
  return earlier?.phase === 'started' && (await isStillOver(context, application));
}

async function askAboutWrites(context: StepContext, isGivenUp: boolean): Promise<void> {
  const { confirm } = context;
  const counts = isGivenUp ? undefined : await new CarryBack(context).count();
  const what =
    counts === undefined
      ? 'Everything that was written to the target since the switch-over is given up.'
      : `${showRows(totalOf(counts))} written since the switch-over are to be carried back into the source so far (${showChanges(counts)}).`;
  context.emit({ type: 'notice', message: what });
  if (confirm === undefined)
    throw needed(context, 'yes', 'a rollback stops the application, and nobody can be asked whether to', [
      '--yes',
    ]);
  if (await confirm(`${what} The application is stopped, and started on the source. Go on?`, 'rollback'))
    return;
  throw new WizardError({
    code: 'DECLINED',
    message: 'the answer is no: nothing is changed',
    exitCode: EXIT.interrupted,
  });
}
