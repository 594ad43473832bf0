// JSON source text to the exact text PostgreSQL prints for the same value as jsonb, without JSON.parse: numbers keep every
// digit, and what jsonb cannot hold, or would change without a word, is reported and never repaired. It works on bytes and
// moves ranges instead of making strings, because 847,080 documents pass through here twice in each migration.
import { canonicalNumber } from './decimal.js';
import { type Order, type Shape, childShape, orderOf, rootShape } from './json-shape.js';
import {
  type Bytes,
  type CanonicalJson,
  SLACK_BYTES,
  appendBytes,
  bytesOf,
  isAt,
  isDigit,
} from './json-bytes.js';
import { JsonError, nanError } from './json-error.js';
import { decodeEscapes, pieceEnd, scanEscapes } from './json-escape.js';

// PostgreSQL 14 to 18 with the default max_stack_depth of 2 MB take about 6,000 levels; applications stay under a hundred.
const MAX_DEPTH = 1000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const SPACE = 0x20;

// The document being read, as a module-wide cursor: one thread reads one document at a time.
let input: Buffer = Buffer.alloc(0);
let inputBytes: Bytes = bytesOf(input);
let at = 0;
let end = 0;
let depth = 0;

// Rebuilt parts (re-ordered objects, decoded strings) are written here, one after the other.
let scratch: Buffer = Buffer.allocUnsafe(1 << 16);
let scratchBytes: Bytes = bytesOf(scratch);
let used = 0;

// Ranges of the values of the objects and arrays that are open: three numbers each (start, end, 1 when in scratch).
let ranges = new Int32Array(1 << 12);
let rangesUsed = 0;

// The range of the value read last.
let valueStart = 0;
let valueEnd = 0;
let valueBuilt = false;

const result: CanonicalJson = { bytes: scratch, start: 0, end: 0, hasNegativeZero: false };

/**
 * The canonical form of the JSON document in `source[0, length)`, valid UTF-8 with room for
 * SLACK_BYTES more: what `(document::jsonb)::text` gives on
 * PostgreSQL. Keys are sorted by byte length, then bytes (lengthCompareJsonbStringValue in jsonb_util.c); `, ` and `: `
 * separate. Throws JsonError for text that is not JSON, duplicate keys, `\u0000`, lone surrogates, NaN and Infinity tokens,
 * numbers outside of numeric's range, and nesting over 1,000 levels.
 */
export function canonicalJsonBytes(source: Buffer, length: number): CanonicalJson {
  if (source.length < length + SLACK_BYTES)
    throw new RangeError(`the buffer needs ${SLACK_BYTES} bytes more than the document`);
  source[length] = 0;
  if (source !== input) {
    input = source;
    inputBytes = bytesOf(source);
  }
  at = 0;
  end = length;
  depth = 0;
  used = 0;
  rangesUsed = 0;
  result.hasNegativeZero = false;
  skipSpace();
  readValue();
  const [start, stop, built] = [valueStart, valueEnd, valueBuilt];
  skipSpace();
  if (at !== end) throw syntax('unexpected text after the document');
  result.bytes = built ? scratch : input;
  result.start = start;
  result.end = stop;
  return result;
}

/** The same for a string, as a string. */
export function canonicalJson(source: string): string {
  const bytes = Buffer.from(source + '\0'.repeat(SLACK_BYTES), 'utf8');
  const canonical = canonicalJsonBytes(bytes, bytes.length - SLACK_BYTES);
  return canonical.bytes.toString('utf8', canonical.start, canonical.end);
}

function syntax(detail: string): JsonError {
  return new JsonError('json-syntax', `is not JSON: ${detail} at byte ${at + 1}`, `is not JSON: ${detail}`);
}

/** A byte of the document; 0, which no rule accepts, at its end (canonicalJsonBytes puts it there). */
function byteAt(index: number): number {
  return input[index] ?? 0;
}

function skipSpace(): void {
  for (;;) {
    const c = byteAt(at);
    if (c === SPACE || c === 0x0a || c === 0x0d || c === 0x09) at++;
    else return;
  }
}

function verbatim(start: number, stop: number): void {
  valueStart = start;
  valueEnd = stop;
  valueBuilt = false;
}

function built(start: number): void {
  valueStart = start;
  valueEnd = used;
  valueBuilt = true;
}

// Below this many bytes moving costs more than it saves; each level may then leave that much behind.
const DEAD_BYTES = 1024;

/**
 * The same for an object or array whose parts were written from `floor` on: it takes their place once they are larger than
 * itself. Otherwise a value at depth 1,000 would stand in scratch 1,000 times.
 */
