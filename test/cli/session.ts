// A session as cli.ts would open it, with outputs that keep what they are given.
import type { Session } from '../../src/commands/session.js';
import type { Flags } from '../../src/config/settings.js';
import { capture } from '../output/capture.js';

/** At a terminal unless `change` says otherwise; nothing has been aborted yet. */
export function sessionOf(flags: Flags, change: Partial<Session> = {}) {
  const [out, err] = [capture(), capture()];
  const never = new AbortController().signal;
  const session: Session = {
    flags,
    env: {},
    stdout: process.stdout,
    out,
    err,
    isTerminal: true,
    stop: never,
    abort: never,
    hangUp: never,
    secrets: [],
    log: undefined,
    isFailureShown: false,
    screen: undefined,
    ...change,
  };
  return { session, out, err };
}
