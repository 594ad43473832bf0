// ttm-wizard rollback: takes a run back, before the cutover or after it. What is asked first is up to the rollback, which knows what
// would be lost; here it is only settled who answers.
import { resolveRollback } from '../config/resolve.js';
import type { RunOptions } from '../config/run-options.js';
import { openScreen } from './live.js';
import { questionsOf } from './questions.js';
import { outputsOf } from './run.js';
import type { Screen, Session } from './session.js';
import { settleTarget } from './settle-target.js';

/** Answers with the exit code of the rollback. */
export async function rollback(session: Session): Promise<number> {
  const request = resolveRollback(session.flags, session.env, session.isTerminal);
  const target = await settleTarget(session, request);
  const { settings, cutover, discardTargetWrites } = request;
  const { backupDir, jobs } = request.options;
  const screen = request.canAsk ? await openScreen(session, settings) : undefined;
  if (screen !== undefined)
    return rollBackOnScreen(session, screen, { ...request.options, target, cutover, discardTargetWrites });
  const ask = request.canAsk ? questionsOf(session) : undefined;
  const confirm = settings.isOn('yes') ? () => Promise.resolve(true) : ask;
  const io = outputsOf(session, settings.isOn('json'));
  const { rollBack } = await import('../run/roll-back.js');
  const { STEPS } = await import('../../steps/index.js');
  return rollBack({ backupDir, target, jobs, cutover, discardTargetWrites }, STEPS, {
    ...io,
    ...(ask === undefined ? {} : { ask }),
    ...(confirm === undefined ? {} : { confirm }),
  });
}

/** What is undone shows first, and the name of the database has to be typed. */
async function rollBackOnScreen(session: Session, screen: Screen, options: RunOptions): Promise<number> {
  const { conduct } = await import('./wizard.js');
  const { STEPS } = await import('../../steps/index.js');
  const code = await conduct(session, screen, { options, steps: STEPS, isAsking: true, isRollback: true });
  screen.unmount();
  return code;
}
