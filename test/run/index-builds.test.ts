// SQL files of the constrain step that are marked for it run at the same time, each once, whatever becomes of the others.
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type BuildContext, type Part, applyParts } from '../../src/run/index-builds.js';
import { Stopped } from '../../src/run/step.js';
import { enterRun } from '../../src/target/ledger.js';
import { type TestDatabase, createDatabase } from '../support/database.js';

let database: TestDatabase;
let client: pg.Client;
let runs = 0;
let stop: AbortController;
let applied: string[];
let context: BuildContext;

beforeAll(async () => {
  database = await createDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('CREATE TABLE numbers AS SELECT i FROM generate_series(1, 1000) AS i');
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

beforeEach(async () => {
  const run = `run ${++runs}`;
  await enterRun(client, { id: run, plan: 'p', source: 's', snapshotSha256: '', wizardVersion: '0' });
  [stop, applied] = [new AbortController(), []];
  context = {
    ...{ run, stop: stop.signal, emit: () => undefined, options: { jobs: 2 } },
    address: () => Promise.resolve({ url: database.url, applicationName: 'test' }),
  };
});

function apply(parts: readonly Part[]): Promise<void> {
  return applyParts(context, client, parts, (title) => applied.push(title));
}

/** Waits until the other one is there too; fails when it never comes. */
function meeting(own: number, other: number): string {
  return `DO $$ BEGIN
    PERFORM pg_advisory_xact_lock(${own});
    FOR i IN 1..2000 LOOP
      IF EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = ${other}) THEN PERFORM pg_sleep(0.2); RETURN; END IF;
      PERFORM pg_sleep(0.01);
    END LOOP;
    RAISE 'nobody came';
  END $$`;
}

function part(name: string, sql: string, isParallel = true): Part {
  return { name, title: name, sql, isParallel };
}

it('neighbours run at the same time, the others before and after them', async () => {
  await apply([
    part('first', 'SELECT 1', false),
    part('one', meeting(101, 102)),
    part('two', meeting(102, 101)),
    part('last', 'SELECT 1', false),
  ]);
  expect([applied[0], applied[3]]).toEqual(['first', 'last']);
  expect(applied.slice(1, 3).sort()).toEqual(['one', 'two']);
});

it('a failure is thrown when the others have ended, and what has succeeded is not done again', async () => {
  const index = (name: string): Part => part(name, `CREATE INDEX ${name} ON numbers (i)`);
  const parts = (sql: string): Part[] => [
    part('bad', sql),
    index('i_1'),
    index('i_2'),
    index('i_3'),
    part('after', 'SELECT 1', false),
  ];
  await expect(apply(parts('SELECT pg_sleep(1), 1 / 0'))).rejects.toMatchObject({ code: '22012' });
  expect(applied).not.toContain('after');
  const open = await client.query(
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'test' AND state <> 'idle'",
  );
  expect(open.rowCount).toBe(0);
  await apply(parts('SELECT 1'));
  const { rows } = await client.query<{ file: string }>(
    'SELECT file FROM ttm_wizard.applied WHERE run_id = $1 ORDER BY 1',
    [context.run],
  );
  expect(rows.map(({ file }) => file)).toEqual(['after', 'bad', 'i_1', 'i_2', 'i_3']);
});

it('no further one is begun when the run is to stop', async () => {
  stop.abort();
  await expect(apply([part('a', 'SELECT 1'), part('b', 'SELECT 1')])).rejects.toBeInstanceOf(Stopped);
  expect(applied).toEqual([]);
});
