// Who else is connected to the target's database, from pg_stat_activity. Having seen a session proves that somebody is there. Not
// having seen one proves little: an application without a pool connects for milliseconds, so that is worth a warning, no error.
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { showValue } from '../codec/problem.js';
import { WizardError } from '../errors.js';
import { showDuration } from '../output/format.js';
import { targetError } from '../target/connect.js';
import { loadSql } from '../target/sql.js';

export interface Connection {
  readonly pid: number;
  readonly applicationName: string;
  readonly user: string;
  /** Undefined for a socket of this machine, and where the server hides it. */
  readonly address: string | undefined;
  /** `active`, `idle`, `idle in transaction`, …; undefined where the server hides it. */
  readonly state: string | undefined;
}

interface ConnectionOptions {
  readonly timeoutMs: number;
  readonly pollMs?: number;
  /** Beginning of the application_name of our own sessions, those of a killed run included. */
  readonly ownPrefix?: string;
}

export interface LeaveOptions extends ConnectionOptions {
  /** Whether sessions that do nothing may stay: a monitor, a forgotten psql. */
  readonly mayIdle?: boolean;
}

export interface AwaitOptions extends ConnectionOptions {
  /** Called again and again while waiting, to make the application connect; what it throws ends the wait. */
  readonly meanwhile?: () => Promise<unknown>;
  /** Sessions that were there before the application started, and so do not count. */
  readonly except?: readonly Connection[];
}

const OWN_PREFIX = 'ttm-wizard ';
/** A query of a few milliseconds is met by looking this often while many are provoked. */
const SEEK_MS = 20;
const LEAVE_MS = 250;

/** Other sessions in this database, without ours. Throws TARGET_… errors of exit 5. */
export async function applicationConnections(
  client: pg.Client,
  ownPrefix: string = OWN_PREFIX,
): Promise<readonly Connection[]> {
  try {
    const { rows } = await client.query<Record<string, string | null>>(
      loadSql('cutover/application_connections.sql'),
      [ownPrefix],
    );
    return rows.map((row) => ({
      pid: Number(row['pid']),
      applicationName: row['application_name'] ?? '',
      user: row['user'] ?? '',
      address: row['address'] ?? undefined,
      state: row['state'] ?? undefined,
    }));
  } catch (error) {
    throw targetError('cannot ask who is connected', error);
  }
}

/** The first sessions of others that are seen; empty when there were none until the timeout. */
export async function waitForConnections(
  client: pg.Client,
  { timeoutMs, pollMs = SEEK_MS, ownPrefix = OWN_PREFIX, meanwhile, except = [] }: AwaitOptions,
): Promise<readonly Connection[]> {
  const known = new Set(except.map(({ pid }) => pid));
  const deadline = performance.now() + timeoutMs;
  const provoking = new AbortController();
  const provoked = meanwhile === undefined ? Promise.resolve() : repeat(meanwhile, provoking);
  // Awaited below in every case; until then a failure must not count as one that nobody handles.
  provoked.catch(() => undefined);
  try {
    for (;;) {
      const seen = await applicationConnections(client, ownPrefix);
      const fresh = seen.filter(({ pid }) => !known.has(pid));
      if (fresh.length > 0 || performance.now() >= deadline || provoking.signal.aborted) return fresh;
      await sleep(pollMs);
    }
  } finally {
    provoking.abort();
    await provoked;
  }
}

/** Until `stop` is aborted, which it does itself when the action fails. */
async function repeat(action: () => Promise<unknown>, stop: AbortController): Promise<void> {
  try {
    while (!stop.signal.aborted) {
      await action();
      // An action that does nothing asynchronous must still let the others have their turn.
      await sleep(1);
    }
  } finally {
    stop.abort();
  }
}

/**
 * Resolves when nobody else is connected, or at the timeout to those who may stay. Throws CONNECTIONS_LEFT (exit 7) naming who else
 * is.
 */
export async function waitForNoConnections(
  client: pg.Client,
  { timeoutMs, pollMs = LEAVE_MS, ownPrefix = OWN_PREFIX, mayIdle = false }: LeaveOptions,
): Promise<readonly Connection[]> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const left = await applicationConnections(client, ownPrefix);
    if (left.length === 0) return left;
    if (performance.now() >= deadline) {
      const isQuiet = left.every(({ state }) => state === 'idle');
      if (mayIdle && isQuiet) return left;
      throw connectionsLeft(left, timeoutMs);
    }
    await sleep(pollMs);
  }
}

/** `pid 812: tothemoon from 127.0.0.1, uvicorn, idle` */
export function showConnection({ pid, user, address, applicationName, state }: Connection): string {
  const parts = [`${user} from ${address ?? 'this machine'}`, applicationName, state ?? ''];
  return `pid ${pid}: ${parts
    .filter((part) => part !== '')
    .map((part) => showValue(part))
    .join(', ')}`;
}

function connectionsLeft(left: readonly Connection[], timeoutMs: number): WizardError {
  const count = left.length === 1 ? '1 session of others is' : `${left.length} sessions of others are`;
  return new WizardError({
    code: 'CONNECTIONS_LEFT',
    message: [
      `after ${showDuration(timeoutMs)} ${count} still in the target`,
      ...left.map(showConnection),
    ].join('\n'),
    remedies: [
      'stop the services that these sessions belong to, or',
      ...left.map(({ pid }) => `SELECT pg_terminate_backend(${pid});    in psql`),
    ],
    exitCode: 7,
  });
}
