// With --on-bad-value quarantine every row that the target cannot hold is set aside byte for byte, and everything else arrives.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tothemoon } from '../../src/plans/tothemoon.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { ORPHANS, type Planted, plantBadValues } from '../support/bad-values.js';
import { differencesByHand } from '../support/compare-by-hand.js';
import { type Migration, type Site, createSite, endingOf, findingsOf } from '../support/migrate.js';
import { writeOddSource } from '../support/odd-source.js';
import { verifyNow } from '../support/verify-now.js';

let site: Site;
let planted: readonly Planted[];
let run: Migration;
/** The source without the bad rows, as a file of its own for the comparison by hand. */
let good: string;

/** In app_settings two keys are BLOBs, two are not UTF-8 and one holds a NUL. */
const BAD_SETTINGS = 6;

beforeAll(async () => {
  site = await createSite();
  good = `${site.source}.good`;
  writeOddSource(good, { scores: 300, respelled: false });
  writeOddSource(site.source, { scores: 300, respelled: false });
  planted = plantBadValues(site.source);
  run = await site.migrate({ onBadValue: 'quarantine' });
});

afterAll(() => site.remove());

/** Table and key of every bad row whose key can be foretold. */
function badRows(): string[] {
  const rows = planted.filter(({ key }) => key !== '').map(({ table, key }) => `${table} ${key}`);
  return [...new Set(rows)].sort();
}

describe('a migration that may set bad rows aside', () => {
  it('ends with exit code 6 and tells how many rows are not in their tables', () => {
    const quarantined = badRows().length + BAD_SETTINGS - 1;
    expect(endingOf(run)).toMatchObject({
      type: 'run.completed',
      exitCode: 6,
      totals: { tables: 4, quarantined },
    });
    expect(run.view.message).toMatch(new RegExp(`${quarantined} rows .*ttm_wizard\\.quarantine`));
    const copied = run.events.filter((event) => event.type === 'table.copied');
    expect(copied.map(({ quarantined: n }) => n).reduce((a, b) => a + b)).toBe(quarantined);
  });

  it('warns of each kind of bad value instead of stopping', () => {
    const found = findingsOf(run, 'preflight').filter(({ examples }) => examples !== undefined);
    expect(found.length).toBeGreaterThan(25);
    expect(found.every(({ severity }) => severity === 'warning')).toBe(true);
  });

  it('has all good rows in their tables, compared by other means than ours', async () => {
    expect((await differencesByHand(good, site)).slice(0, 20)).toEqual([]);
  });

  it('verifies both: good rows in their tables, bad rows in quarantine', () => {
    expect(findingsOf(run, 'verify').filter(({ severity }) => severity === 'error')).toEqual([]);
    const verified = run.events.filter((event) => event.type === 'table.verified');
    expect(verified.map(({ table, equal }) => [table, equal])).toEqual(
      tothemoon.tables.map(({ name }) => [name, true]),
    );
  });

  it('has the very rows in quarantine that were planted', async () => {
    const rows = await site.query('SELECT DISTINCT table_name, row_key FROM ttm_wizard.quarantine');
    const named = rows.map(({ table_name: table, row_key: key }) => `${table ?? ''} ${key ?? ''}`);
    expect(named.filter((name) => badRows().includes(name)).sort()).toEqual(badRows());
    const settings = named.filter((name) => name.startsWith('app_settings '));
    expect(settings).toHaveLength(BAD_SETTINGS);
    expect(named).toHaveLength(badRows().length + BAD_SETTINGS - 1);
  });

  it('has every cell of these rows byte for byte, with its storage class', async () => {
    const cells = await site.query(
      `SELECT table_name, row_key, column_name, storage_class, encode(value, 'hex') AS hex, value IS NULL AS is_null FROM ttm_wizard.quarantine`,
    );
    const db = new Database(site.source, { readonly: true });
    try {
      for (const { table, columns } of [
        { table: 'tokens', columns: 7 },
        { table: 'token_scores', columns: 10 },
      ]) {
        for (const name of badRows().filter((row) => row.startsWith(`${table} `))) {
          const key = name.slice(table.length + 1);
          const own = cells.filter((cell) => cell['table_name'] === table && cell['row_key'] === key);
          expect(own, name).toHaveLength(columns);
          for (const cell of own) {
            const column = cell['column_name'] ?? '';
            const [source] = db
              .prepare<[bigint], { type: string; hex: string; text: string }>(
                `SELECT typeof(${column}) AS type, hex(CAST(${column} AS BLOB)) AS hex, ${column} AS text FROM ${table} WHERE id = ?`,
              )
              .safeIntegers()
              .all(BigInt(key));
            expect(cell['storage_class'], `${name} ${column}`).toBe(source?.type);
            expect(cell['is_null']).toBe(source?.type === 'null' ? 't' : 'f');
            if (source?.type === 'real')
              expect(Number(Buffer.from(cell['hex'] ?? '', 'hex').toString())).toBe(source.text);
            else expect(cell['hex'] ?? '', `${name} ${column}`).toBe(source?.hex.toLowerCase());
          }
        }
      }
    } finally {
      db.close();
    }
  });

  it('keeps rows with damaged keys apart, byte for byte', async () => {
    const keys = await site.query(
      `SELECT storage_class || ' ' || encode(value, 'hex') AS key FROM ttm_wizard.quarantine WHERE table_name = 'app_settings' AND column_name = 'key' ORDER BY 1`,
    );
    expect(keys.map(({ key }) => key)).toEqual([
      'blob fe',
      'blob ff',
      `text ${Buffer.from('bad\0key').toString('hex')}`,
      `text ${Buffer.from('bad value').toString('hex')}`,
      'text 62fe',
      'text 62ff',
    ]);
  });

  it('sets the scores of quarantined tokens aside too', async () => {
    const ids = ORPHANS.ofBadTokens.map(String);
    const rows = await site.query(
      `SELECT row_key, problem FROM ttm_wizard.quarantine WHERE row_key = ANY ($1) AND column_name = 'token_id' ORDER BY row_key`,
      [ids],
    );
    expect(rows.map(({ row_key }) => row_key)).toEqual(ids);
    expect(rows.slice(1).every(({ problem }) => problem?.startsWith('orphan: ') === true)).toBe(true);
  });

  it('says with each bad cell what is wrong with it', async () => {
    const problems = await site.query(
      `SELECT row_key, column_name, problem FROM ttm_wizard.quarantine WHERE problem IS NOT NULL`,
    );
    for (const { table, key, column, code } of planted.filter(
      (one) => one.key !== '' && one.code !== 'orphan',
    )) {
      const problem = problems.find((row) => row['row_key'] === key && row['column_name'] === column);
      expect(problem?.['problem'], `${table} ${key} ${column}`).toMatch(new RegExp(`^${code}: `));
    }
  });

  it('lets the application go on with ids after those that tokens really have', async () => {
    const [next] = await site.query(`SELECT nextval('tokens_id_seq') AS id`);
    expect(Number(next?.['id'])).toBe(900_101);
  });
});