function assembled(floor: number, start: number): void {
  const length = used - start;
  if (start - floor <= length + DEAD_BYTES) {
    built(start);
    return;
  }
  scratch.copyWithin(floor, start, used);
  used = floor + length;
  built(floor);
}

function readValue(): void {
  switch (byteAt(at)) {
    case QUOTE:
      readString();
      return;
    case 0x7b:
      readObject();
      return;
    case 0x5b:
      readArray();
      return;
    case 0x74:
      readWord('true');
      return;
    case 0x66:
      readWord('false');
      return;
    case 0x6e:
      readWord('null');
      return;
    default:
      readNumber();
  }
}

function readWord(word: string): void {
  for (let i = 0; i < word.length; i++)
    if (byteAt(at + i) !== word.charCodeAt(i)) throw syntax('unexpected token');
  verbatim(at, at + word.length);
  at += word.length;
}

function readNumber(): void {
  const bytes = input;
  const start = at;
  let i = start;
  let c = bytes[i] ?? 0;
  const negative = c === 0x2d;
  if (negative) c = bytes[++i] ?? 0;
  if (!isDigit(c))
    throw nanError(input.toString('latin1', start, Math.min(end, start + 9))) ?? syntax('unexpected token');
  let isZero = c === 0x30;
  if (isZero) c = bytes[++i] ?? 0;
  else while (isDigit((c = bytes[++i] ?? 0)));
  if (c === 0x2e) {
    if (!isDigit((c = bytes[++i] ?? 0))) throw syntax('digit expected');
    do if (c !== 0x30) isZero = false;
    while (isDigit((c = bytes[++i] ?? 0)));
  }
  // -0 and -0.0 lose their sign in numeric, exponents are written out: both take the slow way.
  let plain = !(negative && isZero);
  if (!plain) result.hasNegativeZero = true;
  if (c === 0x65 || c === 0x45) {
    plain = false;
    c = bytes[++i] ?? 0;
    if (c === 0x2b || c === 0x2d) c = bytes[++i] ?? 0;
    if (!isDigit(c)) throw syntax('digit expected');
    while (isDigit(bytes[++i] ?? 0));
  }
  at = i;
  if (plain && i - start < 1000) {
    verbatim(start, i);
    return;
  }
  const digits = bytes.toString('latin1', start, i);
  const canonical = canonicalNumber(digits);
  if (canonical === undefined)
    throw new JsonError(
      'json-number-range',
      `has ${digits.slice(0, 40)}, which is outside of numeric's range`,
      "has a number outside of numeric's range",
    );
  const from = used;
  reserve(canonical.length);
  used += scratch.write(canonical, used, 'latin1');
  built(from);
}

function reserve(more: number): void {
  const needed = used + more + SLACK_BYTES;
  if (needed <= scratch.length) return;
  // Ranges are 32-bit numbers.
  if (needed > 0x7fffffff)
    throw new JsonError('json-too-large', 'comes to more than 2 GB with its numbers written out');
  const grown = Buffer.allocUnsafe(Math.max(scratch.length * 2, needed));
  scratch.copy(grown, 0, 0, used);
  scratch = grown;
  scratchBytes = bytesOf(grown);
}

function readString(): void {
  const bytes = input;
  const start = at;
  let i = start + 1;
  let c = bytes[i] ?? 0;
  while (c > QUOTE ? c !== BACKSLASH : c === SPACE || c === 0x21) c = bytes[++i] ?? 0;
  at = i;
  if (c === QUOTE) {
    at = i + 1;
    verbatim(start, at);
  } else if (c === BACKSLASH) readEscapedString(start, i);
  else throw syntax(i < end ? 'control character in a string' : 'string without end');
}

/** A string whose first escape is at `escapeAt`: rebuilt unless its escapes are canonical already. */
function readEscapedString(start: number, escapeAt: number): void {
  const { stop, isCanonical, complaint } = scanEscapes(input, escapeAt, end);
  at = stop;
  if (complaint !== undefined) throw syntax(complaint);
  at = stop + 1;
  if (isCanonical) {
    verbatim(start, at);
    return;
  }
  const from = used;
  reserve(2);
  scratch[used++] = QUOTE;
  for (let next = start + 1; next < stop;) {
    const pieceStop = pieceEnd(input, next, stop);
    const canonical = decodeEscapes(input.toString('utf8', next, pieceStop));
    reserve(canonical.length * 3 + 1);
    used += scratch.write(canonical, used, 'utf8');
    next = pieceStop;
  }
  scratch[used++] = QUOTE;
  built(from);
}

function enter(): void {
  if (++depth > MAX_DEPTH) throw new JsonError('json-too-deep', `is nested over ${MAX_DEPTH} levels`);
}

