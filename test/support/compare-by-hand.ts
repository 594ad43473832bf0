// Compares a SQLite file with a database value by value, on purpose without a line of the wizard's own code: own reading, own
// JSON parser, own decimals, own calendar. Slow and plain.
import { Database } from '../../src/source/sqlite-driver.js';
import type { Site } from './migrate.js';

type Kind = 'integer' | 'text' | 'number' | 'json' | 'time';
export type TableForm = Readonly<Record<string, Kind>>;

export const TO_THE_MOON: Readonly<Record<string, { key: string; columns: TableForm }>> = {
  alembic_version: { key: 'version_num', columns: { version_num: 'text' } },
  tokens: {
    key: 'id',
    columns: {
      id: 'integer',
      mint_address: 'text',
      name: 'text',
      symbol: 'text',
      status: 'text',
      created_at: 'time',
      last_updated_at: 'time',
    },
  },
  token_scores: {
    key: 'id',
    columns: {
      id: 'integer',
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
  },
  app_settings: { key: 'key', columns: { key: 'text', value: 'text' } },
};

/** One line for each difference, such as `tokens 7 name: source …, target …`; none when all is equal. */
export async function differencesByHand(
  file: string,
  site: Pick<Site, 'query'>,
  tables: typeof TO_THE_MOON = TO_THE_MOON,
): Promise<string[]> {
  const db = new Database(file, { readonly: true });
  const found: string[] = [];
  try {
    for (const [table, { key, columns }] of Object.entries(tables)) {
      const source = sourceRows(db, table, key, columns);
      const target = await targetRows(site, table, key, columns);
      if (source.size === 0) found.push(`${table} has no rows in the source, which proves nothing`);
      for (const [id, row] of source) {
        const other = target.get(id);
        if (other === undefined) found.push(`${table} ${id} is missing`);
        else if (other.length > 1) found.push(`${table} ${id} stands ${other.length} times`);
        else {
          for (const [name, value] of Object.entries(row)) {
            const there = other[0]?.[name];
            if (there !== value)
              found.push(`${table} ${id} ${name}: source ${brief(value)}, target ${brief(there)}`);
          }
        }
      }
      for (const id of target.keys()) if (!source.has(id)) found.push(`${table} ${id} is not in the source`);
    }
  } finally {
    db.close();
  }
  return found;
}

function brief(value: string | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 200);
}

function sourceRows(
  db: Database,
  table: string,
  key: string,
  columns: TableForm,
): Map<string, Record<string, string>> {
  const names = Object.keys(columns);
  const parts = names.map((name) => `typeof("${name}"), "${name}", hex(CAST("${name}" AS BLOB))`);
  const statement = db.prepare<[], unknown[]>(`SELECT ${parts.join(', ')} FROM "${table}"`);
  const rows = new Map<string, Record<string, string>>();
  for (const cells of statement.raw(true).safeIntegers(true).iterate()) {
    const row: Record<string, string> = {};
    names.forEach((name, at) => {
      const [type, value, hex] = cells.slice(3 * at, 3 * at + 3);
      row[name] = fromSource(columns[name] ?? 'text', String(type), value, String(hex));
    });
    rows.set(row[key] ?? '', row);
  }
  return rows;
}

function fromSource(kind: Kind, type: string, value: unknown, hex: string): string {
  if (type === 'null') return 'SQL NULL';
  if (kind === 'text' && type === 'text') return hex.toLowerCase();
  if (kind === 'time' && type === 'text') return instant(Buffer.from(hex, 'hex').toString());
  if (kind === 'json' && type === 'text')
    return new JsonReader(Buffer.from(hex, 'hex').toString()).document();
  if (kind !== 'text' && kind !== 'time' && type === 'integer') return String(value);
  if ((kind === 'number' || kind === 'json') && typeof value === 'number')
    return trimmed(decimal(String(value)));
  return `${type} in a ${kind} column`;
}

async function targetRows(
  site: Pick<Site, 'query'>,
  table: string,
  key: string,
  columns: TableForm,
): Promise<Map<string, Record<string, string>[]>> {
  const expressions: Readonly<Record<Kind, (name: string) => string>> = {
    integer: (name) => `"${name}"::text`,
    text: (name) => `encode(convert_to("${name}", 'UTF8'), 'hex')`,
    number: (name) => `"${name}"::text`,
    json: (name) => `"${name}"::text`,
    // Microseconds from the year 1 on, which is where the proleptic calendar of both begins.
    time: (name) =>
      `((extract(epoch FROM "${name}") - extract(epoch FROM timestamptz '0001-01-01 00:00:00+00')) * 1000000)::numeric(30,0)::text`,
  };
  const list = Object.entries(columns).map(([name, kind]) => `${expressions[kind](name)} AS "${name}"`);
  const rows = new Map<string, Record<string, string>[]>();
  for (const cells of await site.query(`SELECT ${list.join(', ')} FROM "${table}"`)) {
    const row: Record<string, string> = {};
    for (const [name, kind] of Object.entries(columns)) {
      const value = cells[name] ?? null;
      row[name] = value === null ? 'SQL NULL' : fromTarget(kind, value);
    }
    const id = row[key] ?? '';
    rows.set(id, [...(rows.get(id) ?? []), row]);
  }
  return rows;
}

