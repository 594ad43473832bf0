// Escapes in JSON strings: decoded, then escaped again as escape_json does (src/backend/utils/adt/json.c).
import { JsonError } from './json-error.js';

export interface EscapeScan {
  /** Where the closing quote stands, or where the complaint is about. */
  readonly stop: number;
  /** Most escapes (\" \\ \n …) are canonical; \/ and \uXXXX are not. */
  readonly isCanonical: boolean;
  readonly complaint: string | undefined;
}

/** Looks through the string in `bytes[from, end)` up to its closing quote. */
export function scanEscapes(bytes: Buffer, from: number, end: number): EscapeScan {
  let isCanonical = true;
  for (let i = from; i < end; i++) {
    const c = bytes[i] ?? 0;
    if (c === 0x22) return { stop: i, isCanonical, complaint: undefined };
    if (c < 0x20) return { stop: i, isCanonical, complaint: 'control character in a string' };
    if (c !== 0x5c) continue;
    const kind = String.fromCharCode(bytes[++i] ?? 0);
    if (kind === 'u' || kind === '/') isCanonical = false;
    else if (!'"\\bfnrt'.includes(kind)) return { stop: i, isCanonical, complaint: 'unknown escape' };
  }
  return { stop: end, isCanonical, complaint: 'string without end' };
}

/** Bytes decoded at a time: in one piece, 60 MB of escapes would fill a thread's heap. */
const PIECE_BYTES = 1 << 16;

/** Where a piece of the string `bytes[from, stop)` may end without cutting an escape, a pair of them, or a character; `stop` at most. */
export function pieceEnd(bytes: Buffer, from: number, stop: number, pieceBytes = PIECE_BYTES): number {
  let at = from;
  while (at < stop && at - from < pieceBytes) at += tokenLength(bytes, at);
  while (at < stop && ((bytes[at] ?? 0) & 0xc0) === 0x80) at++;
  return Math.min(at, stop);
}

/** Of a byte that stands for itself, or of an escape; the first half of a pair is taken with the second. */
function tokenLength(bytes: Buffer, at: number): number {
  if (bytes[at] !== 0x5c) return 1;
  if (bytes[at + 1] !== 0x75) return 2;
  const isHigh = /^d[89ab]$/i.test(bytes.toString('latin1', at + 2, at + 4));
  return isHigh && bytes[at + 6] === 0x5c && bytes[at + 7] === 0x75 ? 12 : 6;
}

const ESCAPE = /\\(?:u([0-9a-fA-F]{4})(?:\\u([dD][c-fC-F][0-9a-fA-F]{2}))?|(.))/gs;

/** The inside of a JSON string in canonical spelling. Throws JsonError for what jsonb cannot hold. */
export function decodeEscapes(inner: string): string {
  return inner.replace(
    ESCAPE,
    (whole: string, hex: string | undefined, low: string | undefined, short: string | undefined) => {
      if (hex === undefined) {
        if (short === 'u')
          throw new JsonError('json-syntax', 'is not JSON: four hexadecimal digits expected after \\u');
        return short === '/' ? '/' : whole;
      }
      const unit = Number.parseInt(hex, 16);
      if (unit === 0) throw new JsonError('json-nul', 'has \\u0000 in a string');
      const isHigh = unit >= 0xd800 && unit <= 0xdbff;
      if (isHigh && low !== undefined) return String.fromCharCode(unit, Number.parseInt(low, 16));
      if (isHigh || low !== undefined || (unit >= 0xdc00 && unit <= 0xdfff)) {
        throw new JsonError('json-surrogate', 'has a lone surrogate escape in a string');
      }
      return escapeUnit(unit);
    },
  );
}

function escapeUnit(unit: number): string {
  switch (unit) {
    case 0x08:
      return '\\b';
    case 0x0c:
      return '\\f';
    case 0x0a:
      return '\\n';
    case 0x0d:
      return '\\r';
    case 0x09:
      return '\\t';
    case 0x22:
      return '\\"';
    case 0x5c:
      return '\\\\';
    default:
      return unit < 0x20 ? `\\u${unit.toString(16).padStart(4, '0')}` : String.fromCharCode(unit);
  }
}
