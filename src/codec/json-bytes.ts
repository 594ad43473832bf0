// Bytes in and out of the JSON codec's buffers.

/** Bytes that a buffer needs behind its content, because `appendBytes` reads and writes four at a time. */
export const SLACK_BYTES = 4;

// Beyond this many bytes the call into native code beats the loop.
const LOOP_BYTES = 256;

/** A buffer, and the same bytes four at a time. */
export interface Bytes {
  readonly buffer: Buffer;
  readonly words: DataView;
}

/** The canonical form of a document, as a view that is valid until the next call. */
export interface CanonicalJson {
  bytes: Buffer;
  start: number;
  end: number;
  /** Whether a zero has lost its sign: `-0.0` is `0.0` as jsonb. */
  hasNegativeZero: boolean;
}

/** Both views of `buffer`. */
export function bytesOf(buffer: Buffer): Bytes {
  return { buffer, words: new DataView(buffer.buffer, buffer.byteOffset, buffer.length) };
}

/**
 * Copies `from[start, stop)` to `to` at `at` and answers with the position behind it. Both need SLACK_BYTES behind what they
 * hold; up to three bytes behind the copy are overwritten.
 */
export function appendBytes(to: Bytes, at: number, from: Bytes, start: number, stop: number): number {
  const end = at + stop - start;
  if (stop - start > LOOP_BYTES) {
    from.buffer.copy(to.buffer, at, start, stop);
    return end;
  }
  const [source, target] = [from.words, to.words];
  // The byte order does not matter as long as it is one.
  for (let i = start, j = at; i < stop; i += 4, j += 4) target.setInt32(j, source.getInt32(i, true), true);
  return end;
}

/** Whether `wanted`, which holds no zero byte, stands in `bytes` at `at`; what `bytes` hold has a zero byte and SLACK_BYTES behind it. */
export function isAt(bytes: Bytes, at: number, wanted: Bytes): boolean {
  const [found, sought] = [bytes.words, wanted.words];
  const length = wanted.buffer.length;
  let i = 0;
  // The word that holds the zero byte differs, so that none is read behind the slack.
  while (i < length - 3 && found.getInt32(at + i, true) === sought.getInt32(i, true)) i += 4;
  while (i < length && bytes.buffer[at + i] === wanted.buffer[i]) i++;
  return i === length;
}

export function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39;
}
