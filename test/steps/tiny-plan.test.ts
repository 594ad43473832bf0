// Another application with another plan: what runs is the same engine, which knows nothing of either.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/source/sqlite-driver.js';
import { type Migration, type Site, createSite, endingOf, findingsOf } from '../support/migrate.js';
import { library, writeLibrary } from '../support/library-plan.js';

let site: Site;
let run: Migration;

beforeAll(async () => {
  site = await createSite();
  writeLibrary(site.source);
  run = await site.migrate({ plan: library, jobs: 2 });
});

afterAll(() => site.remove());

/** Rows of both sides in one form, sorted, compared by Node and not by either database. */
async function bothSides(
  sqlite: string,
  postgres: string,
): Promise<{ source: readonly string[]; target: readonly string[] }> {
  const db = new Database(site.source, { readonly: true });
  try {
    const source = db.prepare<[], unknown[]>(sqlite).raw(true).safeIntegers(true).all();
    const target = await site.query(postgres);
    const text = (value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);
    return {
      source: source.map((row) => JSON.stringify(row.map(text))).sort(),
      target: target.map((row) => JSON.stringify(Object.values(row))).sort(),
    };
  } finally {
    db.close();
  }
}

describe('a migration by another plan', () => {
  it('ends with exit code 0', () => {
    expect(endingOf(run)).toMatchObject({
      type: 'run.completed',
      exitCode: 0,
      totals: { tables: 4, quarantined: 0 },
    });
    expect(run.view.plan).toBe('A Small Library');
  });

  it('brings texts, integers, booleans and bytes over unchanged', async () => {
    const { source, target } = await bothSides(
      `SELECT hex(place), slot, CASE is_open WHEN 1 THEN 't' WHEN 0 THEN 'f' END, lower(hex(photo)), photo IS NULL, hex(note) FROM shelf`,
      `SELECT upper(encode(convert_to(place, 'UTF8'), 'hex')) AS a, slot, is_open, coalesce(encode(photo, 'hex'), '') AS b, (photo IS NULL)::int AS c, upper(encode(convert_to(note, 'UTF8'), 'hex')) AS d FROM shelf`,
    );
    expect(source).toHaveLength(17_000);
    expect(target).toEqual(source);
  });

  it('brings doubles over bit by bit, infinity too', async () => {
    const rows = await site.query('SELECT place, slot, float8send(weight) AS bits FROM shelf');
    const db = new Database(site.source, { readonly: true });
    const weights = db.prepare<[], { place: string; slot: number; weight: number | null }>(
      'SELECT place, slot, weight FROM shelf',
    );
    const source = weights.all().map(({ place, slot, weight }) => {
      const bits = Buffer.alloc(8);
      bits.writeDoubleBE(weight ?? 0);
      return `${place} ${slot} ${weight === null ? 'NULL' : `\\x${bits.toString('hex')}`}`;
    });
    db.close();
    const target = rows.map(({ place, slot, bits }) => `${place ?? ''} ${slot ?? ''} ${bits ?? 'NULL'}`);
    expect(new Set(source.map((row) => row.split(' ').at(-1))).size).toBeGreaterThan(10);
    expect(target.sort()).toEqual(source.sort());
  });

  it('brings text keys of all alphabets over, whatever their order', async () => {
    const { source, target } = await bothSides(
      'SELECT hex(word) FROM word',
      `SELECT upper(encode(convert_to(word, 'UTF8'), 'hex')) AS word FROM word`,
    );
    expect(source.length).toBeGreaterThan(10_000);
    expect(target).toEqual(source);
    const labels = await bothSides('SELECT * FROM label', 'SELECT * FROM label');
    expect(labels.target).toEqual(labels.source);
  });

  it('copies in chunks of the composite key and of the text key', async () => {
    const chunks = await site.query(
      'SELECT table_name, count(*) AS n, sum(rows) AS rows FROM ttm_wizard.chunk GROUP BY 1 ORDER BY 1',
    );
    expect(chunks).toEqual([
      { table_name: 'label', n: '2', rows: '6000' },
      { table_name: 'shelf', n: '4', rows: '17000' },
      { table_name: 'visitor', n: '1', rows: '0' },
      {
        table_name: 'word',
        n: '3',
        rows: String((await site.query('SELECT FROM word')).length),
      },
    ]);
  });

  it('goes on with ids after those that AUTOINCREMENT has used up', async () => {
    expect(await site.query(`SELECT nextval('label_id_seq') AS id`)).toEqual([{ id: '1000001' }]);
  });

  it('compares the queries of the plan', () => {
    const queries = run.events.filter((event) => event.type === 'query.compared');
    expect(queries).toMatchObject([{ query: 'open shelves', equal: true, rows: 100 }]);
  });
});

