// More tables than lines, with names wider than their column.
import { expect, test } from 'vitest';
import type { EventBody } from '../../src/events.js';
import { record, viewOf } from '../output/recorded-run.js';
import { clampScroll } from '../../components/frame-lines.js';
import type { Scene } from '../../components/scene.js';
import { uiFor } from '../../components/ui.js';
import { SMALL, USUAL, frameOf, sceneOf, screenOf } from './frame.js';
import { longName, started, wideRun } from './runs.js';

test('of 200 tables with long names the one in work and its neighbours are shown, the others counted', () => {
  const screen = screenOf(wideRun, USUAL);
  expect(screen).toMatchInlineSnapshot(`
    "  warning  no dump will be made, because there is no pg_dump that is as new as
      the server
               > apt-get install postgresql-client-17
    ✓ preflight  13 checks, 1 with a warning                                   1.2 s
    ✓ backup     snapshot of 1.4 GB is sound, 849,510 rows, SHA-256            2.7 s
                 b15378614333…
    ✓ schema     4 tables and the ledger are there                             81 ms

    To The Moon: /srv/tothemoon/dev.db -> app@db.example:5432/moon    live, 4 m 11 s
    ✓ preflight ✓ backup ✓ schema - copy · constrain · verify · dump

    Copy the rows: rows 月球120表表表表表表表表表表表表表表表表表表表表表表… 4 m 3 s
    ████████████████████████████████░░░░░░░░  80 %, about 8 m 14 s left
    98,765,432 of 123,456,789 rows, 148 GB, 50,000 rows/s
    all    █████████████████░░░  218,772,572 of 243,463,929 rows

    月球114表表表表…  copied        1,000,114/1,000,114  ██████   50,006/s
    table_115_nnnnn…  copied        1,000,115/1,000,115  ██████   50,006/s
    table_116_nnnnn…  copied        1,000,116/1,000,116  ██████   50,006/s
    月球117表表表表…  copied        1,000,117/1,000,117  ██████   50,006/s
    table_118_nnnnn…  copied        1,000,118/1,000,118  ██████   50,006/s
    table_119_nnnnn…  copied        1,000,119/1,000,119  ██████   50,006/s
    月球120表表表表…  copying    98,765,432/123,456,789  ████░░   50,000/s  8 m 13 s
    114 more: 114 copied

    safe: the application runs on SQLite as before
    r roll back   l log   ? help   q stop   t tables"
  `);
  expect(screenOf(wideRun, SMALL)).toContain(longName(120).slice(0, 5));
});

test('the list of all tables begins with the one in work, and scrolls to its end and no further', () => {
  const at = (scroll: number, size = USUAL): Scene =>
    sceneOf(wideRun, size, { ui: { ...uiFor(undefined), overlay: 'tables', scroll } });
  const first = frameOf(at(0));
  expect(first).toMatch(/^121 tables +state +rows +of +rows\/s +digest/m);
  expect(first.split('\n').findIndex((text) => text.includes('copying'))).toBe(
    first.split('\n').findIndex((text) => text.includes('rows/s')) + 1,
  );
  expect(first).toContain('PgDn shows 107 more lines');
  const { scroll } = clampScroll(at(10_000));
  const last = frameOf(at(scroll));
  expect(last).toContain(longName(119).slice(0, 9));
  expect(last).toContain('PgUp shows what is above');
  expect(frameOf(at(10_000))).toBe(last);
  expect(frameOf(at(scroll - 1))).not.toBe(last);
  expect(clampScroll(at(3)).scroll).toBe(3);
  expect(frameOf(at(0, SMALL))).toMatch(/^121 tables +state/m);
});

test('a table whose rows differ is not among those that are only counted', () => {
  const verified = (table: string, equal: boolean): EventBody => ({
    type: 'table.verified',
    step: 'verify',
    table,
    sourceRows: 3,
    targetRows: equal ? 3 : 2,
    quarantined: 0,
    sourceDigest: 'a',
    targetDigest: equal ? 'a' : 'b',
    equal,
    differences: equal ? 0 : 1,
    elapsedMs: 1,
  });
  const tables = Array.from({ length: 50 }, (_, index) => verified(`t${index}`, index !== 7));
  const step: EventBody = { type: 'step.started', step: 'verify', title: 'Compare every value' };
  const screen = screenOf(viewOf(record([started, step, ...tables])), USUAL);
  expect(screen).toMatch(/^t7 +3 +2 +DIFFERENT/m);
  expect(screen).toContain('40 more tables');
});
