// Who is connected, asked of a real PostgreSQL with real sessions, long and very short ones.
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  applicationConnections,
  showConnection,
  waitForConnections,
  waitForNoConnections,
} from '../../src/app/connections.js';
import { connectTarget } from '../../src/target/connect.js';
import { type TestDatabase, createDatabase, serverUrl } from '../support/database.js';
import { failureOf } from '../support/processes.js';

let database: TestDatabase;
let own: pg.Client;
let open: pg.Client[];

beforeEach(async () => {
  database = await createDatabase();
  own = await connectTarget({ url: database.url, applicationName: 'ttm-wizard run-1' });
  open = [];
});

afterEach(async () => {
  await Promise.all([own, ...open].map((client) => client.end().catch(() => undefined)));
  await database.drop();
});

async function connect(name: string, url = database.url): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: name });
  client.on('error', () => undefined);
  await client.connect();
  open.push(client);
  return client;
}

async function pidOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid ?? 0;
}

/** A request of an application without a pool: connect, one query, disconnect. */
async function request(): Promise<void> {
  const client = new pg.Client({ connectionString: database.url, application_name: 'uvicorn' });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('SELECT pg_sleep(0.005)');
  await client.end();
}

describe('the connections of others', () => {
  it('are those in this database, with who they are and what they do', async () => {
    const app = await connect('uvicorn');
    await connect('elsewhere', serverUrl());
    const pid = await pidOf(app);
    await app.query('BEGIN');

    const seen = await applicationConnections(own);

    const { user } = app;
    expect(seen).toMatchObject([{ pid, applicationName: 'uvicorn', user, state: 'idle in transaction' }]);
    const [first] = seen;
    expect(first === undefined ? '' : showConnection(first)).toMatch(
      new RegExp(`^pid ${pid}: ${user ?? ''} from \\S+.*, uvicorn, idle in transaction$`),
    );
  });

  it('are none while only the wizard is there, in whatever run', async () => {
    await connect('ttm-wizard run-0');
    expect(await applicationConnections(own)).toEqual([]);
    expect(await applicationConnections(own, 'other-tool')).toMatchObject([
      { applicationName: 'ttm-wizard run-0' },
    ]);
  });

  it('count without any name, too', async () => {
    await connect('');
    expect(await applicationConnections(own)).toMatchObject([{ applicationName: '' }]);
  });

  it('are seen by a user from whom the server hides what other users do', async () => {
    await connect('uvicorn');
    const role = `ttm_${database.name}`;
    await own.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
    try {
      await own.query(`SET SESSION AUTHORIZATION ${role}`);
      const seen = await applicationConnections(own);
      expect(seen).toMatchObject([{ applicationName: 'uvicorn', state: undefined, address: undefined }]);
    } finally {
      await own.query('RESET SESSION AUTHORIZATION');
      await own.query(`DROP ROLE ${role}`);
    }
  });

  it('are an error of the target when the server is gone', async () => {
    await own.end();
    expect(await failureOf(applicationConnections(own))).toMatchObject({ exitCode: 5 });
  });
});

describe('waiting for the application to connect', () => {
  it('ends as soon as a session is there', async () => {
    const waiting = waitForConnections(own, { timeoutMs: 20_000 });
    const app = await connect('uvicorn');
    expect(await waiting).toMatchObject([{ pid: await pidOf(app) }]);
  });

  it('meets an application that connects for milliseconds only', async () => {
    let calls = 0;
    const meanwhile = async (): Promise<void> => {
      calls += 1;
      await request();
    };
    expect(await waitForConnections(own, { timeoutMs: 20_000, meanwhile })).toMatchObject([
      { applicationName: 'uvicorn' },
    ]);
    expect(calls).toBeGreaterThan(0);
    const callsThen = calls;
    await waitForNoConnections(own, { timeoutMs: 5000, pollMs: 20 });
    expect(calls).toBe(callsThen);
  });

  it('ends with nothing, not with an error, when nobody was seen', async () => {
    await connect('ttm-wizard run-0');
    const meanwhile = () => Promise.resolve();
    expect(await waitForConnections(own, { timeoutMs: 150, meanwhile })).toEqual([]);
  });

  it('does not take for the application who was there before it', async () => {
    await connect('psql');
    const except = await applicationConnections(own);
    expect(await waitForConnections(own, { timeoutMs: 150, except })).toEqual([]);
    await connect('uvicorn');
    expect(await waitForConnections(own, { timeoutMs: 5000, except })).toMatchObject([
      { applicationName: 'uvicorn' },
    ]);
  });

  it('ends with the failure of what provokes the connections', async () => {
    const meanwhile = () => Promise.reject(new Error('GET /tokens/stats breaks'));
    await expect(waitForConnections(own, { timeoutMs: 20_000, meanwhile })).rejects.toThrow('breaks');
  });
});

describe('waiting until nobody is connected any more', () => {
  it('ends when the last session has gone', async () => {
    const app = await connect('uvicorn');
    const waiting = waitForNoConnections(own, { timeoutMs: 20_000, pollMs: 20 });
    await app.end();
    await waiting;
    expect(await applicationConnections(own)).toEqual([]);
  });

  it('fails after the time with each session and what ends it', async () => {
    const pids = [await pidOf(await connect('uvicorn')), await pidOf(await connect('bad\u001B[2Jname'))];

    const error = await failureOf(waitForNoConnections(own, { timeoutMs: 100, pollMs: 20 }));

    expect(error).toMatchObject({ code: 'CONNECTIONS_LEFT', exitCode: 7 });
    const [first, ...lines] = error.message.split('\n');
    expect(first).toBe('after 100 ms 2 sessions of others are still in the target');
    expect(lines).toHaveLength(2);
    expect(lines.join()).not.toContain('\u001B');
    for (const pid of pids) {
      expect(error.message).toContain(`pid ${pid}: `);
      expect(error.remedies).toContain(`SELECT pg_terminate_backend(${pid});    in psql`);
    }
  });
});
