// The queries of To The Moon as files: values are parameters, the same in every form, and no file is forgotten.
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { queries } from '../../src/plans/tothemoon-queries.js';
import { loadSql } from '../../src/target/sql.js';

const forms = queries.flatMap(({ name, sqlite, postgres, fast }) =>
  [...new Set([sqlite, postgres, ...(fast === undefined ? [] : [fast])])].map((file) => ({ name, file })),
);

function statementOf(file: string): string {
  return loadSql(file).replaceAll(/^--.*$/gm, '');
}

function placesOf(file: string): string[] {
  return [...new Set(statementOf(file).match(/\$\d+/g) ?? [])].sort();
}

describe('the queries of To The Moon', () => {
  it('have names of their own, short enough for a column of the screen', () => {
    const names = queries.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(Math.max(...names.map((name) => name.length))).toBeLessThan(23);
  });

  it.each(forms)('have no value in their text, only keys of documents and kinds: $file', ({ file }) => {
    const texts = statementOf(file).match(/'[^']*'/g) ?? [];
    const keys = /^'(?:\$\.)?(?:L_tot|primary_dex|number|integer|real)'$/;
    expect(texts.filter((text) => !keys.test(text))).toEqual([]);
    expect(statementOf(file)).not.toMatch(/(?:LIMIT|OFFSET|[<>=]) *\d/);
  });

  it.each(queries)('take the same values in every form: $name', ({ sqlite, postgres, fast, parameters }) => {
    const places = placesOf(sqlite);
    expect(placesOf(postgres)).toEqual(places);
    if (fast !== undefined) expect(placesOf(fast)).toEqual(places);
    expect(places.length > 0).toBe(parameters !== undefined);
    expect(places).toEqual(places.map((_, i) => `$${i + 1}`));
  });

  it('use every file of their folder', () => {
    const folder = new URL('../../sql/tothemoon/queries/', import.meta.url);
    const files = readdirSync(folder).map((file) => `tothemoon/queries/${file}`);
    expect([...new Set(forms.map(({ file }) => file))].sort()).toEqual(files.sort());
  });

  it('hold the required factors to the numbers of the requirements', () => {
    const required = queries.flatMap(({ name, requiredFactor }) =>
      requiredFactor === undefined ? [] : [[name, requiredFactor]],
    );
    expect(required).toEqual([
      ['tokens list', 5],
      ['tokens list, active', 10],
      ['scores, best first', 5],
      ['newest of all tokens', 100],
      ['JSON, liquidity', 3],
      ['JSON, exchange', 3],
    ]);
  });
});
