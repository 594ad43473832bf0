// What a document may come to as jsonb: PostgreSQL refuses more, with an error in the middle of the copy. The size is worked out
// as jsonb_util.c of PostgreSQL 14 to 18 lays a document out, for documents that are large enough to come near a limit.
import { JsonError } from './json-error.js';
import type { CanonicalJson } from './json-bytes.js';

export interface JsonbLimits {
  /** JENTRY_OFFLENMASK: bytes of one string, and of one array or object with all that is in it. */
  readonly bytes: number;
  /** Elements of an array and pairs of an object, whose room is doubled up to MaxAllocSize (1 GB) at 32 and 72 bytes each. */
  readonly elements: number;
  readonly pairs: number;
}

const LIMITS: JsonbLimits = { bytes: 0x0fff_ffff, elements: 1 << 24, pairs: 1 << 23 };

/** A document of fewer bytes cannot reach a limit: jsonb takes at most four bytes for each of the text's. */
const SAFE_BYTES = 32 * 1024 * 1024;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Throws JsonError for a canonical document that jsonb cannot hold. */
export function checkJsonbLimits(document: CanonicalJson): void {
  if (document.end - document.start > SAFE_BYTES) jsonbSize(document);
}

/**
 * Bytes of the document as jsonb, at most eight too many for each object in it (seven, and what they push the next value by). Throws JsonError beyond the limits.
 */
export function jsonbSize(document: CanonicalJson, limits = LIMITS): number {
  const reader = new Reader(document, limits);
  const size = reader.value();
  if (reader.at !== document.end) throw new RangeError('the document is not canonical');
  // A bare scalar stands in an array of one.
  return reader.isContainer ? size : 8 + size;
}

class Reader {
  at: number;
  /** Of the value read last. */
  isContainer = false;
  private isAligned = false;
  private readonly bytes: Buffer;
  private readonly end: number;
  private readonly limits: JsonbLimits;

  constructor({ bytes, start, end }: CanonicalJson, limits: JsonbLimits) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.limits = limits;
  }

  /** Reads one value, and answers with the bytes of its data. */
  value(): number {
    this.isContainer = false;
    this.isAligned = false;
    switch (this.bytes[this.at] ?? 0) {
      case QUOTE:
        return this.string();
      case 0x5b:
        return this.container(0x5d);
      case 0x7b:
        return this.container(0x7d);
      case 0x74:
      case 0x6e:
        this.at += 4;
        return 0;
      case 0x66:
        this.at += 5;
        return 0;
      default:
        return this.number();
    }
  }

  private container(close: number): number {
    const { bytes, limits } = this;
    const isObject = close === 0x7d;
    const most = isObject ? limits.pairs : limits.elements;
    let [count, keys, data] = [0, 0, 0];
    this.at++;
    while (bytes[this.at] !== close) {
      // `, ` before all but the first, `: ` after a key.
      if (count > 0) this.at += 2;
      if (++count > most)
        throw tooLarge(`has an ${isObject ? 'object' : 'array'} of more than ${most} members`);
      if (isObject) {
        keys += this.string();
        this.at += 2;
      }
      const size = this.value();
      data = (this.isAligned ? align(data) : data) + size;
    }
    this.at++;
    // The keys stand before the values, and may move each of them to the next multiple of four.
    const total = 4 + (isObject ? 8 * count + keys + 4 : 4 * count) + data;
    if (total > limits.bytes) throw tooLarge(`has an ${isObject ? 'object' : 'array'} of more than 256 MB`);
    this.isContainer = true;
    this.isAligned = true;
    return total;
  }

  private string(): number {
    const { bytes } = this;
    const start = ++this.at;
    let escaped = 0;
    for (;;) {
      const c = bytes[this.at];
      if (c === QUOTE || c === undefined) break;
      if (c === BACKSLASH) {
        const length = bytes[this.at + 1] === 0x75 ? 6 : 2;
        escaped += length - 1;
        this.at += length;
      } else this.at++;
    }
    const size = this.at - start - escaped;
    this.at++;
    if (size > this.limits.bytes) throw tooLarge('has a text of more than 256 MB');
    return size;
  }

  /** numeric: a header, and two bytes for each group of four digits from the first to the last that is not zero (numeric.c). */
  private number(): number {
    const { bytes } = this;
    const start = this.at;
    let [point, first, last] = [-1, -1, -1];
    for (; this.at < this.end; this.at++) {
      const c = bytes[this.at] ?? 0;
      if (c === 0x2e) point = this.at;
      else if (c > 0x30 && c <= 0x39) {
        if (first < 0) first = this.at;
        last = this.at;
      } else if (c !== 0x30 && !(c === 0x2d && this.at === start)) break;
    }
    this.isAligned = true;
    const end = point < 0 ? this.at : point;
    // The power of ten of a digit, in groups.
    const group = (at: number): number => Math.floor((at < end ? end - 1 - at : end - at) / 4);
    const isShort = this.at - end <= 64 && (first < 0 || Math.abs(group(first)) < 64);
    const groups = first < 0 ? 0 : group(first) - group(last) + 1;
    return (isShort ? 6 : 8) + 2 * groups;
  }
}

function align(size: number): number {
  return Math.ceil(size / 4) * 4;
}

function tooLarge(detail: string): JsonError {
  return new JsonError('json-too-large', `${detail}, which jsonb cannot hold`);
}
