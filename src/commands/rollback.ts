// ttm-wizard rollback: takes a run back, before the cutover or after it. What is asked first is up to the rollback, which knows what
// would be lost; here it is only settled who answers.
import { resolveRollback } from '../config/resolve.js';
import { questionsOf } from './questions.js';
import { outputsOf } from './run.js';
import type { Session } from './session.js';
import { settleTarget } from './settle-target.js';

/** Answers with the exit code of the rollback. */
export async function rollback(session: Session): Promise<number> {
  const request = resolveRollback(session.flags, session.env, session.isTerminal);
  const target = await settleTarget(session, request);
  const { settings, cutover, discardTargetWrites } = request;
  const { backupDir, jobs } = request.options;
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
