// ttm-wizard verify: compares source and target once more, and changes nothing.
import { askTarget } from '../config/ask.js';
import { resolveReading } from '../config/resolve.js';
import { secretsOf } from '../config/target-url.js';
import { loadSqlite } from './native-module.js';
import { outputsOf } from './run.js';
import type { Session } from './session.js';

/** Answers with 0 when all is equal, 6 when not. */
export async function verify(session: Session): Promise<number> {
  const canAsk = session.isTerminal && session.flags.json !== true;
  const {
    options,
    settings,
    target: named,
    notices,
  } = resolveReading('verify', session.flags, session.env, !canAsk);
  session.secrets = secretsOf(named ?? '', session.env);
  for (const notice of notices) session.err.line(`Note: ${notice}`);
  await loadSqlite();
  const target = named ?? (await askTarget(session.env));
  session.secrets = secretsOf(target, session.env);
  const { verifyAgain } = await import('../run/verify-again.js');
  const { backupDir, jobs } = options;
  const { VERIFY_STEPS } = await import('../../steps/index.js');
  return verifyAgain({ backupDir, target, jobs }, VERIFY_STEPS, outputsOf(session, settings.isOn('json')));
}
