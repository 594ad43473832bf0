// Random damage to a migrated target, one row at a time, together with what a verification must say of it.
import { seededRandom } from '../../src/demo/sample-documents.js';
import type { Site } from './migrate.js';

export interface Mutation {
  /** `changed token_scores 17 metrics`, sorted; none for a change that changes no value. */
  readonly expected: readonly string[];
  /** What was done, for the message when it is overlooked. */
  readonly sql: string;
}

type Kind = 'text' | 'number' | 'time' | 'json' | 'integer';
interface MutableTable {
  readonly key: string;
  /** Rows that may be picked: their keys must show as they are. */
  readonly rows: string;
  readonly columns: Readonly<Record<string, Kind>>;
  readonly required: readonly string[];
}

const TABLES: Readonly<Record<string, MutableTable>> = {
  tokens: {
    key: 'id',
    rows: 'TRUE',
    columns: {
      mint_address: 'text',
      name: 'text',
      symbol: 'text',
      status: 'text',
      created_at: 'time',
      last_updated_at: 'time',
    },
    required: ['mint_address', 'status', 'created_at'],
  },
  token_scores: {
    key: 'id',
    rows: 'TRUE',
    columns: {
      token_id: 'integer',
      score: 'number',
      metrics: 'json',
      created_at: 'time',
      smoothed_score: 'number',
      raw_components: 'json',
      smoothed_components: 'json',
      scoring_model: 'text',
      spam_metrics: 'json',
    },
    required: ['token_id', 'created_at', 'scoring_model'],
  },
  app_settings: { key: 'key', rows: `key ~ '^[a-z_0-9]+$'`, columns: { value: 'text' }, required: [] },
};

/** Constraints in the way of damage. */
export const CONSTRAINTS: Readonly<Record<string, readonly string[]>> = {
  latest_token_scores: ['latest_token_scores_token_id_fkey'],
  token_scores: ['token_scores_token_id_fkey', 'token_scores_pkey'],
  tokens: ['tokens_pkey', 'tokens_mint_address_key', 'ck_tokens_status'],
  app_settings: ['app_settings_pkey'],
  alembic_version: ['alembic_version_pkc'],
};

/** The triggers go too, for this session: they count on the keys, and refuse a score for a token that is there twice. */
export async function dropConstraints(site: Site): Promise<void> {
  await site.query('SET session_replication_role = replica');
  for (const [table, names] of Object.entries(CONSTRAINTS))
    for (const name of names) await site.query(`ALTER TABLE ${table} DROP CONSTRAINT ${name}`);
}

export class Vandal {
  private readonly random: () => number;
  private readonly site: Site;
  /** Rows that have been touched, so that no two mutations hide each other. */
  private readonly touched = new Set<string>();

  constructor(site: Site, seed: number) {
    this.site = site;
    this.random = seededRandom(seed);
  }

  /** Does one random thing to one or two rows that are still whole. */
  async strike(): Promise<Mutation> {
    const table = this.pick(['tokens', 'token_scores', 'token_scores', 'token_scores', 'app_settings']);
    const action = this.pick([
      'change',
      'change',
      'change',
      'change',
      'change',
      'drop',
      'add',
      'duplicate',
      'swap',
      'rekey',
      'reorder',
    ]);
    switch (action) {
      case 'drop':
        return this.drop(table);
      case 'add':
        return this.add(table);
      case 'duplicate':
        return this.duplicate(table);
      case 'swap':
        return (await this.swap(table)) ?? this.change(table);
      case 'rekey':
        return this.rekey(table);
      case 'reorder':
        return this.reorder();
      default:
        return this.change(table);
    }
  }

