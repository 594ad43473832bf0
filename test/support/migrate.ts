// A site for one test: a folder, a fresh database, and the real run on them with its events collected.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { RunOptions } from '../../src/config/run-options.js';
import type { Finding, StepName, WizardEvent } from '../../src/events.js';
import { tothemoon } from '../../src/plans/tothemoon.js';
import { listRuns } from '../../src/run/folder.js';
import { runMigration } from '../../src/run/machine.js';
import type { Step } from '../../src/run/step.js';
import { EMPTY_VIEW, type RunView } from '../../src/view.js';
import { STEPS } from '../../steps/index.js';
import { type TestDatabase, createDatabase } from './database.js';

export interface Migration {
  readonly exitCode: number;
  readonly events: readonly WizardEvent[];
  readonly view: RunView;
  /** The run's own folder; empty in a dry run. */
  readonly folder: string;
}

export interface RunControl {
  readonly steps?: readonly Step[];
  readonly stop?: AbortController;
  readonly abort?: AbortController;
  onEvent?(event: WizardEvent): void;
}

type Row = Record<string, string | null>;

export interface Site {
  readonly folder: string;
  readonly backupDir: string;
  /** Where the test puts its SQLite file. */
  readonly source: string;
  readonly target: string;
  /** Runs a migration; options left out are those of a plain run of the To The Moon plan without a dump. */
  migrate(options?: Partial<RunOptions>, control?: RunControl): Promise<Migration>;
  /** Rows as PostgreSQL prints their values, from a session in UTC. */
  query(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Ends the session of `query`, which the next one begins anew. */
  disconnect(): Promise<void>;
  remove(): Promise<void>;
}

/** A folder and an empty database of its own; `remove` takes both away. */
export async function createSite(given?: TestDatabase): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'ttm-site-'));
  const database = given ?? (await createDatabase());
  let client: Promise<pg.Client> | undefined;
  const disconnect = async (): Promise<void> => {
    await (await client)?.end();
    client = undefined;
  };
  const backupDir = join(folder, 'backups');
  const source = join(folder, 'dev.db');
  return {
    folder,
    backupDir,
    source,
    target: database.url,
    migrate: (options = {}, control = {}) =>
      migrate({ source, backupDir, target: database.url, ...options }, control),
    query: async (sql, values = []) => {
      client ??= connectAsText(database.url);
      return (await (await client).query<Row>(sql, [...values])).rows;
    },
    disconnect,
    remove: async () => {
      await disconnect();
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A connection in UTC whose values all come as text. */
export async function connectAsText(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    types: { getTypeParser: () => (value: string | Buffer) => value },
    options: '-c TimeZone=UTC -c DateStyle=ISO -c extra_float_digits=3 -c bytea_output=hex',
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function migrate(
  options: Partial<RunOptions> & Pick<RunOptions, 'source' | 'target' | 'backupDir'>,
  control: RunControl,
): Promise<Migration> {
  const events: WizardEvent[] = [];
  let view = EMPTY_VIEW;
  const exitCode = await runMigration(
    {
      plan: tothemoon,
      jobs: 1,
      onBadValue: 'stop',
      onDrift: 'stop',
      dump: false,
      resume: false,
      restart: false,
      dryRun: false,
      ...options,
    },
    control.steps ?? STEPS,
    {
      sinks: [
        (event, after) => {
          events.push(event);
          view = after;
          control.onEvent?.(event);
        },
      ],
      stop: (control.stop ?? new AbortController()).signal,
      abort: (control.abort ?? new AbortController()).signal,
      secrets: [],
    },
  );
  return { exitCode, events, view, folder: view.folder };
}

/** The findings of one step, in order, `ok` ones left out. */
export function findingsOf({ events }: Migration, step: StepName): Finding[] {
  return events
    .filter((event) => event.type === 'step.finding')
    .filter((event) => event.step === step && event.finding.severity !== 'ok')
    .map(({ finding }) => finding);
}

/** The last event, which every run ends with. */
export function endingOf({ events }: Migration): WizardEvent {
  const last = events.at(-1);
  if (last === undefined) throw new Error('the run emitted nothing');
  return last;
}

export function notices({ events }: Migration): string[] {
  return events.filter((event) => event.type === 'notice').map(({ message }) => message);
}

/** What the database holds besides PostgreSQL's own: schemas, relations, functions, types. */
export async function objectsIn(site: Pick<Site, 'query'>): Promise<string[]> {
  const rows = await site.query(`
    SELECT 'schema ' || nspname AS item FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    UNION ALL
    SELECT relkind::text || ' ' || n.nspname || '.' || relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    UNION ALL
    SELECT 'function ' || p.oid::regprocedure::text FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = pronamespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    UNION ALL
    SELECT 'type ' || n.nspname || '.' || typname FROM pg_type AS t JOIN pg_namespace AS n ON n.oid = typnamespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND typrelid = 0
    ORDER BY 1`);
  return rows.map(({ item }) => item ?? '');
}

/** The state file and folder of the newest run in the site's backup folder. */
export function newestRun({ backupDir }: Pick<Site, 'backupDir'>): ReturnType<typeof listRuns>[number] {
  const run = listRuns(backupDir).at(-1);
  if (run === undefined) throw new Error(`no run in ${backupDir}`);
  return run;
}
