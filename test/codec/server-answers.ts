// Asks the test server what it makes of many texts at once, so that the codec is measured against PostgreSQL and not against
// what somebody remembers of it.
import type pg from 'pg';
import { connectTarget } from '../../src/target/connect.js';
import { createDatabase } from '../support/database.js';

const TYPES = ['jsonb', 'numeric', 'float8', 'timestamptz'] as const;
type AskedType = (typeof TYPES)[number];

export interface ServerAnswers {
  readonly client: pg.Client;
  /** The text that the server prints for each value as `type`, null where it refuses the value. */
  ask(type: AskedType, values: readonly string[]): Promise<(string | null)[]>;
  close(): Promise<void>;
}

/** A database of its own; the caller closes it. pg_input_is_valid needs PostgreSQL 16, so functions catch the refusals. */
export async function openAnswers(): Promise<ServerAnswers> {
  const database = await createDatabase();
  const client = await connectTarget({ url: database.url, applicationName: 'codec test' });
  for (const type of TYPES) {
    await client.query(
      `CREATE FUNCTION as_${type}(value text) RETURNS text LANGUAGE plpgsql AS
       $$ BEGIN RETURN value::${type}::text; EXCEPTION WHEN others THEN RETURN NULL; END $$`,
    );
  }
  return {
    client,
    async ask(type, values) {
      const { rows } = await client.query<{ answer: string | null }>(
        `SELECT as_${type}(value) AS answer FROM unnest($1::text[]) WITH ORDINALITY AS asked (value, n) ORDER BY n`,
        [values],
      );
      return rows.map((row) => row.answer);
    },
    async close() {
      await client.end();
      await database.drop();
    },
  };
}

export interface Difference {
  readonly value: unknown;
  readonly ours: unknown;
  readonly server: unknown;
}

/** The pairs that are not equal, at most three: what a failing test shows. */
export function differences(
  values: readonly unknown[],
  ours: readonly unknown[],
  server: readonly unknown[],
): Difference[] {
  return values
    .map((value, i) => ({ value, ours: ours[i], server: server[i] }))
    .filter((pair) => pair.ours !== pair.server)
    .slice(0, 3);
}