describe('a later verification', () => {
  it('finds nothing when nobody has touched the quarantine, and still says 6', async () => {
    expect(await verifyNow(site)).toMatchObject({ exitCode: 6, complaints: [] });
  });

  it('notices a changed byte, storage class and NULL, a removed cell and one that nobody set aside', async () => {
    await site.query(`
      UPDATE ttm_wizard.quarantine SET value = set_byte(value, 0, 66) WHERE row_key = '900001' AND column_name = 'name';
      UPDATE ttm_wizard.quarantine SET storage_class = 'text' WHERE row_key = '900004' AND column_name = 'symbol';
      UPDATE ttm_wizard.quarantine SET value = '' WHERE row_key = '900005' AND column_name = 'last_updated_at';
      DELETE FROM ttm_wizard.quarantine WHERE row_key = '920001' AND column_name = 'score';
      INSERT INTO ttm_wizard.quarantine (run_id, table_name, chunk_number, row_key, column_name, position, storage_class)
      SELECT id, 'tokens', 0, '1', 'name', 3, 'null' FROM ttm_wizard.run`);
    const { exitCode, complaints } = await verifyNow(site);
    expect(exitCode).toBe(6);
    expect(complaints.map(({ message }) => message).sort()).toEqual([
      '1 values are in quarantine that the source has no reason for',
      'token_scores 920001 score is not in quarantine as it is in the source',
      'tokens 900001 name is not in quarantine as it is in the source',
      'tokens 900004 symbol is not in quarantine as it is in the source',
      'tokens 900005 last_updated_at is not in quarantine as it is in the source',
    ]);
  });
});

describe('keys that look alike', () => {
  it('are told apart in quarantine by their rows, as are long ones, and -0.0 keeps its sign', async () => {
    const other = await createSite();
    try {
      writeOddSource(other.source, { scores: 10 });
      const db = new Database(other.source);
      db.exec(`CREATE TABLE loose (k PRIMARY KEY, x);
        INSERT INTO loose VALUES (1, -0.0), ('1', 2), (1.5, 'a'), ('1.5', 3), (x'31', 'c'), ('sound', 'd');
        INSERT INTO app_settings SELECT 'long ' || lower(hex(randomblob(2000))) || column1, 'kept' FROM (VALUES (1), (2))`);
      db.close();
      const { exitCode } = await other.migrate({ onBadValue: 'quarantine', onDrift: 'carry' });
      expect(exitCode).toBe(6);
      expect(await other.query('SELECT k FROM loose')).toEqual([{ k: 'sound' }]);
      const cells = await other.query(
        `SELECT storage_class || ' ' || convert_from(value, 'UTF8') AS cell FROM ttm_wizard.quarantine WHERE table_name = 'loose'`,
      );
      expect(cells.map(({ cell }) => cell).sort()).toEqual(
        [
          'blob 1',
          'integer 1',
          'integer 2',
          'integer 3',
          'real -0',
          'real 1.5',
          'text 1',
          'text 1.5',
          'text a',
          'text c',
        ].sort(),
      );
      // Too long for an index of the target, and so for the quarantine's own.
      const long = await other.query(
        `SELECT length(row_key) < 600 AS is_cut, length(value) AS bytes FROM ttm_wizard.quarantine WHERE table_name = 'app_settings' AND column_name = 'key'`,
      );
      expect(long).toEqual(Array.from({ length: 2 }, () => ({ is_cut: 't', bytes: '4006' })));
    } finally {
      await other.remove();
    }
  });
});
