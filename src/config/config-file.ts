// The file of --config: JSON with comments, one key an option. Read only when it is named; there is no search for one.
import { readFileSync, statSync } from 'node:fs';
import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { messageOf } from '../errors.js';
import { nearest } from './nearest.js';
import { OPTIONS } from './options.js';
import type { Problems } from './problems.js';

const KEYS = OPTIONS.map(({ name }) => name).filter((name) => name !== 'config');

/** The values in `file` by option name, unchecked; whatever is wrong with the file goes to `problems`. */
export function readConfigFile(file: string, problems: Problems): ReadonlyMap<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    problems.add(`the config file ${file} cannot be read: ${messageOf(error)}`, ['--config FILE']);
    return new Map();
  }
  const errors: ParseError[] = [];
  const content: unknown = parse(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first !== undefined) {
    const line = text.slice(0, first.offset).split('\n').length;
    problems.add(`${file} line ${line} is not JSON: ${printParseErrorCode(first.error)}`);
    return new Map();
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    problems.add(`${file} holds no object of options`, ['{ "source": "/srv/app/dev.db", "jobs": 2 }']);
    return new Map();
  }
  const values = new Map<string, unknown>(Object.entries(content));
  for (const key of values.keys()) if (!KEYS.some((name) => name === key)) reportUnknown(file, key, problems);
  return values;
}

function reportUnknown(file: string, key: string, problems: Problems): void {
  const near = nearest(key, KEYS);
  problems.add(
    `${file} has an unknown option ${key}`,
    near === undefined ? [] : [`did you mean "${near}" in ${file}?`],
  );
}

/** A warning when other users may read a file that holds a password; undefined when all is well. */
export function warnIfOthersRead(file: string): string | undefined {
  const mode = statSync(file).mode & 0o777;
  if ((mode & 0o077) === 0) return undefined;
  return `${file} holds a password and other users may read it (mode ${mode.toString(8)}): chmod 600 ${file}`;
}
