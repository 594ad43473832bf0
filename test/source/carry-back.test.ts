// What the application wrote to PostgreSQL is carried back into the SQLite file: all of it or nothing, and no byte more.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RowChange } from '../../src/chunk/changes.js';
import { tothemoon } from '../../src/plans/tothemoon.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { library } from '../support/library-plan.js';
import { CarriedSource, PRESENT, TOKEN, deleted, inserted, updated, applyToSource } from './carried.js';

let source: CarriedSource;
beforeEach(() => {
  source = new CarriedSource();
});
afterEach(() => source.remove());

describe('rows that the application wrote', () => {
  test('are inserted as SQLAlchemy would have stored them', () => {
    const { gone, come } = source.difference(() => {
      const done = source.apply(
        inserted('token_scores', {
          id: '9007199254740995',
          token_id: '4',
          score: '1.0',
          metrics: '{"n": 1.0, "name": "é🚀"}',
          created_at: '2025-10-11 01:02:03.5+00',
          smoothed_score: '0.123456',
          raw_components: 'null',
          scoring_model: 'legacy',
        }),
        inserted('tokens', { ...TOKEN, id: '4', name: '' }),
        inserted('app_settings', { key: 'new\tkey', value: '\\N' }),
      );
      expect(done).toEqual({ inserted: 3, updated: 0, deleted: 0 });
    });
    expect(gone).toEqual([]);
    expect(come).toHaveLength(3);
    const row = `SELECT json_array(id, token_id, typeof(score), score, metrics, created_at, smoothed_score, raw_components,
      typeof(smoothed_components), scoring_model) FROM token_scores WHERE id = 9007199254740995`;
    expect(source.ask(row)).toEqual([
      JSON.stringify([
        '#id',
        4,
        'integer',
        1,
        '{"n": 1.0, "name": "\\u00e9\\ud83d\\ude80"}',
        '2025-10-11 01:02:03.500000',
        0.123456,
        'null',
        'null',
        'legacy',
      ]).replace('"#id"', '9007199254740995'),
    ]);
    expect(source.ask(`SELECT name FROM tokens WHERE id = 4`)).toEqual(['']);
    expect(source.ask(`SELECT value FROM app_settings WHERE "key" = 'new' || char(9) || 'key'`)).toEqual([
      '\\N',
    ]);
  });

  test('are updated in the named columns only; the others keep their bytes, however they are spelled', () => {
    const { gone, come } = source.difference(() => {
      const done = source.apply(
        updated('tokens', '1', { status: 'archived' }),
        updated('tokens', '2', { symbol: null, last_updated_at: '2025-10-12 00:00:00+00' }),
        updated('token_scores', '1', { spam_metrics: '{"risk": 7}' }),
      );
      expect(done).toEqual({ inserted: 0, updated: 3, deleted: 0 });
    });
    expect(come).toHaveLength(3);
    const text = (value: string): string => `text ${Buffer.from(value).toString('hex').toUpperCase()}`;
    const expected = gone.map((line) =>
      line
        .replace(text('active'), text('archived'))
        .replace(text('2025-10-10 09:00'), text('2025-10-12 00:00:00.000000'))
        .replace(/text (?= \|)/, 'null ')
        .replace(text('null'), text('{"risk": 7}')),
    );
    expect(come).toEqual(expected);
  });

  test('are deleted alone: children, orphans of old and other spellings of a key stay', () => {
    const { gone, come } = source.difference(() => {
      const done = source.apply(
        deleted('tokens', '1'),
        deleted('token_scores', '4'),
        deleted('app_settings', 'MIN_SCORE'),
      );
      expect(done).toEqual({ inserted: 0, updated: 0, deleted: 3 });
    });
    expect(come).toEqual([]);
    expect(gone.map((line) => line.split(' ')[0])).toEqual(['tokens', 'token_scores', 'app_settings']);
    expect(source.ask('SELECT id FROM token_scores WHERE token_id = 1')).toEqual([1n, 2n]);
    expect(source.ask('SELECT "key" FROM app_settings ORDER BY 1')).toEqual(['', 'min_score']);
  });

  test('are found by keys beyond 2^53 and by the empty text', () => {
    source.apply(
      updated('token_scores', '9007199254740993', { score: '2' }),
      updated('app_settings', '', { value: 'x' }),
    );
    expect(source.ask('SELECT id FROM token_scores WHERE score = 2')).toEqual([9007199254740993n]);
    expect(source.ask(`SELECT value FROM app_settings WHERE "key" = ''`)).toEqual(['x']);
  });

  test('take over unique values of rows that are deleted or changed, in whichever order they come', () => {
    const changes: readonly RowChange[] = [
      inserted('tokens', { ...TOKEN, id: '4', mint_address: 'one' }),
      updated('tokens', '2', { mint_address: 'three' }),
      inserted('tokens', { ...TOKEN, id: '5', mint_address: 'two' }),
      deleted('tokens', '1'),
      updated('tokens', '3', { mint_address: 'four' }),
    ];
    for (const order of [changes, changes.toReversed()]) {
      source.remove();
      source = new CarriedSource();
      expect(source.apply(...order)).toEqual({ inserted: 2, updated: 2, deleted: 1 });
      expect(source.ask(`SELECT id || mint_address FROM tokens ORDER BY id`)).toEqual([
        '2three',
        '3four',
        '4one',
        '5two',
      ]);
    }
  });

  test('of a table with a key of several columns and case-blind text are told apart by bytes', () => {
    source.run(`CREATE TABLE shelf (place TEXT NOT NULL COLLATE NOCASE, slot INTEGER NOT NULL, is_open BOOLEAN, weight REAL,
      photo BLOB, note TEXT, PRIMARY KEY (place COLLATE BINARY, slot)) WITHOUT ROWID;
      INSERT INTO shelf (place, slot) VALUES ('a', 1), ('A', 1), ('A', -1)`);
    const [shelf] = library.tables;
    if (shelf === undefined) throw new Error('no shelf');
    const columns = { shelf: shelf.columns.map(({ name }) => name) };
    const change = { table: 'shelf', key: ['A', '1'] };
    const done = applyToSource(source.file, [shelf], columns, [
      { ...change, kind: 'update', fields: ['A', '1', 'true', '5', '\\x00ff', 'x'], changed: [2, 3, 4, 5] },
      { ...change, kind: 'delete', key: ['a', '1'], fields: [], changed: [] },
      {
        ...change,
        kind: 'insert',
        key: ['é', '1'],
        fields: ['é', '1', 'false', '1e+22', null, ''],
        changed: [],
      },
    ]);
    expect(done).toEqual({ inserted: 1, updated: 1, deleted: 1 });
    const row = `SELECT place || slot || ifnull(is_open, '-') || ifnull(typeof(weight) || weight, '-') || hex(photo) || ifnull(note, '-') FROM shelf`;
    expect(source.ask(row)).toEqual(['A-1---', 'A11real5.000FFx', 'é10real1.0e+22']);
  });

  test('reach tables and columns of any name', () => {
    source.run(
      `CREATE TABLE "se""lect" ("the key" INTEGER PRIMARY KEY, "a""b" TEXT UNIQUE); INSERT INTO "se""lect" VALUES (1, 'x'), (2, 'y')`,
    );
    const table = {
      name: 'se"lect',
      key: ['the key'],
      columns: [
        { name: 'the key', declared: 'INTEGER', type: 'integer' as const },
        { name: 'a"b', declared: 'TEXT', type: 'text' as const },
      ],
    };
    const change = (key: string, text: string): RowChange => ({
      kind: 'update',
      table: 'se"lect',
      key: [key],
      fields: [key, text],
      changed: [1],
    });
    applyToSource(source.file, [table], { 'se"lect': ['the key', 'a"b'] }, [
      change('1', 'y'),
      change('2', 'x'),
    ]);
    expect(source.ask(`SELECT "the key" || "a""b" FROM "se""lect"`)).toEqual(['1y', '2x']);
  });

  test('leave nothing behind, and the file in the journal mode that it had', () => {
    for (const mode of ['wal', 'delete']) {
      source.run(`PRAGMA journal_mode = ${mode}`);
      source.apply(
        updated('tokens', '1', { mint_address: 'two' }),
        updated('tokens', '2', { mint_address: 'one' }),
      );
      expect(source.ask('PRAGMA journal_mode')).toEqual([mode]);
      expect(source.ask(`SELECT count(*) FROM sqlite_master WHERE name LIKE '%ttm%'`)).toEqual([0n]);
      source.apply(
        updated('tokens', '1', { mint_address: 'one' }),
        updated('tokens', '2', { mint_address: 'two' }),
      );
    }
    source.run('PRAGMA journal_mode = delete');
    expect(source.ask('PRAGMA integrity_check')).toEqual(['ok']);
    expect(existsSync(`${source.file}-journal`)).toBe(false);
  });

  test('set off the triggers of the source, because SQLite has no way around them', () => {
    source.run(
      `CREATE TRIGGER touch AFTER INSERT ON tokens BEGIN UPDATE app_settings SET value = NEW.id; END`,
    );
    expect(source.apply(inserted('tokens', { ...TOKEN, id: '4' }))).toEqual({
      inserted: 1,
      updated: 0,
      deleted: 0,
    });
    expect(source.ask('SELECT DISTINCT value FROM app_settings')).toEqual(['4']);
  });

  test('are deleted before the rows they refer to, even where a trigger would take them along', () => {
    source.run(
      `CREATE TRIGGER gone AFTER DELETE ON tokens BEGIN DELETE FROM token_scores WHERE token_id = OLD.id; END`,
    );
    const done = source.apply(
      deleted('tokens', '1'),
      deleted('token_scores', '1'),
      deleted('token_scores', '2'),
    );
    expect(done.deleted).toBe(3);
    expect(source.ask('SELECT token_id FROM token_scores ORDER BY id')).toEqual([3n, 2n]);
  });
});

describe('nothing to carry back', () => {
  test('leaves the file alone: it is not even opened', () => {
    expect(applyToSource(join(source.folder, 'none.db'), tothemoon.tables, PRESENT, [])).toEqual({
      inserted: 0,
      updated: 0,
      deleted: 0,
    });
    expect(existsSync(join(source.folder, 'none.db'))).toBe(false);
  });
});

test('a reader that has the file open sees the old rows until all of the new ones are there', () => {
  source.run('PRAGMA journal_mode = wal');
  const reader = new Database(source.file, { readonly: true });
  const names = reader.prepare('SELECT mint_address FROM tokens ORDER BY id').pluck();
  reader.exec('BEGIN');
  const before = names.all();
  source.apply(deleted('tokens', '1'));
  expect(names.all()).toEqual(before);
  reader.exec('COMMIT');
  expect(names.all()).toEqual(['two', 'three']);
  reader.close();
});
