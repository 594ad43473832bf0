// Sequences of keys that JSON objects have had. An application writes few of them, so jsonb's key order is worked out once
// for each and then only looked up.
import { type Bytes, SLACK_BYTES, bytesOf } from './json-bytes.js';
import { JsonError } from './json-error.js';

export interface Shape {
  /** The key that leads here, as written in the source, with its quotes. */
  readonly source: Bytes;
  /** The same in canonical spelling. */
  readonly key: Buffer;
  readonly parent: Shape | undefined;
  readonly length: number;
  readonly children: Map<string, Shape>;
  /** The first of the children, to be tried byte by byte before any is looked up by name. */
  readonly guesses: Shape[];
  order: Order | undefined;
}

export interface Order {
  /** For each sorted position, which of the object's values stands there. */
  readonly index: Int32Array;
  /** `{"key": ` or `, "key": ` for each sorted position, one after the other, with where each starts (one more than keys). */
  readonly leads: Bytes;
  readonly leadStart: Int32Array;
}

const MAX_SHAPES = 20_000;
// After the same keys few records differ in the next one; where many do, the objects are maps.
const MAX_GUESSES = 8;
// Longer ones are maps with keys of their own, not records; they are not worth remembering.
const MAX_REMEMBERED_KEYS = 200;

let shapes = 0;
let root = newShape(Buffer.alloc(0), Buffer.alloc(0), undefined);

function newShape(source: Buffer, key: Buffer, parent: Shape | undefined): Shape {
  const length = parent === undefined ? 0 : parent.length + 1;
  return { source: bytesOf(source), key, parent, length, children: new Map(), guesses: [], order: undefined };
}

/** The shape of the object without keys. */
export function rootShape(): Shape {
  // Objects used as maps have endless key sequences: past the limit everything is forgotten and grows anew.
  if (shapes > MAX_SHAPES) {
    root = newShape(Buffer.alloc(0), Buffer.alloc(0), undefined);
    shapes = 0;
  }
  return root;
}

/** The shape after one more key; both spellings are copied when they are kept. */
export function childShape(shape: Shape, source: Buffer, canonicalKey: Buffer): Shape {
  const name = source.toString('latin1');
  let child = shape.children.get(name);
  if (child === undefined) {
    child = newShape(Buffer.from(source), Buffer.from(canonicalKey), shape);
    if (child.length <= MAX_REMEMBERED_KEYS) {
      shape.children.set(name, child);
      if (shape.guesses.length < MAX_GUESSES) shape.guesses.push(child);
      shapes++;
    }
  }
  return child;
}

/**
 * jsonb's order of the shape's keys: by length of the decoded key in bytes, then by bytes.
 * @throws JsonError when a key stands twice, in whichever spelling.
 */
export function orderOf(shape: Shape): Order {
  shape.order ??= sortKeys(shape);
  return shape.order;
}

function sortKeys(shape: Shape): Order {
  const keys: { key: Buffer; index: number; bytes: Buffer }[] = [];
  for (let s = shape; s.parent !== undefined; s = s.parent) {
    keys.push({ key: s.key, index: s.length - 1, bytes: decodeKey(s.key) });
  }
  keys.sort((a, b) => a.bytes.length - b.bytes.length || Buffer.compare(a.bytes, b.bytes));
  let previous: Buffer | undefined;
  for (const { key, bytes } of keys) {
    if (previous?.equals(bytes) === true) {
      throw new JsonError('json-duplicate-key', `key ${key.toString('utf8', 0, 60)} stands twice`);
    }
    previous = bytes;
  }
  const leads = keys.map(({ key }, i) =>
    Buffer.concat([Buffer.from(i === 0 ? '{' : ', '), key, Buffer.from(': ')]),
  );
  const leadStart = new Int32Array(leads.length + 1);
  leads.forEach((lead, i) => (leadStart[i + 1] = (leadStart[i] ?? 0) + lead.length));
  return {
    index: Int32Array.from(keys, (entry) => entry.index),
    leads: bytesOf(Buffer.concat([...leads, Buffer.alloc(SLACK_BYTES)])),
    leadStart,
  };
}

function decodeKey(quoted: Buffer): Buffer {
  if (!quoted.includes(0x5c)) return quoted.subarray(1, -1);
  // In canonical spelling only JSON's own short escapes and \u00XX are left, so this is plain JSON of one string.
  return Buffer.from(String(JSON.parse(quoted.toString('utf8'))), 'utf8');
}
