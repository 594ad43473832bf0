// What every command that reaches the target does first: settles how the output looks, tells the warnings, makes sure that SQLite is there before any question is
// asked, and asks for the target when nobody has named it. From then on its password is kept out of every output.
import { askTarget } from '../config/ask.js';
import type { Resolved } from '../config/resolve.js';
import { secretsOf } from '../config/target-url.js';
import { adoptLook } from './adopt-look.js';
import { loadSqlite } from './native-module.js';
import type { Session } from './session.js';

/** The target's URL, maybe with a password. Throws NATIVE_MODULE (exit 2). */
export async function settleTarget(
  session: Session,
  { settings, target: named, notices }: Resolved,
): Promise<string> {
  adoptLook(session, settings);
  session.secrets = secretsOf(named ?? '', session.env);
  for (const notice of notices) session.err.line(`Note: ${notice}`);
  await loadSqlite();
  const target = named ?? (await askTarget(session.env));
  session.secrets = secretsOf(target, session.env);
  return target;
}