  private pick<T>(list: readonly T[]): T {
    const item = list[Math.floor(this.random() * list.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  private form(table: string): MutableTable {
    const form = TABLES[table];
    if (form === undefined) throw new RangeError(`no table ${table}`);
    return form;
  }

  private async pickRow(table: string, where = 'TRUE'): Promise<string | undefined> {
    const { key, rows } = this.form(table);
    const taken = [...this.touched].filter((name) => name.startsWith(`${table} `));
    const found = await this.site.query(
      `SELECT ${key}::text AS key FROM ${table} WHERE ${rows} AND ${where} AND NOT ('${table} ' || ${key}::text = ANY ($1)) ORDER BY ${key}`,
      [taken],
    );
    if (found.length === 0) return undefined;
    const row = this.pick(found)['key'] ?? '';
    this.touched.add(`${table} ${row}`);
    return row;
  }

  private async anyRow(table: string): Promise<string> {
    const row = await this.pickRow(table);
    if (row === undefined) throw new RangeError(`${table} has no whole row left`);
    return row;
  }

  private async run(sql: string, values: readonly unknown[], expected: string[]): Promise<Mutation> {
    await this.site.query(sql, values);
    return { sql: `${sql} ${JSON.stringify(values).slice(0, 300)}`, expected: expected.sort() };
  }

  private async drop(table: string): Promise<Mutation> {
    const row = await this.anyRow(table);
    const { key } = this.form(table);
    return this.run(`DELETE FROM ${table} WHERE ${key}::text = $1`, [row], [`missing ${table} ${row}`]);
  }

  /** A copy of a row under a key that is new: below, between or above those that are there. */
  private async add(table: string): Promise<Mutation> {
    const row = await this.anyRow(table);
    const { key, columns } = this.form(table);
    const fresh = await this.freshKey(table);
    const names = Object.keys(columns).join(', ');
    const type = table === 'app_settings' ? 'text' : 'bigint';
    const sql = `INSERT INTO ${table} (${key}, ${names}) SELECT $1::${type}, ${names} FROM ${table} WHERE ${key}::text = $2`;
    return this.run(sql, [fresh, row], [`added ${table} ${fresh}`]);
  }

  private async duplicate(table: string): Promise<Mutation> {
    const row = await this.anyRow(table);
    const { key, columns } = this.form(table);
    // Without what the target generates.
    const names = [key, ...Object.keys(columns)].join(', ');
    const sql = `INSERT INTO ${table} (${names}) SELECT ${names} FROM ${table} WHERE ${key}::text = $1`;
    return this.run(sql, [row], [`duplicated ${table} ${row}`]);
  }

  private async rekey(table: string): Promise<Mutation> {
    const row = await this.anyRow(table);
    const { key } = this.form(table);
    const fresh = await this.freshKey(table);
    const expected = [`missing ${table} ${row}`, `added ${table} ${fresh}`];
    return this.run(`UPDATE ${table} SET ${key} = $1 WHERE ${key}::text = $2`, [fresh, row], expected);
  }

  private async freshKey(table: string): Promise<string> {
    const { key } = this.form(table);
    for (;;) {
      const number = Math.floor(this.random() * 2 ** 31) * this.pick([1, -1]);
      const fresh = table === 'app_settings' ? `${this.pick(['0', 'm', 'zzzz'])}_${number}` : String(number);
      const taken = await this.site.query(`SELECT 1 FROM ${table} WHERE ${key}::text = $1`, [fresh]);
      if (taken.length > 0 || this.touched.has(`${table} ${fresh}`)) continue;
      this.touched.add(`${table} ${fresh}`);
      return fresh;
    }
  }

  /** The values of one column of two rows, where they differ. */
  private async swap(table: string): Promise<Mutation | undefined> {
    const { key, columns } = this.form(table);
    const column = this.pick(Object.keys(columns));
    const one = await this.anyRow(table);
    const other = await this.pickRow(
      table,
      `${column} IS DISTINCT FROM (SELECT ${column} FROM ${table} WHERE ${key}::text = '${one}') AND ${column} IS NOT NULL`,
    );
    if (other === undefined) return undefined;
    return this.run(
      `UPDATE ${table} AS a SET ${column} = b.${column} FROM ${table} AS b WHERE (a.${key}::text = $1 AND b.${key}::text = $2 OR a.${key}::text = $2 AND b.${key}::text = $1)`,
      [one, other],
      [`changed ${table} ${one} ${column}`, `changed ${table} ${other} ${column}`],
    );
  }

  /** Writing a document with its keys in another order and other spaces changes nothing. */
  private async reorder(): Promise<Mutation> {
    const row = await this.pickRow('token_scores', `jsonb_typeof(metrics) = 'object'`);
    const sql = `UPDATE token_scores SET metrics = (SELECT ('{' || string_agg(to_json(key) || '  :' || value::text, ' ,' ORDER BY md5(key)) || '}')::jsonb FROM jsonb_each(metrics)) WHERE id::text = $1 AND metrics <> '{}'`;
    return this.run(sql, [row], []);
  }

  private async change(table: string): Promise<Mutation> {
    const { key, columns, required } = this.form(table);
    const row = await this.anyRow(table);
    const column = this.pick(Object.keys(columns));
    const kind = columns[column] ?? 'text';
    const [found] = await this.site.query(
      `SELECT ${column}::text AS value FROM ${table} WHERE ${key}::text = $1`,
      [row],
    );
    const before = found?.['value'] ?? null;
    const after = this.changed(kind, before, !required.includes(column));
    const type: Readonly<Record<Kind, string>> = {
      text: 'text',
      number: 'numeric',
      time: 'timestamptz',
      json: 'jsonb',
      integer: 'integer',
    };
    return this.run(
      `UPDATE ${table} SET ${column} = $1::${type[kind]} WHERE ${key}::text = $2`,
      [after, row],
      [`changed ${table} ${row} ${column}`],
    );
  }

  /** Another value, as near to the one before as can be. */
  private changed(kind: Kind, before: string | null, isNullable: boolean): string | null {
    if (before === null)
      return { text: '', number: '0', time: '2025-10-10', json: 'null', integer: '0' }[kind];
    if (isNullable && this.random() < 0.15) return null;
    switch (kind) {
      case 'text':
        return this.changedText(before);
      case 'number':
        return this.pick([
          `${before}${before.includes('.') ? '' : '.'}1`,
          before.includes('-') ? before.slice(1) : `-${before}1`,
          nextDigit(before),
        ]);
      case 'integer':
        return String(Number(before) + this.pick([-1, 1]));
      case 'time':
        return this.changedTime(before);
      case 'json':
        return this.changedJson(before);
    }
  }

  private changedText(before: string): string {
    const other = before.toUpperCase() === before ? before.toLowerCase() : before.toUpperCase();
    const options = [`${before} `, ` ${before}`, `${before}\t`, `${before}\\`, other, before.slice(0, -1)];
    // varchar(20) and varchar(50) hold no more.
    return this.pick(options.filter((text) => text !== before && text.length <= Math.max(20, before.length)));
  }

  /** One microsecond later, or the same wall clock read in another zone. */
  private changedTime(before: string): string {
    if (!before.startsWith('20')) return '2025-10-10 00:00:00.000001+00';
    if (this.random() < 0.5) return before.replace(/\+00$/, '+03');
    const [whole = '', fraction = ''] = before.slice(0, -3).split('.');
    const micros = (Number(fraction.padEnd(6, '0')) + 1) % 1_000_000;
    return `${whole}.${String(micros).padStart(6, '0')}+00`;
  }

  private changedJson(before: string): string {
    const tokens = [...before.matchAll(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|null/g)];
    // Nothing is in {} and [] that could be another.
    if (tokens.length === 0) return before === '{}' ? '[]' : '{}';
    const token = this.pick(tokens);
    const at = token.index + token[0].length;
    const replace = (text: string): string => before.slice(0, token.index) + text + before.slice(at);
    if (token[0].startsWith('"')) return replace(`${token[0].slice(0, -1)}\\u00b7"`);
    if (/\d$/.test(token[0]))
      return replace(
        this.random() < 0.3 ? `${token[0]}${token[0].includes('.') ? '' : '.'}0` : nextDigit(token[0]),
      );
    return replace(token[0] === 'null' ? 'false' : 'null');
  }
}

/** The same number with its last digit one higher. */
function nextDigit(number: string): string {
  return number.slice(0, -1) + String((Number(number.slice(-1)) + 1) % 10);
}
