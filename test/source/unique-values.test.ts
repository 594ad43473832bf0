// Rows that take each other's unique values: whatever the order of the updates, the source ends as the target is.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RowChange } from '../../src/chunk/changes.js';
import type { TablePlan } from '../../src/plans/plan.js';
import { CarriedSource, TOKEN, deleted, failureOf, inserted, updated, applyToSource } from './carried.js';

let source: CarriedSource;
beforeEach(() => {
  source = new CarriedSource();
});
afterEach(() => source.remove());

function mints(): string {
  return source.ask('SELECT mint_address FROM tokens ORDER BY id').join(' ');
}

describe('rows in each other’s way', () => {
  test('exchange their unique values, and no other byte of theirs changes', () => {
    const { gone, come } = source.difference(() => {
      const done = source.apply(
        updated('tokens', '1', { mint_address: 'two' }),
        updated('tokens', '2', { mint_address: 'one' }),
      );
      expect(done).toEqual({ inserted: 0, updated: 2, deleted: 0 });
    });
    // 'one' is 6F6E65 and 'two' 74776F; token 2 has a name that is no UTF-8, and both have times in spellings of their own.
    const exchanged = gone.map((line) =>
      line.includes('6F6E65') ? line.replace('6F6E65', '74776F') : line.replace('74776F', '6F6E65'),
    );
    expect(gone).toHaveLength(2);
    expect(come).toEqual(exchanged);
    expect(source.ask('SELECT count(*) FROM token_scores')).toEqual([4n]);
  });

  test('pass them on in a circle, or along a line that ends in the free', () => {
    source.apply(
      updated('tokens', '1', { mint_address: 'two', name: 'changed too' }),
      updated('tokens', '2', { mint_address: 'three' }),
      updated('tokens', '3', { mint_address: 'one' }),
    );
    expect(mints()).toBe('two three one');
    expect(source.ask('SELECT name FROM tokens WHERE id = 1')).toEqual(['changed too']);
    source.apply(
      updated('tokens', '1', { mint_address: 'three' }),
      updated('tokens', '2', { mint_address: 'one' }),
      updated('tokens', '3', { mint_address: 'new' }),
    );
    expect(mints()).toBe('three one new');
  });

  test('keep columns that only the source knows, and generated ones are made anew', () => {
    source.run(`ALTER TABLE tokens ADD COLUMN "own ""note" ANY; UPDATE tokens SET "own ""note" = id + 0.5;
      ALTER TABLE tokens ADD COLUMN loud TEXT AS (upper(mint_address))`);
    source.apply(
      updated('tokens', '1', { mint_address: 'two' }),
      updated('tokens', '2', { mint_address: 'one' }),
    );
    expect(
      source.ask(`SELECT id || loud || typeof("own ""note") || "own ""note" FROM tokens ORDER BY id`),
    ).toEqual(['1TWOreal1.5', '2ONEreal2.5', '3THREEreal3.5']);
  });

  test('of several tables do so in one go', () => {
    source.run('CREATE UNIQUE INDEX one_value ON app_settings (value)');
    source.apply(
      updated('app_settings', 'min_score', { value: '' }),
      updated('tokens', '1', { mint_address: 'two' }),
      updated('app_settings', 'MIN_SCORE', { value: '0.5' }),
      updated('tokens', '2', { mint_address: 'one' }),
      inserted('app_settings', { key: 'k', value: 'v' }),
    );
    expect(mints()).toBe('two one three');
    expect(source.ask(`SELECT "key" || '=' || ifnull(value, '-') FROM app_settings ORDER BY "key"`)).toEqual([
      '=-',
      'MIN_SCORE=0.5',
      'k=v',
      'min_score=',
    ]);
  });

  test('are all taken back when a later row fails', () => {
    const { gone, come } = source.difference(() => {
      const error = failureOf(() =>
        source.apply(
          updated('tokens', '1', { mint_address: 'two' }),
          updated('tokens', '2', { mint_address: 'one' }),
          inserted('tokens', { ...TOKEN, id: '3' }),
        ),
      );
      expect(error.message).toContain('insert of tokens 3 in the source fails');
    });
    expect([gone, come]).toEqual([[], []]);
  });

  test('are told apart from a row that does not exist', () => {
    const error = failureOf(() =>
      source.apply(
        updated('tokens', '1', { mint_address: 'two' }),
        updated('tokens', '9', { mint_address: 'one' }),
      ),
    );
    expect(error.message).toBe('update of tokens 9 in the source fails: the source has no such row');
  });
});

