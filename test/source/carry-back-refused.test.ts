// What cannot be carried back is named, and then nothing is: the source stays as it was.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RowChange } from '../../src/chunk/changes.js';
import { tothemoon } from '../../src/plans/tothemoon.js';
import {
  CarriedSource,
  PRESENT,
  TOKEN,
  deleted,
  failureOf,
  inserted,
  updated,
  applyToSource,
} from './carried.js';

let source: CarriedSource;
beforeEach(() => {
  source = new CarriedSource();
});
afterEach(() => source.remove());

describe('a value that SQLite cannot hold', () => {
  test('is named with its table, key, column and value, and nothing at all is written', () => {
    const before = readFileSync(source.file);
    const error = failureOf(() =>
      source.apply(deleted('tokens', '1'), updated('token_scores', '2', { score: '0.12345678901234567890' })),
    );
    expect(error).toMatchObject({ code: 'CARRY_BACK_VALUE', exitCode: 10 });
    expect(error.message).toBe(
      'SQLite cannot hold what the application wrote: token_scores 2 score comes back from SQLite as 0.12345678901234568 (0.12345678901234567890)',
    );
    expect(error.remedies[0]).toContain('ttm-wizard rollback');
    expect(readFileSync(source.file).equals(before)).toBe(true);
  });

  test('is named with the first others, and the rest are counted', () => {
    const bad = (id: string): RowChange =>
      inserted('tokens', { ...TOKEN, id, mint_address: id, created_at: 'infinity' });
    const error = failureOf(() => source.apply(...Array.from({ length: 8 }, (_, i) => bad(String(10 + i)))));
    expect(error.message.match(/tokens 1\d created_at is not a time/g)).toHaveLength(5);
    expect(error.message).toMatch(/ \(infinity\); and 3 more$/);
  });

  test('does not matter in a column that is not to be written', () => {
    const change = updated('tokens', '1', { name: 'new' });
    const fields = change.fields.map((field) => (field === 'not to be written' ? 'infinity' : field));
    expect(source.apply({ ...change, fields }).updated).toBe(1);
  });
});

describe('a column that the source lacks', () => {
  const present = {
    ...PRESENT,
    token_scores: (PRESENT.token_scores ?? []).filter((name) => name !== 'spam_metrics'),
  };
  const score = { id: '5', token_id: '1', created_at: '2025-10-11 00:00:00+00', scoring_model: 'legacy' };
  beforeEach(() => source.run('ALTER TABLE token_scores DROP COLUMN spam_metrics'));

  test('is left out where the value is NULL', () => {
    const change = inserted('token_scores', score);
    expect(applyToSource(source.file, tothemoon.tables, present, [change]).inserted).toBe(1);
    expect(source.ask('SELECT scoring_model FROM token_scores WHERE id = 5')).toEqual(['legacy']);
  });

  test('stops everything where there is a value, of a new row or of an old one', () => {
    for (const change of [
      inserted('token_scores', { ...score, spam_metrics: '{}' }),
      updated('token_scores', '1', { spam_metrics: '{}' }),
    ]) {
      const error = failureOf(() => applyToSource(source.file, tothemoon.tables, present, [change]));
      expect(error).toMatchObject({ code: 'CARRY_BACK_VALUE', exitCode: 10 });
      expect(error.message).toMatch(
        /token_scores [15] spam_metrics has a value but the source no such column \({}\)$/,
      );
    }
  });
});

describe('a row that is not as the comparison saw it', () => {
  const cases: readonly (readonly [string, RowChange, string])[] = [
    [
      'to be deleted and gone',
      deleted('tokens', '9'),
      'delete of tokens 9 in the source fails: the source has no such row',
    ],
    [
      'to be updated and gone',
      updated('app_settings', 'x', { value: 'y' }),
      'update of app_settings x in the source fails: the source has no such row',
    ],
    [
      'to be inserted and there',
      inserted('tokens', { ...TOKEN, id: '1' }),
      'insert of tokens 1 in the source fails: UNIQUE constraint failed: tokens.id',
    ],
    [
      'that a check of the source refuses',
      updated('app_settings', 'min_score', { value: 'refused' }),
      'update of app_settings min_score in the source fails: CHECK constraint failed: no_refusal',
    ],
    [
      'whose new unique value another row keeps',
      updated('tokens', '1', { mint_address: 'three' }),
      'update of tokens 1 in the source fails: UNIQUE constraint failed: tokens.mint_address',
    ],
  ];

  test.each(cases)('%s: everything is taken back', (_, change, message) => {
    const others = [
      deleted('token_scores', '1'),
      updated('tokens', '2', { name: 'x' }),
      inserted('app_settings', { key: 'k' }),
    ];
    const { gone, come } = source.difference(() => {
      const error = failureOf(() => source.apply(...others, change));
      expect([error.code, error.exitCode, error.message]).toEqual(['CARRY_BACK_ROW', 10, message]);
    });
    expect([gone, come]).toEqual([[], []]);
  });

  test('is never replaced, whatever the constraint of the source says', () => {
    source.run(
      `CREATE TABLE word (word TEXT NOT NULL, PRIMARY KEY (word) ON CONFLICT REPLACE); INSERT INTO word VALUES ('a')`,
    );
    const table = {
      name: 'word',
      key: ['word'],
      columns: [{ name: 'word', declared: 'TEXT', type: 'text' as const }],
    };
    const change: RowChange = { kind: 'insert', table: 'word', key: ['a'], fields: ['a'], changed: [] };
    const error = failureOf(() => applyToSource(source.file, [table], { word: ['word'] }, [change]));
    expect(error.code).toBe('CARRY_BACK_ROW');
  });
});

describe('a file that cannot be written to', () => {
  test('is named, with what to do about it', () => {
    const file = join(source.folder, 'none.db');
    const error = failureOf(() => applyToSource(file, tothemoon.tables, PRESENT, [deleted('tokens', '1')]));
    expect(error).toMatchObject({ code: 'CARRY_BACK_FAILED', exitCode: 10 });
    expect(error.message).toContain(`${file} cannot be written to and is as it was`);
  });

  test('because it is no database, is said to be none', () => {
    const error = failureOf(() =>
      applyToSource(fileURLToPath(import.meta.url), tothemoon.tables, PRESENT, [deleted('tokens', '1')]),
    );
    expect(error.message).toMatch(/file is not a database/);
  });

  test('because of a mistake of the caller is a bug, not a failure of the file', () => {
    expect(() => source.apply({ ...deleted('tokens', '1'), table: 'other' })).toThrow(RangeError);
    expect(() => source.apply(updated('tokens', '1', {}))).toThrow('tokens 1 changes nothing');
    expect(() => source.apply({ ...updated('tokens', '1', {}), changed: [9] })).toThrow('has no field 9');
    expect(() => source.apply(inserted('tokens', TOKEN))).toThrow('tokens NULL has no key');
  });
});
