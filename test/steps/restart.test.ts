// Restart takes back exactly what a run has made; a dry run makes nothing at all; two runs never work on the same thing.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSample } from '../../src/demo/sample.js';
import { WizardError } from '../../src/errors.js';
import { planSqlSink } from '../../src/output/plan-sql.js';
import { listRuns } from '../../src/run/folder.js';
import type { Step } from '../../src/run/step.js';
import { STEPS } from '../../steps/index.js';
import { capture } from '../output/capture.js';
import { differencesByHand } from '../support/compare-by-hand.js';
import { createDatabase } from '../support/database.js';
import { type Migration, type Site, createSite, endingOf, notices, objectsIn } from '../support/migrate.js';

let site: Site;
beforeEach(async () => {
  site = await createSite();
  writeSample(site.source, { scores: 200 });
});
afterEach(() => site.remove());

const UNRELATED = `CREATE TABLE orders (id serial PRIMARY KEY, what text);
  CREATE VIEW order_list AS SELECT what FROM orders;
  CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'SELECT 2 * n';
  INSERT INTO orders (what) VALUES ('kept')`;

describe('restart', () => {
  it.each([['schema'], ['copy'], ['constrain'], ['verify']] as const)(
    'after a run that ended with %s drops exactly what it had made',
    async (step) => {
      await site.query(UNRELATED);
      const before = await objectsIn(site);
      const stop = new AbortController();
      const onEvent = (event: Migration['events'][number]): void => {
        if (event.type === 'step.completed' && event.step === step) stop.abort('SIGINT');
      };
      const first = await site.migrate({}, { stop, onEvent });
      expect(first.exitCode).toBe(130);
      expect((await objectsIn(site)).length).toBeGreaterThan(before.length);
      const restarted = await site.migrate(
        { restart: true },
        { steps: STEPS.map((one) => (one.name === 'preflight' ? failing(one) : one)) },
      );
      expect(restarted.exitCode).toBe(3);
      expect(await objectsIn(site)).toEqual(before);
      expect(await site.query('SELECT what FROM order_list')).toEqual([{ what: 'kept' }]);
      expect(listRuns(site.backupDir).map(({ state }) => state.outcome)).toEqual(['rolled-back', 'failed']);
    },
  );

  it('says what to drop when others have built on its tables, and drops nothing itself', async () => {
    await site.migrate();
    await site.query('CREATE VIEW names AS SELECT name FROM tokens');
    const failure = await site.migrate({ restart: true }).catch((error: unknown) => error);
    if (!(failure instanceof WizardError)) throw new Error('it was dropped');
    expect(failure.exitCode).toBe(5);
    expect(failure.message).toContain('view names depends');
    expect(failure.remedies.join()).toContain('drop what the server names');
    expect(await site.query('SELECT count(*) > 0 AS kept FROM names')).toEqual([{ kept: 't' }]);
    await site.query('DROP VIEW names');
    expect((await site.migrate({ restart: true })).exitCode).toBe(0);
  });

  it('begins anew with a new snapshot, and keeps the old one', async () => {
    await site.query(UNRELATED);
    const first = await site.migrate();
    const second = await site.migrate({ restart: true });
    expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
    expect(second.view.run).not.toBe(first.view.run);
    expect(existsSync(join(first.folder, 'snapshot.db'))).toBe(true);
    expect(await site.query('SELECT id FROM ttm_wizard.run')).toEqual([{ id: second.view.run }]);
    expect(await differencesByHand(site.source, site)).toEqual([]);
    expect(await site.query('SELECT what FROM order_list')).toEqual([{ what: 'kept' }]);
    const types = second.events.map(({ type }) => type);
    expect(types).toContain('run.rolled-back');
    expect(types.indexOf('run.rolled-back')).toBeLessThan(types.indexOf('run.started'));
  });

  it('drops nothing when something of somebody else depends on the tables, and says what', async () => {
    const first = await site.migrate();
    await site.query('CREATE VIEW mine AS SELECT name FROM tokens');
    const before = await objectsIn(site);
    await expect(site.migrate({ restart: true })).rejects.toMatchObject({
      code: 'TARGET_SQL',
      exitCode: 5,
      message: expect.stringContaining('mine') as string,
    });
    expect(await objectsIn(site)).toEqual(before);
    expect(listRuns(site.backupDir).map(({ state }) => [state.run, state.outcome])).toEqual([
      [first.view.run, 'completed'],
    ]);
  });
});

/** A preflight that finds something, so that nothing after it runs. */
function failing(step: Step): Step {
  const failure = new WizardError({ code: 'PREFLIGHT_FAILED', message: 'on purpose', exitCode: 3 });
  return { ...step, run: () => Promise.reject(failure) };
}