describe('verification by another plan', () => {
  it('names rows by their composite and text keys, at the limits of chunks too', async () => {
    const limits = await site.query(
      `SELECT high[1] AS place, high[2] AS slot FROM ttm_wizard.chunk WHERE table_name = 'shelf' AND high IS NOT NULL ORDER BY number`,
    );
    const [first, second, third] = limits;
    await site.query('ALTER TABLE label DROP CONSTRAINT label_shelf_fkey');
    const where = (row: typeof first): unknown[] => [row?.['place'], row?.['slot']];
    await site.query('DELETE FROM shelf WHERE place = $1 AND slot = $2', where(first));
    await site.query('UPDATE shelf SET photo = photo || $3 WHERE place = $1 AND slot = $2', [
      ...where(second),
      '\\x00',
    ]);
    await site.query(
      `UPDATE shelf SET photo = '\\x01', weight = -weight - 1 WHERE place = $1 AND slot = $2`,
      where(third),
    );
    await site.query(
      `UPDATE shelf SET is_open = NOT coalesce(is_open, TRUE) WHERE place = 'ä' AND slot = 17`,
    );
    await site.query(`INSERT INTO shelf VALUES ('Ä', 17), ('', -501)`);
    await site.query(`INSERT INTO word VALUES ('中間'), ('')`);
    await site.query(`INSERT INTO visitor VALUES (1, now())`);
    const again = await site.migrate({ plan: library });
    expect(again.exitCode).toBe(6);
    const named = findingsOf(again, 'verify')
      .filter(({ code }) => code.startsWith('row-'))
      .map(({ code, table, examples }) => `${code} ${table ?? ''} ${examples?.[0]?.key ?? ''}`);
    const key = (row: typeof first): string => `${row?.['place'] ?? ''},${row?.['slot'] ?? ''}`;
    expect(named.sort()).toEqual(
      [
        `row-missing shelf ${key(first)}`,
        `row-changed shelf ${key(second)}`,
        `row-changed shelf ${key(third)}`,
        'row-changed shelf ä,17',
        'row-added shelf Ä,17',
        'row-added shelf ,-501',
        'row-added word 中間',
        'row-added word ',
        'row-added visitor 1',
      ].sort(),
    );
  });
});

describe('bad rows of another plan', () => {
  it('are set aside with the rows that refer to them by a composite key', async () => {
    const other = await createSite();
    try {
      writeLibrary(other.source);
      const db = new Database(other.source);
      db.pragma('foreign_keys = OFF');
      db.exec(`DELETE FROM label WHERE id > 20; UPDATE label SET shelf_place = 'Z', shelf_slot = 3;
        UPDATE label SET shelf_place = 'a,b', shelf_slot = 1 WHERE id = 4;
        UPDATE label SET shelf_place = '\ufffd', shelf_slot = 1 WHERE id = 5;
        UPDATE label SET shelf_place = 'nowhere' WHERE id = 6;
        UPDATE label SET shelf_place = NULL WHERE id = 7;
        UPDATE label SET shelf_place = 'B' WHERE id = 8;
        UPDATE shelf SET is_open = 2 WHERE place IN ('a,b', '\ufffd') AND slot = 1;
        INSERT INTO shelf (place, slot, is_open) VALUES ('a', 900, 'yes'), ('1,2', 3, 'no'), ('1', 4, NULL);
        UPDATE shelf SET weight = 'heavy' WHERE place = 'b' AND slot = 0;
        UPDATE shelf SET photo = 'text' WHERE place = 'z' COLLATE BINARY AND slot = 0`);
      db.close();
      const bad = await other.migrate({ plan: library, onBadValue: 'quarantine' });
      expect(endingOf(bad)).toMatchObject({
        type: 'run.completed',
        exitCode: 6,
        totals: { quarantined: 10 },
      });
      const labels = await other.query(
        `SELECT row_key, problem FROM ttm_wizard.quarantine WHERE table_name = 'label' AND problem IS NOT NULL ORDER BY row_key`,
      );
      expect(labels).toEqual(
        ['4', '5', '6', '8'].map((key) => ({ row_key: key, problem: 'orphan: has no row in shelf' })),
      );
      expect(await other.query('SELECT count(*) AS n FROM label')).toEqual([{ n: '16' }]);
    } finally {
      await other.remove();
    }
  });

  it('stop the run by default, with both parts of the key', async () => {
    const other = await createSite();
    try {
      const path = join(other.folder, 'dev.db');
      writeLibrary(path);
      const db = new Database(path);
      db.pragma('foreign_keys = OFF');
      db.exec(`UPDATE shelf SET is_open = 2 WHERE place = '月' AND slot = 1`);
      db.close();
      const stopped = await other.migrate({ plan: library });
      expect(stopped.exitCode).toBe(3);
      expect(findingsOf(stopped, 'preflight')[0]).toMatchObject({
        code: 'wrong-type',
        table: 'shelf',
        column: 'is_open',
        examples: [{ key: '月,1', value: '2' }],
      });
    } finally {
      await other.remove();
    }
  });
});
