// Finds the SQL files of the package and fills their {{places}}. Only identifiers and expressions built here go into places;
// values are always parameters.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../package-root.js';

const cache = new Map<string, string>();

/** The text of `sql/<file>`. */
export function loadSql(file: string): string {
  let text = cache.get(file);
  if (text === undefined) {
    text = readFileSync(join(packageRoot(), 'sql', file), 'utf8');
    cache.set(file, text);
  }
  return text;
}

/** `sql/<file>` with each `{{place}}` filled. Throws RangeError for a place without a filling. */
export function fillSql(file: string, places: Readonly<Record<string, string>>): string {
  return loadSql(file).replace(/\{\{(\w+)\}\}/g, (_, place: string) => {
    const filling = places[place];
    if (filling === undefined) throw new RangeError(`${file} has a place ${place} that nobody fills`);
    return filling;
  });
}

/** An identifier in double quotes, for SQLite and PostgreSQL alike. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
