// Everything that a target holds, by queries of the tests' own: two targets are the same exactly when these are. Times of
// writing, the run's id and the source's path are left out, because they differ by nature.
import type pg from 'pg';
import { connectAsText } from '../support/migrate.js';

/** For each aspect its sorted lines. */
export type Fingerprint = Readonly<Record<string, readonly string[]>>;

const OURS = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;
const IN_NAMESPACE = 'JOIN pg_namespace AS n ON n.oid =';

/** Each query answers with one column. */
const ASPECTS: Readonly<Record<string, string>> = {
  schemas: `SELECT n.nspname FROM pg_namespace AS n WHERE ${OURS}`,
  relations: `SELECT concat_ws(' ', c.oid::regclass, c.relkind, c.relpersistence, pg_get_expr(c.relpartbound, c.oid),
      pg_get_partkeydef(c.oid), c.reloptions, i.inhparent::regclass)
    FROM pg_class AS c ${IN_NAMESPACE} c.relnamespace LEFT JOIN pg_inherits AS i ON i.inhrelid = c.oid WHERE ${OURS}`,
  columns: `SELECT concat_ws(' ', c.oid::regclass, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
      a.attidentity, a.attstorage, a.attcompression, a.attstattarget, pg_get_expr(d.adbin, d.adrelid))
    FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid ${IN_NAMESPACE} c.relnamespace
    LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE ${OURS} AND a.attnum > 0`,
  constraints: `SELECT concat_ws(' ', c.conrelid::regclass, c.conname, c.convalidated, pg_get_constraintdef(c.oid))
    FROM pg_constraint AS c ${IN_NAMESPACE} c.connamespace WHERE ${OURS}`,
  indexes: `SELECT concat_ws(' ', pg_get_indexdef(x.indexrelid), x.indisvalid, x.indisready, x.indislive)
    FROM pg_index AS x JOIN pg_class AS c ON c.oid = x.indexrelid ${IN_NAMESPACE} c.relnamespace WHERE ${OURS}`,
  sequences: `SELECT concat_ws(' ', c.oid::regclass, s.seqtypid::regtype, s.seqmin, s.seqmax, s.seqincrement,
      d.refobjid::regclass, d.refobjsubid)
    FROM pg_sequence AS s JOIN pg_class AS c ON c.oid = s.seqrelid ${IN_NAMESPACE} c.relnamespace
    LEFT JOIN pg_depend AS d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'a' WHERE ${OURS}`,
  functions: `SELECT p.oid::regprocedure::text FROM pg_proc AS p ${IN_NAMESPACE} p.pronamespace WHERE ${OURS}`,
  triggers: `SELECT pg_get_triggerdef(t.oid) FROM pg_trigger AS t WHERE NOT t.tgisinternal`,
  statistics: `SELECT concat_ws(' ', schemaname, tablename, attname, inherited) FROM pg_stats WHERE schemaname = 'public'`,
  chunks: `SELECT concat_ws(' ', table_name, number, low, high, rows, quarantined, bytes, digest) FROM ttm_wizard.chunk`,
  applied: 'SELECT file FROM ttm_wizard.applied',
  objects: `SELECT kind || ' ' || identity FROM ttm_wizard.object`,
  quarantine: `SELECT concat_ws(' ', table_name, row_key, column_name, position, storage_class, value, problem)
    FROM ttm_wizard.quarantine`,
  runs: `SELECT concat_ws(' ', plan, wizard_version) FROM ttm_wizard.run`,
};

/** Rows with the partition they lie in; a row that is there twice counts twice. */
const TABLES: Readonly<Record<string, string>> = {
  alembic_version: 'version_num',
  tokens: 'id',
  token_scores: 'id',
  app_settings: 'key',
};

/** Reads the target at `url`, which must hold a completed To The Moon run. */
export async function fingerprintOf(url: string): Promise<Fingerprint> {
  const client = await connectAsText(url);
  try {
    const found: Record<string, string[]> = {};
    for (const [aspect, sql] of Object.entries(ASPECTS)) found[aspect] = await column(client, sql);
    for (const [table, key] of Object.entries(TABLES)) {
      // One hash a row first: the rows' own text may be longer than a value can be.
      found[`rows of ${table}`] = await column(
        client,
        `SELECT count(*) || ' ' || count(DISTINCT "${key}") || ' ' ||
          md5(string_agg(md5(t.tableoid::regclass::text || ' ' || t::text), E'\\n' ORDER BY "${key}", t::text)) FROM "${table}" AS t`,
      );
    }
    found['next ids'] = await column(
      client,
      `SELECT 'tokens ' || last_value || ' ' || is_called FROM tokens_id_seq
       UNION ALL SELECT 'token_scores ' || last_value || ' ' || is_called FROM token_scores_id_seq`,
    );
    return found;
  } finally {
    await client.end();
  }
}

async function column(client: pg.Client, sql: string): Promise<string[]> {
  const { rows } = await client.query<(string | null)[]>({ text: sql, rowMode: 'array' });
  return rows.map(([value]) => value ?? 'NULL').sort();
}

/** Sessions of anybody else in that database, after waiting up to `patienceMs` for them to end. */
export async function strangersIn(url: string, patienceMs = 3000): Promise<string[]> {
  const client = await connectAsText(url);
  const deadline = performance.now() + patienceMs;
  try {
    for (;;) {
      const sessions = await column(
        client,
        `SELECT concat_ws(' ', pid, application_name, state, query) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
      );
      if (sessions.length === 0 || performance.now() > deadline) return sessions;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    await client.end();
  }
}
