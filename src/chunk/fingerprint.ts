// A hash of a chunk's rows as the source stores them, four times faster than its digest (measured: 5 and 21 µs a row), because
// nothing is checked or made canonical. It only says whether a chunk must be looked at again: while the application stands
// still at cutover, that decides how long. What is carried over and compared is always the canonical form.
import { createHash } from 'node:crypto';
import type { SqliteValue } from '../codec/column.js';
import type { ChunkRange } from './range.js';
import type { ChunkReader } from './reader.js';

const SLICE_BYTES = 256 * 1024;
/** Kind of the value and its length. */
const HEAD_BYTES = 5;

/** Equal only when every stored value is equal; text that is not valid UTF-8 is not told apart, so its chunks have none. */
export function fingerprintOf(reader: ChunkReader, chunk: ChunkRange): string {
  const hash = createHash('sha256');
  let out = Buffer.allocUnsafe(SLICE_BYTES * 2);
  let length = 0;
  const put = (value: SqliteValue): void => {
    const most =
      HEAD_BYTES + (typeof value === 'string' ? value.length * 3 : Buffer.isBuffer(value) ? value.length : 8);
    if (length + most > out.length) {
      hash.update(out.subarray(0, length));
      if (most > out.length) out = Buffer.allocUnsafe(most);
      length = 0;
    }
    length = write(out, length, value);
  };
  for (const row of reader.readTrusted(chunk)) for (const value of row) put(value);
  return hash.update(out.subarray(0, length)).digest('hex');
}

/** Appends kind, length and bytes, so that no two rows of values make the same text; answers with the new length. */
function write(out: Buffer, at: number, value: SqliteValue): number {
  if (value === null) {
    out[at] = 0;
    return at + 1;
  }
  const start = at + HEAD_BYTES;
  let bytes: number;
  if (typeof value === 'string') {
    out[at] = 1;
    bytes = out.write(value, start, 'utf8');
  } else if (typeof value === 'bigint') {
    out[at] = 2;
    bytes = out.writeBigInt64BE(value, start) - start;
  } else if (typeof value === 'number') {
    out[at] = 3;
    bytes = out.writeDoubleBE(value, start) - start;
  } else {
    out[at] = 4;
    bytes = value.copy(out, start);
  }
  out.writeUInt32BE(bytes, at + 1);
  return start + bytes;
}
