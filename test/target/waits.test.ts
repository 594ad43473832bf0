// What a run is told that it waits for, against sessions that really hold it up.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventBody } from '../../src/events.js';
import { WaitWatch } from '../../src/run/wait-watch.js';
import { tellWhile } from '../../src/run/tell-while.js';
import { connectTarget } from '../../src/target/connect.js';
import { findWait } from '../../src/target/waits.js';
import { EMPTY_VIEW } from '../../src/view.js';
import { type TestDatabase, createDatabase } from '../support/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
  const client = await connectTarget(address());
  await client.query('CREATE TABLE moon (id int PRIMARY KEY, size int); INSERT INTO moon VALUES (1, 1)');
  await client.end();
});
afterAll(() => database.drop());

function address(applicationName = 'ttm-wizard test-run') {
  return { url: database.url, applicationName };
}

/** Runs `sql` in a session of the run while another one, called psql, has done `held` and not committed it. */
async function whileHeld(held: string, sql: string, look: () => Promise<void>): Promise<void> {
  const [other, own] = [await connectTarget(address('psql')), await connectTarget(address())];
  try {
    await other.query(`BEGIN; ${held}`);
    const waiting = own.query(sql);
    await look();
    await other.query('ROLLBACK');
    await waiting;
  } finally {
    await Promise.all([other.end(), own.end()]);
  }
}

async function until<T>(find: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('a session of the run that waits', () => {
  it('for a table names it and who holds it, with what to type', async () => {
    await whileHeld('LOCK TABLE moon', 'INSERT INTO moon VALUES (2, 2)', async () => {
      const { what, remedies } = await until(() => findWait(address()));
      expect(what).toMatch(/^a lock on moon, held by pid \d+: \S+ from .*, psql, idle in transaction$/);
      const pid = /pid (\d+)/.exec(what)?.[1] ?? '';
      expect(remedies).toEqual([expect.stringContaining(`SELECT pg_terminate_backend(${pid})`)]);
    });
  });

  it('for a row that somebody else has changed names that session', async () => {
    await whileHeld('UPDATE moon SET size = 3', 'UPDATE moon SET size = 4', async () => {
      expect((await until(() => findWait(address()))).what).toMatch(/^a lock, held by pid \d+: .*psql/);
    });
  });

  it('for the server names the statement, without its comments', async () => {
    const own = await connectTarget(address());
    const waiting = own.query('-- why\nSELECT  pg_sleep(0.5)');
    const { what } = await until(() => findWait(address()));
    expect(what).toBe('the server: SELECT pg_sleep(0.5) (Timeout: PgSleep)');
    await waiting;
    expect(await findWait(address())).toBeUndefined();
    await own.end();
  });

  it('is not taken for another session of the same run', async () => {
    await whileHeld('LOCK TABLE moon', 'SELECT count(*) FROM moon', async () => {
      await until(() => findWait(address()));
      expect(await findWait(address('ttm-wizard other-run'))).toBeUndefined();
    });
  });
});

describe('the watch of a run', () => {
  const watchFor = (newsAt: () => string, told: EventBody[]): WaitWatch =>
    new WaitWatch({
      emit: (event) => told.push(event),
      view: () => ({ ...EMPTY_VIEW, newsAt: newsAt() }),
      address,
      silenceMs: 50,
    });

  it('tells the wait when nothing has come on for long, and again as long as it lasts', async () => {
    const told: EventBody[] = [];
    const begun = new Date().toISOString();
    const watch = watchFor(() => begun, told);
    await whileHeld('LOCK TABLE moon', 'SELECT count(*) FROM moon', async () => {
      watch.start();
      await until(() => Promise.resolve(told[1]));
    });
    watch.stop();
    expect(told[0]).toMatchObject({ type: 'run.waiting', what: expect.stringContaining('moon') as string });
  });

  it('is silent as long as something comes on, and while somebody is being asked', async () => {
    const told: EventBody[] = [];
    const begun = new Date().toISOString();
    let isNews = true;
    const watch = watchFor(() => (isNews ? new Date().toISOString() : begun), told);
    let answer = (): void => undefined;
    const asking = watch.during({ ask: () => new Promise((resolve) => (answer = () => resolve(true))) });
    await whileHeld('LOCK TABLE moon', 'SELECT count(*) FROM moon', async () => {
      watch.start();
      await new Promise((resolve) => setTimeout(resolve, 150));
      expect(told).toEqual([]);
      const asked = asking.ask();
      isNews = false;
      await new Promise((resolve) => setTimeout(resolve, 150));
      expect(told).toEqual([]);
      answer();
      expect(await asked).toBe(true);
      await until(() => Promise.resolve(told[0]));
    });
    watch.stop();
  });
});

describe('work that takes long', () => {
  it('tells what it waits for until it is done, and gives its result', async () => {
    const told: EventBody[] = [];
    const wait = { what: 'web.service to stop', remedies: ['systemctl status web.service'] };
    const work = async (): Promise<number> => {
      await until(() => Promise.resolve(told[0]));
      return 7;
    };
    const emit = (event: EventBody): void => void told.push(event);
    expect(await tellWhile(emit, () => wait, work, 20)).toBe(7);
    expect(told[0]).toMatchObject({ type: 'run.waiting', ...wait });
  });

  it('is not ended by what cannot be found out, nor by an event that cannot be written', async () => {
    const broken = (): never => {
      throw new Error('no room');
    };
    const work = (): Promise<string> => new Promise((resolve) => setTimeout(resolve, 60, 'done'));
    expect(await tellWhile(() => undefined, broken, work, 20)).toBe('done');
    expect(await tellWhile(broken, () => ({ what: 'x', remedies: [] }), work, 20)).toBe('done');
  });
});