describe('a dry run', () => {
  it('prints what every step would do and writes nothing anywhere', async () => {
    const look = async (): Promise<unknown> => ({
      objects: await objectsIn(site),
      xact: (await site.query(`SELECT count(*) AS n FROM pg_class`))[0],
      files: readdirSync(site.folder),
      source: [readFileSync(site.source).toString('base64').length, statSync(site.source).mtimeMs],
    });
    const before = await look();
    const run = await site.migrate({ dryRun: true, dump: true });
    expect(run.view.message).toBe('dry run: this is what would be done; nothing has been written');
    expect(run.exitCode).toBe(0);
    expect(await look()).toEqual(before);
    expect(existsSync(site.backupDir)).toBe(false);
    const statements = run.events.filter((event) => event.type === 'plan.statement');
    const bySteps = (step: string): string =>
      statements
        .filter((statement) => statement.step === step)
        .map(({ sql }) => sql)
        .join('\n');
    expect([...new Set(statements.map(({ step }) => step))]).toEqual([
      'backup',
      'schema',
      'copy',
      'constrain',
      'verify',
      'dump',
    ]);
    expect(bySteps('schema')).toContain('CREATE TABLE token_scores');
    expect(bySteps('schema')).toContain('CREATE TABLE IF NOT EXISTS ttm_wizard.chunk');
    expect(bySteps('copy')).toContain('COPY "token_scores" ("id", "token_id"');
    expect(bySteps('constrain')).toContain('ADD CONSTRAINT token_scores_token_id_fkey');
    expect(bySteps('verify')).toContain('sha256');
    expect(bySteps('dump')).toContain('pg_dump');
  });

  it('says about how long it will take, and its SQL makes in another database what the run makes in the target', async () => {
    const dry = await site.migrate({ dryRun: true });
    expect(notices(dry)).toEqual([
      expect.stringMatching(/^[\d,]+ rows, .+ in 4 tables; about \d+ s without the dump \(estimated\)$/),
    ]);
    const file = capture();
    const sink = planSqlSink(file, () => undefined);
    for (const event of dry.events) sink(event, dry.view);
    const database = await createDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      // One by one, as psql does it: VACUUM stands in no transaction.
      for (const text of file.lines) await client.query(text);
      // Partitions are made for the months that the rows are of.
      const catalog = `SELECT relname, relkind, attname, attnotnull::text, format_type(atttypid, atttypmod) FROM pg_class AS c
        JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_attribute AS a ON a.attrelid = c.oid
        WHERE nspname IN ('public', 'ttm_wizard') AND NOT relispartition AND attnum > 0 ORDER BY 1, 3`;
      const made = (await client.query(catalog)).rows;
      await site.migrate();
      expect(made).toEqual(await site.query(catalog));
    } finally {
      await client.end();
      await database.drop();
    }
  });

  it('of a source that would not pass ends with exit code 3 and its findings', async () => {
    await site.query('CREATE TABLE tokens (id int)');
    const run = await site.migrate({ dryRun: true });
    expect(run.exitCode).toBe(3);
    expect(run.view.findings.map(({ code }) => code)).toContain('target-not-empty');
    expect(existsSync(site.backupDir)).toBe(false);
  });
});

describe('two runs at the same time', () => {
  /** STEPS with a last one, in the place of the dump, that waits until it is released. */
  function holding(): { steps: readonly Step[]; reached: Promise<void>; release: () => void } {
    let reach = (): void => undefined;
    let release = (): void => undefined;
    const reached = new Promise<void>((resolve) => (reach = resolve));
    const released = new Promise<void>((resolve) => (release = resolve));
    const hold: Step = {
      name: 'dump',
      title: 'Hold',
      plan: () => Promise.resolve([]),
      run: async () => {
        reach();
        await released;
        return { summary: 'held' };
      },
      check: () => Promise.resolve(),
      undo: () => Promise.resolve(undefined),
    };
    const others = STEPS.filter(({ name }) => name !== 'dump' && name !== 'cutover');
    return { steps: [...others, hold], reached, release };
  }

  it('in the same backup folder: the second ends with exit code 8 and names the first', async () => {
    const { steps, reached, release } = holding();
    const first = site.migrate({ dump: true }, { steps });
    await reached;
    await expect(site.migrate()).rejects.toMatchObject({
      code: 'LOCKED',
      exitCode: 8,
      message: expect.stringContaining(`process ${process.pid}`) as string,
    });
    release();
    expect((await first).exitCode).toBe(0);
    expect((await site.migrate()).exitCode).toBe(0);
  });

  it('on the same target from two folders: the second ends with exit code 8 and changes nothing', async () => {
    const { steps, reached, release } = holding();
    const first = site.migrate({ dump: true }, { steps });
    await reached;
    const before = await objectsIn(site);
    const second = await site.migrate({ backupDir: join(site.folder, 'elsewhere') });
    expect(endingOf(second)).toMatchObject({ type: 'run.failed', exitCode: 8, code: 'TARGET_LOCKED' });
    expect(second.view.message).toContain('ttm-wizard');
    expect(await objectsIn(site)).toEqual(before);
    release();
    expect((await first).exitCode).toBe(0);
  });
});