function fromTarget(kind: Kind, value: string): string {
  if (kind === 'json') return new JsonReader(value).document();
  return kind === 'number' ? trimmed(decimal(value)) : value;
}

/** Digits and scale, `15e-1` for 1.5 and `150e-2` for 1.50: a zero at the end is a digit too. */
function decimal(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (match === null) return `no number: ${text}`;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const scale = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction) * 10n ** BigInt(Math.max(0, -scale));
  return `${digits === 0n ? '' : sign}${digits}e-${Math.max(0, scale)}`;
}

/** The same without zeros at the end of the fraction, for numbers that come from doubles; a whole number is bare. */
function trimmed(number: string): string {
  const [all = '', places = '0'] = number.split('e-');
  let [digits, scale] = [all, Number(places)];
  for (; scale > 0 && digits.endsWith('0'); scale--) digits = digits.slice(0, -1);
  if (digits === '' || digits === '-') digits = '0';
  return scale === 0 ? digits : `${digits}e-${scale}`;
}

/** Microseconds since 0001-01-01 UTC by counting days, without Date. */
function instant(text: string): string {
  const match =
    /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?)? ?(Z|[+-]\d\d:?\d\d)?$/.exec(text);
  if (match === null) return `no time: ${text}`;
  const [
    ,
    year = '',
    month = '',
    day = '',
    hour = '0',
    minute = '0',
    second = '0',
    fraction = '',
    zone = 'Z',
  ] = match;
  let days = 0;
  for (let y = 1; y < Number(year); y++) days += isLeap(y) ? 366 : 365;
  for (let m = 1; m < Number(month); m++)
    days += m === 2 ? (isLeap(Number(year)) ? 29 : 28) : [4, 6, 9, 11].includes(m) ? 30 : 31;
  days += Number(day) - 1;
  const offset =
    zone === 'Z'
      ? 0
      : (zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2)));
  const seconds = days * 86_400 + (Number(hour) * 60 + Number(minute) - offset) * 60 + Number(second);
  return (BigInt(seconds) * 1_000_000n + BigInt(fraction.padEnd(6, '0'))).toString();
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** JSON to a text that is equal exactly when the values are: keys sorted, strings re-escaped, numbers with all digits. */
class JsonReader {
  private at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  document(): string {
    const value = this.value();
    this.space();
    // A number alone is stored by SQLite as a number, whose zeros at the end are lost already.
    return /^-?\d+e-\d+$/.test(value) ? trimmed(value) : value;
  }

  private value(): string {
    this.space();
    if (this.take('{'))
      return `{${this.items('}', () => this.member())
        .sort()
        .join()}}`;
    if (this.take('[')) return `[${this.items(']', () => this.value()).join()}]`;
    if (this.text[this.at] === '"') return this.string();
    const token = /[-+.\w]+/y;
    token.lastIndex = this.at;
    const word = token.exec(this.text)?.[0] ?? '';
    if (word === '') throw new SyntaxError(`no JSON at ${this.at}`);
    this.at += word.length;
    return ['null', 'true', 'false'].includes(word) ? word : decimal(word);
  }

  private items(close: string, read: () => string): string[] {
    const items: string[] = [];
    this.space();
    if (this.take(close)) return items;
    for (;;) {
      items.push(read());
      this.space();
      if (this.take(close)) return items;
      if (!this.take(',')) throw new SyntaxError(`comma expected at ${this.at}`);
    }
  }

  private member(): string {
    this.space();
    const key = this.string();
    this.space();
    if (!this.take(':')) throw new SyntaxError(`colon expected at ${this.at}`);
    return `${key}:${this.value()}`;
  }

  private string(): string {
    const literal = /"(?:[^"\\]|\\.)*"/sy;
    literal.lastIndex = this.at;
    const found = literal.exec(this.text)?.[0] ?? '';
    this.at += found.length;
    return JSON.stringify(JSON.parse(found));
  }

  private space(): void {
    while (' \t\r\n'.includes(this.text[this.at] ?? 'x')) this.at++;
  }

  private take(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }
}
