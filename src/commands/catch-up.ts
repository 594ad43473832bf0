// ttm-wizard catch-up: brings over what the application has written since, so that less is left to the downtime of a cutover. The
// application goes on running on SQLite.
import { resolveComparing } from '../config/resolve.js';
import { outputsOf } from './run.js';
import type { Session } from './session.js';
import { settleTarget } from './settle-target.js';

/** Answers with the exit code of the catch-up. */
export async function catchUp(session: Session): Promise<number> {
  const resolved = resolveComparing('catch-up', session.flags, session.env, session.isTerminal);
  const target = await settleTarget(session, resolved);
  const { backupDir, jobs } = resolved.options;
  const { catchUpAgain } = await import('../run/catch-up-again.js');
  const { CATCH_UP_STEP } = await import('../../steps/index.js');
  const io = outputsOf(session, resolved.settings.isOn('json'));
  return catchUpAgain({ backupDir, target, jobs }, CATCH_UP_STEP, io);
}
