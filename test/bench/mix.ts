// The application's mix of queries under its own writes: how often a dashboard and the jobs behind it ask what, by the rates in its
// code (a list, its count and the settings four times in 30 s, a token's page every 5 s, the spam monitor every 5 s).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { SqliteValue } from '../../src/codec/column.js';
import type { PostgresServer } from '../../src/demo/postgres-server.js';
import type { QueryPlan } from '../../src/plans/plan.js';
import { tothemoon } from '../../src/plans/tothemoon.js';
import { openSource } from '../../src/source/sqlite.js';
import { loadSql } from '../../src/target/sql.js';
import { benchSql } from './more-sources.js';
import { type Latency, type Load, type Script, runLoad } from './pgbench.js';

export interface Mix {
  readonly 'as sent': readonly Script[];
  readonly fast: readonly Script[];
}

export interface LoadFigure {
  readonly title: string;
  readonly latencies: readonly Latency[];
  readonly errors: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Under {
  readonly title: string;
  readonly server: PostgresServer;
  readonly database: string;
  /** For scripts and logs, removed afterwards. */
  readonly folder: string;
  readonly clients: number;
  readonly seconds: number;
}

/** Times a minute of one dashboard; a query that is not named runs in a job, about once a minute. */
const PER_MINUTE: Readonly<Record<string, number>> = {
  'tokens list': 3,
  'tokens list, active': 3,
  'tokens list, archived': 1,
  'tokens list, min score': 1,
  'tokens count': 8,
  settings: 8,
  'scores of a page': 8,
  'token by mint': 12,
  'token newest score': 15,
  'token history': 12,
  'token pools': 4,
  'spam and NotArb': 2,
};
/** Only the unchanged application's ORM asks for these; a form that is rewritten does without. */
const OF_THE_ORM = 'scores of a page';
const MINTS = 10;

const INSERTS_PER_SECOND = 41 / 60;
const SPAM_PER_SECOND = 1 / 5;

/** Scripts for pgbench with the parameters that the plan takes from the source; pages of tokens ask for random ones. */
export function mixOf(source: string): Mix {
  const db = openSource(source);
  try {
    const tokens = Number(db.prepare('SELECT max(id) FROM tokens').pluck().get());
    const mints = db
      .prepare<[number], string>('SELECT mint_address FROM tokens ORDER BY id % 97, id LIMIT ?')
      .pluck()
      .all(MINTS);
    const scripts = (query: QueryPlan, file: string): Script[] => {
      const weight = (PER_MINUTE[query.name] ?? 1) * MINTS;
      const given = query.parameters;
      const row = given === undefined ? [] : (db.prepare<[], SqliteValue[]>(given).raw(true).get() ?? []);
      const values = row.map(literal);
      const script = (first: string | undefined, share: number): Script => ({
        name: query.name,
        weight: weight / share,
        sql: filled(loadSql(file), first === undefined ? values : [first, ...values.slice(1)]),
      });
      if (query.name === 'token by mint') return mints.map((mint) => script(literal(mint), MINTS));
      if (!query.sqlite.endsWith('token_scores.sql')) return [script(undefined, 1)];
      const { sql, ...rest } = script(':token', 1);
      return [{ ...rest, sql: `\\set token random(1, ${tokens})\n${sql}` }];
    };
    return {
      'as sent': tothemoon.queries.flatMap((query) => scripts(query, query.postgres)),
      fast: tothemoon.queries
        .filter(({ name }) => name !== OF_THE_ORM)
        .flatMap((query) => scripts(query, query.fast ?? query.postgres)),
    };
  } finally {
    db.close();
  }
}

/** As psycopg2 writes it: a literal whose type the server infers; a JSON array of numbers as an array. */
function literal(value: SqliteValue): string {
  if (value === null) return 'NULL';
  const text = value.toString();
  return pg.escapeLiteral(/^\[[\d,]*\]$/.test(text) ? `{${text.slice(1, -1)}}` : text);
}

function filled(sql: string, values: readonly string[]): string {
  return sql.replace(/\$(\d+)/g, (_, place: string) => values[Number(place) - 1] ?? 'NULL');
}

/** The mix by all clients as fast as they get answers, and beside it the application's writes at their own pace. */
export async function loadUnder(under: Under, scripts: readonly Script[]): Promise<LoadFigure> {
  const { title, server, database, folder, clients, seconds } = under;
  const one = (name: string, load: Omit<Load, 'seconds'>): ReturnType<typeof runLoad> =>
    runLoad(server, database, join(folder, name), { ...load, seconds });
  const writer = (name: string, file: string, perSecond: number): ReturnType<typeof runLoad> =>
    one(name, {
      scripts: [{ name, sql: readFileSync(benchSql(file), 'utf8'), weight: 1 }],
      clients: 1,
      perSecond,
    });
  const [mix, inserts, spam] = await Promise.all([
    one('mix', { scripts, clients }),
    writer('insert of a score', 'insert_score', INSERTS_PER_SECOND),
    writer('spam into newest scores', 'mark_spam', SPAM_PER_SECOND),
  ]);
  const slowestFirst = [...mix.scripts].sort((a, b) => b.p95 - a.p95);
  const latencies = [mix.all, ...slowestFirst, ...inserts.scripts, ...spam.scripts].filter(
    ({ count }) => count > 0,
  );
  return {
    title,
    latencies,
    errors: [...mix.errors, ...inserts.errors, ...spam.errors],
    rows: [
      ['query', 'answers', 'p50 ms', 'p95 ms', 'p99 ms', 'longest ms'],
      ...latencies.map(({ name, count, p50, p95, p99, longest }) => [
        name,
        String(count),
        ...[p50, p95, p99, longest].map((ms) => ms.toFixed(1)),
      ]),
    ],
  };
}
