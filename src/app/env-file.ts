// Reads and changes one key of an env file. Every other byte stays as it is: comments, order, quoting, line endings, and bytes
// that are no valid UTF-8. Works on the file's bytes only; env-switch.ts does the writing.
import { EXIT, WizardError } from '../errors.js';
import { type Assignment, type Quote, type Statement, statementsOf } from './env-lines.js';

/** The value the key has in the end: that of its last assignment, without quotes. Undefined when there is none. */
export function valueOf(contents: Buffer, key: string): string | undefined {
  const value = assignmentsOf(contents, key).at(-1)?.value;
  return value === undefined ? undefined : Buffer.from(value, 'latin1').toString('utf8');
}

/** The active assignments of the key, in order. */
export function assignmentsOf(contents: Buffer, key: string): Assignment[] {
  return active(statementsOf(contents.toString('latin1')), key);
}

/**
 * The contents with the key set to `value`. Throws ENV_VALUE for a value that systemd, bash and python-dotenv do not all read
 * alike, and ENV_SYNTAX for a file whose quotes do not close before the place of the key. Neither names the value.
 */
export function withValue(contents: Buffer, key: string, value: string): Buffer {
  requirePortable(key, value);
  const text = contents.toString('latin1');
  const statements = statementsOf(text);
  const winners = winnersOf(active(statements, key));
  const edits =
    winners.length === 0
      ? [addition(text, statements, key, value)]
      : winners.map((one) => ({ from: one.valueStart, to: one.valueEnd, text: quoted(value, one.quote) }));
  requireClosedQuotes(statements, edits);
  return apply(text, edits);
}

/**
 * `contents` with the key as it stands in `original`, everything else untouched: for a file that a person has edited since it
 * was switched. An assignment that `original` lacks is taken out; one that the person took out stays out.
 */
export function withKeyAsIn(contents: Buffer, original: Buffer, key: string): Buffer {
  const text = contents.toString('latin1');
  const before = assignmentsOf(original, key).at(-1);
  const now = active(statementsOf(text), key);
  if (before === undefined) return apply(text, now.map(removal));
  const written = original.toString('latin1').slice(before.valueStart, before.valueEnd);
  return apply(
    text,
    winnersOf(now).map((one) => ({ from: one.valueStart, to: one.valueEnd, text: written })),
  );
}

/** Everything but the key's assignments, without the line endings at the end, which an added line may have changed. */
export function restOf(contents: Buffer, key: string): string {
  const text = contents.toString('latin1');
  const rest = apply(text, active(statementsOf(text), key).map(removal));
  return rest.toString('latin1').replace(/[\r\n]+$/, '');
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

function apply(text: string, edits: readonly Edit[]): Buffer {
  let result = '';
  let done = 0;
  for (const edit of edits) {
    result += text.slice(done, edit.from) + edit.text;
    done = edit.to;
  }
  return Buffer.from(result + text.slice(done), 'latin1');
}

function removal(one: Assignment): Edit {
  return { from: one.start, to: one.end, text: '' };
}

function active(statements: readonly Statement[], key: string): Assignment[] {
  return statements.filter((one): one is Assignment => one.kind === 'assignment' && one.key === key);
}

/**
 * The assignments that win for some reader. All three let the last one win, but systemd passes over lines with `export` or a byte
 * order mark, and bash over those with spaces around the `=`; so a later line of that kind does not hide an earlier one from
 * them. These are all changed, or one reader would stay with the old database. Duplicates that win for nobody are left as
 * they are: changing them helps no reader and makes the diff longer.
 */
function winnersOf(assignments: readonly Assignment[]): Assignment[] {
  const winners = new Set([
    assignments.at(-1),
    assignments.findLast((one) => !one.isExported && !one.isMarked),
    assignments.findLast((one) => !one.hasSpaces && !one.isMarked),
  ]);
  return assignments.filter((one) => winners.has(one));
}

/** A new line: below the last one that has the key commented out, else at the end. */
function addition(text: string, statements: readonly Statement[], key: string, value: string): Edit {
  const commented = new RegExp(`^(?:\\xef\\xbb\\xbf)?[\\s#;]+(?:export[ \\t]+)?${key}[ \\t]*=`);
  const below = statements.findLast((one) => {
    const line = text.slice(one.start, one.end);
    return one.kind === 'comment' && commented.test(line) && !ENDS_IN_BACKSLASH.test(line);
  });
  const at = below?.end ?? text.length;
  const before = text.slice(0, at);
  const ending = /(?:\r\n|\n|\r)$/.exec(before)?.[0];
  const newline = ending ?? /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';
  const isFirst = before === '';
  // systemd before release 254 goes on with a comment that ends in a backslash: an empty line stops it.
  const gap =
    (isFirst || ending !== undefined ? '' : newline) + (ENDS_IN_BACKSLASH.test(before) ? newline : '');
  const all = statements.filter((one) => one.kind === 'assignment');
  const isExported = all.length > 0 && all.every((one) => one.isExported);
  return {
    from: at,
    to: at,
    text: `${gap}${isExported ? 'export ' : ''}${key}=${quoted(value, '')}${newline}`,
  };
}

const ENDS_IN_BACKSLASH = /\\(?:\r\n|\n|\r)?$/;

/** The value in the quotes it had, if it is safe in them; else in single quotes, which all three readers take literally. */
function quoted(value: string, quote: Quote): string {
  // `~` is left out: bash replaces it after a colon.
  if (quote === '' && /^[A-Za-z0-9_@%+=:,./-]*$/.test(value)) return value;
  if (quote === '"' && !/["\\`$]/.test(value)) return `"${value}"`;
  return `'${value}'`;
}

function requirePortable(key: string, value: string): void {
  // dotenv replaces ${NAME} even between single quotes, and takes a backslash there for an escape.
  const reason = /[^\x20-\x7e]/.test(value)
    ? 'characters other than printable ASCII'
    : /['\\]/.test(value)
      ? "a ' or a backslash"
      : value.includes('${')
        ? '${'
        : undefined;
  if (reason === undefined) return;
  throw new WizardError({
    code: 'ENV_VALUE',
    message: `the value for ${key} holds ${reason}, which systemd, bash and python-dotenv read differently`,
    remedies: ["percent-encode such characters in the URL: %27 is ', %5C is \\, %24 is $"],
    exitCode: EXIT.usage,
  });
}

function requireClosedQuotes(statements: readonly Statement[], edits: readonly Edit[]): void {
  const open = statements.find((one) => one.kind === 'unclosed');
  if (open === undefined || edits.every((edit) => edit.to <= open.start)) return;
  throw new WizardError({
    code: 'ENV_SYNTAX',
    message: `line ${open.line} opens a quote that is never closed: systemd takes the rest of the file for its value`,
    remedies: [`close the quote in line ${open.line}`],
    exitCode: EXIT.preflight,
  });
}