function pushRange(): void {
  if (rangesUsed + 3 > ranges.length) {
    const grown = new Int32Array(ranges.length * 2);
    grown.set(ranges);
    ranges = grown;
  }
  ranges[rangesUsed] = valueStart;
  ranges[rangesUsed + 1] = valueEnd;
  ranges[rangesUsed + 2] = valueBuilt ? 1 : 0;
  rangesUsed += 3;
}

/** Appends the value whose range is at `r`; answers with the position behind it. */
function appendValue(r: number): number {
  const from = ranges[r + 2] === 1 ? scratchBytes : inputBytes;
  return appendBytes(scratchBytes, used, from, ranges[r] ?? 0, ranges[r + 1] ?? 0);
}

function readArray(): void {
  enter();
  const start = at++;
  const base = rangesUsed;
  const floor = used;
  let canonical = true;
  skipSpace();
  if (byteAt(at) === 0x5d) {
    canonical = at === start + 1;
    at++;
  } else {
    canonical = at === start + 1;
    for (;;) {
      readValue();
      if (valueBuilt) canonical = false;
      pushRange();
      const afterValue = at;
      skipSpace();
      if (at !== afterValue) canonical = false;
      const c = byteAt(at);
      if (c !== COMMA && c !== 0x5d) throw syntax('comma or bracket expected');
      at++;
      if (c === 0x5d) break;
      const afterComma = at;
      skipSpace();
      if (at !== afterComma + 1 || input[afterComma] !== SPACE) canonical = false;
    }
  }
  depth--;
  if (canonical) verbatim(start, at);
  else {
    const from = used;
    let size = 2;
    for (let r = base; r < rangesUsed; r += 3) size += 2 + (ranges[r + 1] ?? 0) - (ranges[r] ?? 0);
    reserve(size);
    scratch[used++] = 0x5b;
    for (let r = base; r < rangesUsed; r += 3) {
      if (r > base) {
        scratch[used++] = COMMA;
        scratch[used++] = SPACE;
      }
      used = appendValue(r);
    }
    scratch[used++] = 0x5d;
    assembled(floor, from);
  }
  rangesUsed = base;
}

function readObject(): void {
  enter();
  const bytes = input;
  const base = rangesUsed;
  const floor = used;
  let shape = rootShape();
  at++;
  skipSpace();
  if (bytes[at] === 0x7d) at++;
  else {
    for (;;) {
      shape = readKey(shape);
      if (bytes[at] !== 0x3a) skipSpace();
      if (bytes[at] !== 0x3a) throw syntax('colon expected');
      // One space is what most writers put here.
      if (bytes[++at] === SPACE) at++;
      if ((bytes[at] ?? 0) <= SPACE) skipSpace();
      readValue();
      pushRange();
      let c = bytes[at] ?? 0;
      if (c <= SPACE) {
        skipSpace();
        c = bytes[at] ?? 0;
      }
      if (c !== COMMA && c !== 0x7d) throw syntax('comma or brace expected');
      at++;
      if (c === 0x7d) break;
      if (bytes[at] === SPACE) at++;
      if ((bytes[at] ?? 0) <= SPACE) skipSpace();
    }
  }
  depth--;
  assemble(orderOf(shape), base, floor);
  rangesUsed = base;
}

/** Writes the object whose values are the ranges from `base` on, those that were built from `floor` on. */
function assemble(order: Order, base: number, floor: number): void {
  const { index, leads, leadStart } = order;
  const from = used;
  let size = leads.buffer.length + 2;
  for (let r = base; r < rangesUsed; r += 3) size += (ranges[r + 1] ?? 0) - (ranges[r] ?? 0);
  reserve(size);
  if (index.length === 0) scratch[used++] = 0x7b;
  for (let i = 0; i < index.length; i++) {
    used = appendBytes(scratchBytes, used, leads, leadStart[i] ?? 0, leadStart[i + 1] ?? 0);
    used = appendValue(base + 3 * (index[i] ?? 0));
  }
  scratch[used++] = 0x7d;
  assembled(floor, from);
}

/** The shape reached by the key at the cursor; keys that have followed this shape before are tried first. */
function readKey(shape: Shape): Shape {
  const start = at;
  for (const guess of shape.guesses) {
    if (!isAt(inputBytes, start, guess.source)) continue;
    at = start + guess.source.buffer.length;
    return guess;
  }
  if (byteAt(at) !== QUOTE) throw syntax('key expected');
  readString();
  const source = input.subarray(start, at);
  return childShape(shape, source, valueBuilt ? scratch.subarray(valueStart, valueEnd) : source);
}
