// The report as a page, as text: what is in it, that nothing in it can fetch or run anything, and that no run is too odd for it. How it
// looks is seen in test/browser/.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { EventBody } from '../../src/events.js';
import { reportPage } from '../../src/output/html/page.js';
import { EMPTY_VIEW } from '../../src/view.js';
import { NAME_THAT_STEERS, downtime, hostile, manyTables, rolledBack } from './odd-runs.js';
import { different, record, rest, successful, viewOf } from './recorded-run.js';
import { SECTIONS } from './report-sections.js';

const pageOf = (...events: readonly EventBody[]): string => reportPage(viewOf(record(events)));
const titlesIn = (page: string): string[] =>
  [...page.matchAll(/<h2[^>]*>(.*?)<\/h2>/g)].map(([, title = '']) => title.replace('&#39;', "'"));

describe('the page of a run', () => {
  test('has everything that was measured', () => {
    const page = pageOf(...downtime);
    for (const part of [
      'Done and verified (exit 0)',
      '847,080 rows in 1 table copied and compared',
      '/srv/tothemoon/dev.db',
      'app@db.example:5432/moon',
      'ab'.repeat(32),
      '28.1 s',
      '12 ms',
      '2,342 x',
      '1 m 5 s',
      '872 ms',
      'no dump will be made',
      'leave out --no-dump',
      'the source is on a network disk',
      'btree (token_id, created_at DESC)',
      '4,782',
      '12'.repeat(32),
      '34'.repeat(32),
      'Debian GNU/Linux 12 (bookworm), Linux 6.1.0 x64',
      'Europe/Vienna',
      '15.8',
    ])
      expect(page).toContain(part);
    expect(titlesIn(page)).toEqual(SECTIONS);
  });

  test('that differs begins with what to do and what was found, tables that differ first', () => {
    const page = pageOf(...different);
    expect(titlesIn(page).slice(0, 2)).toEqual(['What to do', 'Findings']);
    expect(page).toContain('Failed (exit 6)');
    expect(page).toContain('cd'.repeat(32));
    expect(page.indexOf('>token_scores</th>')).toBeLessThan(page.indexOf('>tokens</th>'));
    expect(page).toMatch(/DIFFERENT<\/span><br>2 rows differ/);
  });

  test('draws what a query took before and after to one scale', () => {
    const widths = [...pageOf(...successful).matchAll(/class="(before|after)" width="([\d.]+)%"/g)];
    expect(widths.map(([, kind, width]) => [kind, Number(width)])).toEqual([
      ['before', 100],
      // 12 ms of 28 s: drawn as wide as it takes to be seen.
      ['after', 0.5],
      ['before', 50],
      ['after', 100],
    ]);
  });

  test.each([
    ['nothing', [], 'A run that has not begun'],
    ['a start', successful.slice(0, 1), 'Running'],
    ['half a copy', successful.slice(0, 15), 'Running'],
    ['a question', [...successful.slice(0, 1), ...rest.slice(1, 2)], 'It asks: Start?'],
    ['a resumed run taken back', [...successful, ...rest], 'Taken back'],
    ['a switch-over taken back', rolledBack, 'Taken back'],
    ['a downtime that goes on', downtime.slice(0, -3), 'not over'],
  ])('of %s is whole', (_, events, expected) => {
    const page = events.length === 0 ? reportPage(EMPTY_VIEW) : pageOf(...events);
    expect(page).toContain(expected);
    expect(page).not.toMatch(/undefined|NaN|Infinity|\[object|Invalid Date/);
    expect(unclosed(page)).toEqual([]);
  });

  test('of a dry run says that nothing has been written, and shows what was planned', () => {
    const page = pageOf(
      { ...startOf(successful), dryRun: true },
      { type: 'table.planned', step: 'preflight', table: 'tokens', rows: 2391, bytes: 5000 },
      {
        type: 'run.completed',
        exitCode: 0,
        message: 'dry run: this is what would be done; nothing has been written',
        totals: { tables: 0, rows: 0, bytes: 0, quarantined: 0 },
        elapsedMs: 1,
      },
    );
    expect(page).toContain('Dry run: nothing has been written');
    expect(page).not.toContain('Done and verified');
    expect(page).toContain('planned</span><br>not compared');
    expect(page).toContain('no table has been compared');
  });

  test('of rows set aside is not called done and verified', () => {
    const [last] = successful.slice(-1);
    if (last?.type !== 'run.completed') throw new Error('the recording does not end with its completion');
    const page = pageOf(...successful.slice(0, -1), { ...last, exitCode: 6 });
    expect(page).toContain('Done, but not all of it (exit 6)');
    expect(page).not.toContain('Done and verified');
  });

  test('of 200 tables has each of them, in less than half a megabyte', () => {
    const page = pageOf(...manyTables(200));
    expect([...page.matchAll(/<th scope="row" class="name">table_\d+_x+</g)]).toHaveLength(200);
    expect(page.length).toBeLessThan(500_000);
    expect(unclosed(page)).toEqual([]);
  });
});

describe('nothing of a run is taken for HTML', () => {
  const page = pageOf(...hostile);

  test('every text is there, as text', () => {
    const escaped = NAME_THAT_STEERS.replaceAll('&', '&#38;')
      .replaceAll('<', '&#60;')
      .replaceAll('>', '&#62;')
      .replaceAll('"', '&#34;')
      .replaceAll("'", '&#39;')
      .replaceAll('`', '&#96;');
    // Source, target, plan, table, index, query, step, finding, example, notice, file, environment and what to do.
    expect(page.split(escaped).length - 1).toBeGreaterThan(20);
    expect(page).not.toContain(NAME_THAT_STEERS);
    expect(page).not.toContain('<img');
    expect(page).not.toContain('<script');
    expect(unclosed(page)).toEqual([]);
  });

  test('control characters and those that turn the line around are shown as what they are', () => {
    expect(page).toContain('\\u{1b}[2J');
    expect(page).toContain('\\u{202e}');
    expect(page).toContain('\\u{0}');
    expect(page).not.toMatch(/[^\n\x20-\x7e]/);
  });

  test('other letters arrive as they were, in a page of ASCII', () => {
    expect(page).toContain('&#26376;&#128640;');
  });
});

describe('nothing can be fetched or run', () => {
  const page = pageOf(...successful);

  test('there is no script, no address and nothing to fetch', () => {
    expect(page).not.toMatch(/<(?:script|link|img|iframe|object|embed|base|form|video|audio|use)\b/);
    expect(page).not.toMatch(/\s(?:src|srcset|style|on\w+)=/);
    expect(page).not.toMatch(/url\(|@import|@font-face|https?:|javascript:|data:/);
    for (const [, target = ''] of page.matchAll(/href="([^"]*)"/g)) {
      expect(target).toMatch(/^#/);
      expect(page).toContain(`id="${target.slice(1)}"`);
    }
  });

  test('its policy forbids everything but the one style sheet, which it names by its sum', () => {
    const style = /<style>([^]*?)<\/style>/.exec(page)?.[1] ?? '';
    const sum = createHash('sha256').update(style).digest('base64');
    expect(page).toContain(
      `content="default-src 'none'; style-src 'sha256-${sum}'; base-uri 'none'; form-action 'none'"`,
    );
    expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.indexOf('<style>'));
  });
});

test('who hears the page is told its language, its headings in order, and what each cell belongs to', () => {
  const page = pageOf(...downtime);
  expect(page).toMatch(/^<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">/);
  expect(page).toContain('<title>Migration report 20260131-020000-3f9a</title>');
  expect(page.match(/<h1/g)).toHaveLength(1);
  for (const [table] of page.matchAll(/<table[^]*?<\/table>/g)) {
    expect(table).toMatch(/^<table aria-label="[^"]+">/);
    const columns = table.match(/<th scope="col"/g)?.length;
    for (const [row] of table.matchAll(/<tr><th scope="row"[^]*?<\/tr>/g))
      expect(row.match(/<td|<th/g)).toHaveLength(columns ?? 0);
  }
  for (const [svg] of page.matchAll(/<svg[^>]*>/g)) expect(svg).toContain('aria-hidden="true"');
});

/** The first event of a recording, which begins the run. */
function startOf(events: readonly EventBody[]): Extract<EventBody, { type: 'run.started' }> {
  const [first] = events;
  if (first?.type !== 'run.started') throw new Error('the recording does not begin with its start');
  return first;
}

/** Elements that are not closed, or closed without being open, in the order of the page. */
function unclosed(page: string): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, end, name = '', alone] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*?(\/?)>/g)) {
    if (['meta', 'br'].includes(name) || alone === '/') continue;
    if (end === '') open.push(name);
    else if (open.pop() !== name) wrong.push(name);
  }
  return [...wrong, ...open];
}
