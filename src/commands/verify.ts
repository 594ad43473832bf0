// ttm-wizard verify: compares source and target once more, and changes nothing.
import { resolveComparing } from '../config/resolve.js';
import { outputsOf } from './run.js';
import type { Session } from './session.js';
import { settleTarget } from './settle-target.js';

/** Answers with 0 when all is equal, 6 when not. */
export async function verify(session: Session): Promise<number> {
  const resolved = resolveComparing('verify', session.flags, session.env, session.isTerminal);
  const target = await settleTarget(session, resolved);
  const { backupDir, jobs } = resolved.options;
  const [{ verifyAgain }, { VERIFY_STEPS }] = [
    await import('../run/verify-again.js'),
    await import('../../steps/index.js'),
  ];
  return verifyAgain(
    { backupDir, target, jobs },
    VERIFY_STEPS,
    outputsOf(session, resolved.settings.isOn('json')),
  );
}