describe('any state of a table', () => {
  const PAIR: TablePlan = {
    name: 'pair',
    key: ['id'],
    columns: [
      { name: 'id', declared: 'TEXT', type: 'text' },
      { name: 'first', declared: 'TEXT', type: 'text', nullable: true },
      { name: 'second', declared: 'INTEGER', type: 'bigint', nullable: true },
      { name: 'third', declared: 'JSON', type: 'jsonb', nullable: true },
    ],
  };
  const NAMES = PAIR.columns.map(({ name }) => name);
  type Row = readonly [id: string, first: string | null, second: string | null, third: string | null];

  const key = fc.constantFrom('', 'a', 'A', 'é', 'b', '1');
  const row: fc.Arbitrary<Row> = fc.tuple(
    key,
    fc.constantFrom(null, 'p', 'q', 'r', 's', '', 'P'),
    fc.constantFrom(null, '1', '2', '3', '-4', '9007199254740993'),
    fc.constantFrom(null, '{}', '[1, 2]', '"x"'),
  );
  /** Rows without a value twice in a unique column; NULL may stand as often as it likes. */
  const state = fc
    .array(row, { maxLength: 12, size: 'max' })
    .map((rows) =>
      rows.filter(
        (one, i) =>
          !rows
            .slice(0, i)
            .some((other) => [0, 1, 2].some((at) => one[at] !== null && one[at] === other[at])),
      ),
    );

  function changesBetween(before: readonly Row[], after: readonly Row[]): RowChange[] {
    const change = (kind: RowChange['kind'], id: string, fields: Row | [], changed: number[]): RowChange => ({
      kind,
      table: 'pair',
      key: [id],
      fields,
      changed,
    });
    const kept = (rows: readonly Row[], id: string): Row | undefined => rows.find((one) => one[0] === id);
    const gone = before
      .filter(([id]) => kept(after, id) === undefined)
      .map(([id]) => change('delete', id, [], []));
    const others = after.flatMap((fields) => {
      const old = kept(before, fields[0]);
      if (old === undefined) return [change('insert', fields[0], fields, [])];
      const changed = [1, 2, 3].filter((at) => old[at] !== fields[at]);
      return changed.length === 0 ? [] : [change('update', fields[0], fields, changed)];
    });
    return [...gone, ...others];
  }

  const stored = (): unknown[] =>
    source.ask(`SELECT json_array(id, first, CAST(second AS TEXT), third) FROM pair ORDER BY 1`);
  const expected = (rows: readonly Row[]): string[] => rows.map((one) => JSON.stringify(one)).sort();

  test('becomes any other, in whichever order the changes come', () => {
    for (const form of ['', 'WITHOUT ROWID']) {
      source.run(`DROP TABLE IF EXISTS pair;
        CREATE TABLE pair (id TEXT NOT NULL PRIMARY KEY, first TEXT UNIQUE, second INTEGER, third JSON, UNIQUE (second)) ${form}`);
      const property = fc.property(
        fc.array(
          state.chain((rows) =>
            fc.tuple(fc.constant(rows), fc.array(fc.nat(99), { minLength: 12, maxLength: 12, size: 'max' })),
          ),
          { minLength: 1, maxLength: 6 },
        ),
        (states) => {
          source.run('DELETE FROM pair');
          let before: readonly Row[] = [];
          for (const [after, order] of states) {
            const changes = changesBetween(before, after)
              .map((change, i) => ({ change, at: order[i] ?? 0 }))
              .sort((a, b) => a.at - b.at)
              .map(({ change }) => change);
            applyToSource(source.file, [PAIR], { pair: NAMES }, changes);
            expect(stored().map(String).sort()).toEqual(expected(after));
            before = after;
          }
        },
      );
      fc.assert(property, { numRuns: 25 });
    }
  });
});

test('a row that was deleted in the target does not block its unique value', () => {
  source.apply(updated('tokens', '2', { mint_address: 'one' }), deleted('tokens', '1'));
  expect(mints()).toBe('one three');
});
