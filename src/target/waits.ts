// What the sessions of a run wait for in the target: a lock and who holds it, an index build, a long statement. It asks through a
// connection of its own, because the others are those that wait.
import type pg from 'pg';
import { showConnection } from '../app/connections.js';
import { showValue } from '../codec/problem.js';
import { type TargetAddress, connectTarget } from './connect.js';
import { loadSql } from './sql.js';

export interface Wait {
  /** The end of a sentence that begins with "waiting for". */
  readonly what: string;
  readonly remedies: readonly string[];
}

/** Begins as all of ours do, so that nobody takes it for the application's, and is not that of the run. */
const OWN_NAME = 'ttm-wizard watch';
const SHOWN = 60;

/** Undefined when none of the sessions named in `address` waits for the server. Rejects when the server cannot be asked. */
export async function findWait(address: TargetAddress): Promise<Wait | undefined> {
  const client = await connectTarget({ ...address, applicationName: OWN_NAME });
  try {
    return (await findHolder(client, address)) ?? (await findWork(client, address));
  } finally {
    await client.end();
  }
}

interface HolderRow {
  readonly pid: string;
  readonly user: string | null;
  readonly application_name: string;
  readonly address: string | null;
  readonly state: string | null;
  readonly relation: string | null;
}

async function findHolder(client: pg.Client, { applicationName }: TargetAddress): Promise<Wait | undefined> {
  const { rows } = await client.query<HolderRow>(loadSql('waits/holders.sql'), [applicationName]);
  const [first] = rows;
  if (first === undefined) return undefined;
  const on = first.relation === null ? '' : ` on ${showValue(first.relation)}`;
  const more = rows.length === 1 ? '' : ` and ${rows.length - 1} more`;
  if (first.pid === '0')
    return {
      what: `a lock${on} of a prepared transaction${more}`,
      remedies: ['SELECT * FROM pg_prepared_xacts    names it; COMMIT PREPARED or ROLLBACK PREPARED ends it'],
    };
  const { pid, user } = first;
  const holder = showConnection({
    pid: Number(pid),
    user: user ?? 'the server itself',
    address: first.address ?? undefined,
    applicationName: first.application_name,
    state: first.state ?? undefined,
  });
  return {
    what: `a lock${on}, held by ${holder}${more}`,
    remedies: [
      `SELECT pg_terminate_backend(${pid})    in psql ends that session and takes back what it has not committed`,
    ],
  };
}

interface WorkRow {
  readonly query: string;
  readonly wait_event_type: string | null;
  readonly wait_event: string | null;
  readonly phase: string | null;
  readonly is_index: string;
  readonly relation: string | null;
}

async function findWork(client: pg.Client, { applicationName }: TargetAddress): Promise<Wait | undefined> {
  const { rows } = await client.query<WorkRow>(loadSql('waits/at_work.sql'), [applicationName]);
  const [row] = rows;
  if (row === undefined) return undefined;
  const { query, wait_event_type: type, wait_event: event, phase, relation } = row;
  const on = relation === null ? '' : ` on ${showValue(relation)}`;
  const what =
    phase === null
      ? `the server: ${statementOf(query)}`
      : `${row.is_index === 't' ? 'an index build' : 'VACUUM'}${on}: ${phase}`;
  return { what: type === null || event === null ? what : `${what} (${type}: ${event})`, remedies: [] };
}

/** The beginning of our own statement: all values in it are parameters. */
function statementOf(query: string): string {
  const text = query
    .replace(/^\s*--.*$/gm, '')
    .replace(/\s+/g, ' ')
    .trim();
  return showValue(text, SHOWN);
}
