// What the lines of an env file are: assignments, comments, the rest. Three programs read such files and do not agree: systemd
// (EnvironmentFile=), bash (`source`) and python-dotenv. Where they differ, two of three decide, and the comment says which.
// Text is latin1, a character for each byte, so that a place in the text is a place in the file and no byte is lost.

export interface Assignment {
  readonly kind: 'assignment';
  readonly key: string;
  /** The statement's first character, and the one after its line ending. A quoted value may span lines. */
  readonly start: number;
  readonly end: number;
  /** 1 for the first line of the file. */
  readonly line: number;
  /** The value as written, quotes included: what an edit replaces. */
  readonly valueStart: number;
  readonly valueEnd: number;
  /** How the whole value is quoted; empty for a bare one and for one of several pieces. */
  readonly quote: Quote;
  /** The value without its quotes and escapes. */
  readonly value: string;
  readonly isExported: boolean;
  readonly hasSpaces: boolean;
  readonly hasComment: boolean;
  /** It stands behind a byte order mark, which only newer releases of python-dotenv pass over. */
  readonly isMarked: boolean;
}

interface OtherLine {
  readonly kind: 'comment' | 'other' | 'unclosed';
  readonly start: number;
  readonly end: number;
  readonly line: number;
}

export type Statement = Assignment | OtherLine;
export type Quote = '' | "'" | '"';

const BYTE_ORDER_MARK = '\xef\xbb\xbf';
// Keys of our own are names; what else stands before a `=` (`my-key`, `declare -x A`) still opens quotes that may span lines.
const ASSIGNMENT = /(export[ \t]+)?([A-Za-z_]\w*)([ \t]*)=([ \t]*)/y;
const ANY_EQUALS = /[^=\r\n]*=[ \t]*/y;
const SPACES = /[ \t\v\f]*/y;
const LINE_ENDING = /\r\n|\n|\r|$/g;

/** The statements of a file, in order; together they are the whole text. A quote that is never closed ends with its line. */
export function statementsOf(text: string): Statement[] {
  const statements: Statement[] = [];
  let start = 0;
  let line = 1;
  while (start < text.length) {
    const statement = statementAt(text, start, line);
    statements.push(statement);
    line += text.slice(start, statement.end).match(/\r\n|\n|\r/g)?.length ?? 0;
    start = statement.end;
  }
  return statements;
}

function statementAt(text: string, start: number, line: number): Statement {
  const isMarked = start === 0 && text.startsWith(BYTE_ORDER_MARK);
  const first = after(SPACES, text, isMarked ? BYTE_ORDER_MARK.length : start);
  const other = (kind: OtherLine['kind']): OtherLine => ({ kind, start, end: lineEnd(text, first), line });
  // `;` opens a comment for systemd; for the two others such a line means nothing.
  if (text[first] === '#' || text[first] === ';') return other('comment');
  ASSIGNMENT.lastIndex = first;
  const match = ASSIGNMENT.exec(text);
  if (match === null) {
    const valueStart = after(ANY_EQUALS, text, first);
    if (valueStart === first) return other('other');
    const read = readValue(text, valueStart);
    return read === undefined ? other('unclosed') : { ...other('other'), end: read.end };
  }
  const [whole, exported, key = '', before = '', behind = ''] = match;
  const read = readValue(text, first + whole.length);
  if (read === undefined) return other('unclosed');
  const isEmpty = read.valueEnd === first + whole.length;
  return {
    kind: 'assignment',
    key,
    start,
    end: read.end,
    line,
    // Nothing between `=` and a comment or the line's end: the value begins at the `=`, where bash accepts one.
    valueStart: first + whole.length - (isEmpty ? behind.length : 0),
    valueEnd: read.valueEnd - (isEmpty ? behind.length : 0),
    quote: read.quote,
    value: read.value,
    isExported: exported !== undefined,
    hasSpaces: before !== '' || (behind !== '' && !isEmpty),
    hasComment: read.hasComment,
    isMarked,
  };
}

interface ReadValue {
  readonly value: string;
  readonly quote: Quote;
  readonly valueEnd: number;
  readonly hasComment: boolean;
  readonly end: number;
}

/**
 * Quotes count where a value or a further piece of it begins (systemd, dotenv), not inside a bare piece: `it's` is no open quote.
 * Undefined when a quote is never closed.
 */
function readValue(text: string, valueStart: number): ReadValue | undefined {
  let value = '';
  let quote: Quote = '';
  let valueEnd = valueStart;
  let at = valueStart;
  for (let pieces = 0; ; pieces++) {
    const opening = text[at];
    if (opening !== "'" && opening !== '"') {
      // ` #` is a comment for bash and dotenv; systemd takes it for a part of the value.
      const bare = readBare(text, at, valueEnd);
      const quoteOfAll = bare.valueEnd === valueEnd && pieces === 1 ? quote : '';
      return { ...bare, value: value + bare.value, quote: quoteOfAll, end: lineEnd(text, bare.commentStart) };
    }
    const close = closingQuote(text, at);
    if (close === undefined) return undefined;
    const inside = text.slice(at + 1, close);
    // In double quotes a backslash escapes only these four and the line's end (systemd, bash).
    value += opening === '"' ? inside.replace(/\\(?:\n|(["\\`$]))/g, '$1') : inside;
    quote = opening;
    valueEnd = close + 1;
    at = after(SPACES, text, valueEnd);
  }
}

interface BareValue {
  readonly value: string;
  readonly valueEnd: number;
  readonly hasComment: boolean;
  /** Where the value is over and only spaces, a comment or the line's end are left. */
  readonly commentStart: number;
}

/** `endBefore` is where the piece before it ended, or where the value begins. */
function readBare(text: string, from: number, endBefore: number): BareValue {
  let value = '';
  let length = 0;
  let valueEnd = endBefore;
  let at = from;
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\r' || character === '\n') break;
    const isAfterSpace = value === '' ? /[ \t]/.test(text.charAt(at - 1)) : value.length > length;
    if (character === '#' && isAfterSpace) break;
    if (character === '\\' && at + 1 < text.length && text[at + 1] !== '\r') {
      // A continued line, for systemd and bash; dotenv takes the next line for one of its own.
      at++;
      if (text[at] === '\n') continue;
      value += text.charAt(at);
      length = value.length;
      valueEnd = at + 1;
      continue;
    }
    value += character;
    if (/[ \t\v\f]/.test(character)) continue;
    length = value.length;
    valueEnd = at + 1;
  }
  return { value: value.slice(0, length), valueEnd, hasComment: text[at] === '#', commentStart: at };
}

function closingQuote(text: string, opening: number): number | undefined {
  const quote = text[opening];
  for (let at = opening + 1; at < text.length; at++) {
    if (text[at] === quote) return at;
    if (quote === '"' && text[at] === '\\') at++;
  }
  return undefined;
}

function lineEnd(text: string, from: number): number {
  LINE_ENDING.lastIndex = from;
  const match = LINE_ENDING.exec(text);
  return match === null ? text.length : match.index + match[0].length;
}

function after(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : from;
}
