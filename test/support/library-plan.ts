// A second plan, of an application that has nothing to do with the first: a composite key of text and integer, text keys,
// booleans, bytes, doubles, a composite foreign key, and an empty table.
import type { Plan } from '../../src/plans/plan.js';
import { seededRandom } from '../../src/demo/sample-documents.js';
import { Database } from '../../src/source/sqlite-driver.js';

/** Beside sql/, seen from there. */
const FOLDER = '../test/fixtures/library';

export const library: Plan = {
  name: 'library',
  title: 'A Small Library',
  defaultSource: '/srv/library/library.db',
  defaultBackupDir: '/srv/library/backups',
  tables: [
    {
      name: 'shelf',
      key: ['place', 'slot'],
      columns: [
        { name: 'place', declared: 'TEXT', type: 'text' },
        { name: 'slot', declared: 'INTEGER', type: 'integer' },
        { name: 'is_open', declared: 'BOOLEAN', type: 'boolean', nullable: true },
        { name: 'weight', declared: 'REAL', type: 'double precision', nullable: true },
        { name: 'photo', declared: 'BLOB', type: 'bytea', nullable: true },
        { name: 'note', declared: 'TEXT', type: 'text', nullable: true },
      ],
    },
    {
      name: 'label',
      key: ['id'],
      columns: [
        { name: 'id', declared: 'INTEGER', type: 'bigint' },
        { name: 'shelf_place', declared: 'TEXT', type: 'text', nullable: true },
        { name: 'shelf_slot', declared: 'INTEGER', type: 'integer', nullable: true },
        { name: 'words', declared: 'TEXT', type: 'text' },
      ],
      foreignKeys: [
        {
          columns: ['shelf_place', 'shelf_slot'],
          references: { table: 'shelf', columns: ['place', 'slot'] },
        },
      ],
      sequence: { name: 'label_id_seq', column: 'id' },
    },
    { name: 'word', key: ['word'], columns: [{ name: 'word', declared: 'TEXT', type: 'text' }] },
    {
      name: 'visitor',
      key: ['id'],
      columns: [
        { name: 'id', declared: 'INTEGER', type: 'integer' },
        { name: 'came_at', declared: 'TIMESTAMP', type: 'timestamptz', nullable: true },
      ],
    },
  ],
  schema: [{ file: `${FOLDER}/010_tables.sql`, title: 'tables' }],
  constrain: [{ file: `${FOLDER}/110_keys.sql`, title: 'keys' }],
  expected: {
    constraints: ['shelf_pkey', 'label_pkey', 'label_shelf_fkey', 'word_pkey', 'visitor_pkey'],
    indexes: ['shelf_pkey'],
  },
  queries: [
    {
      name: 'open shelves',
      caller: 'the front desk',
      sqlite: `${FOLDER}/open_shelves.sqlite.sql`,
      postgres: `${FOLDER}/open_shelves.postgres.sql`,
    },
  ],
};

/** Places whose order by bytes, by UTF-16 units and by any language's alphabet are all different. */
const PLACES = [
  '',
  ' ',
  'A',
  'Z',
  'a',
  'b',
  'a,b',
  'ä',
  'é',
  'z',
  'ｚ',
  '\ufffd',
  '🚀',
  '\u{10ffff}',
  '月',
  'a\tb',
  '\\N',
];

const DOUBLES = [
  0,
  -0,
  1,
  0.1 + 0.2,
  1e-5,
  1e15,
  1e22,
  2 ** 53,
  5e-324,
  1.7976931348623157e308,
  Infinity,
  -Infinity,
  -1.5,
];

/** Writes the library's file: 17,000 shelves, 6,000 labels, 11,000 words, no visitor. */
export function writeLibrary(path: string): void {
  const random = seededRandom(7);
  const db = new Database(path);
  db.exec(`PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; BEGIN;
    CREATE TABLE shelf (place TEXT NOT NULL COLLATE NOCASE, slot INTEGER NOT NULL, is_open BOOLEAN, weight REAL, photo BLOB, note TEXT,
      PRIMARY KEY (place COLLATE BINARY, slot)) WITHOUT ROWID;
    CREATE TABLE label (id INTEGER PRIMARY KEY AUTOINCREMENT, shelf_place TEXT, shelf_slot INTEGER, words TEXT NOT NULL,
      FOREIGN KEY (shelf_place, shelf_slot) REFERENCES shelf (place, slot));
    CREATE TABLE word (word TEXT PRIMARY KEY NOT NULL);
    CREATE TABLE visitor (id INTEGER PRIMARY KEY, came_at TIMESTAMP);`);
  const shelf = db.prepare('INSERT INTO shelf VALUES (?, ?, ?, ?, ?, ?)');
  for (let slot = -500; slot < 500; slot++) {
    for (const [at, place] of PLACES.entries()) {
      const photo = slot % 5 === 0 ? null : Buffer.from([slot & 255, 0, 92, 10, 9, at]);
      shelf.run(
        place,
        slot,
        [0, 1, null][(slot + 600 + at) % 3],
        DOUBLES[(slot + 600 + at) % 14] ?? null,
        photo,
        `${place}\\${slot}`,
      );
    }
  }
  const label = db.prepare('INSERT INTO label (shelf_place, shelf_slot, words) VALUES (?, ?, ?)');
  for (let at = 0; at < 6000; at++) {
    const place = PLACES[Math.floor(random() * PLACES.length)] ?? null;
    label.run(at % 10 === 0 ? null : place, Math.floor(random() * 1000) - 500, `label ${at}`);
  }
  const word = db.prepare('INSERT OR IGNORE INTO word VALUES (?)');
  for (let at = 0; at < 11_000; at++) {
    const length = Math.floor(random() * 8);
    word.run(Array.from({ length }, () => letter(random)).join('') + String(at));
  }
  db.exec(
    `INSERT INTO label VALUES (1000000, 'A', 1, 'the last'); DELETE FROM label WHERE id = 1000000; COMMIT`,
  );
  db.close();
}

function letter(random: () => number): string {
  const ranges: readonly (readonly [number, number])[] = [
    [0x20, 0x7e],
    [0xa0, 0x24f],
    [0x400, 0x4ff],
    [0x4e00, 0x4fff],
    [0xe000, 0xe0ff],
    [0xff00, 0xffff],
    [0x1f300, 0x1f6ff],
  ];
  const [from, to] = ranges[Math.floor(random() * ranges.length)] ?? [0x61, 0x7a];
  return String.fromCodePoint(from + Math.floor(random() * (to - from)));
}
