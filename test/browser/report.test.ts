// The report as a person sees it: in a real browser, on screens from a telephone's to a desk's, dark, printed, and with names that
// want to be more than names.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { showValue } from '../../src/codec/problem.js';
import type { EventBody } from '../../src/events.js';
import { showCount, showDuration, showSize } from '../../src/output/format.js';
import { reportPage } from '../../src/output/html/page.js';
import { openChromium } from '../support/chromium.js';
import { NAME_THAT_STEERS, downtime, hostile, manyTables, rolledBack } from '../output/odd-runs.js';
import { different, record, viewOf } from '../output/recorded-run.js';
import { SECTIONS } from '../output/report-sections.js';
import { lowContrasts, sticksOut } from './looks.js';
import { cellsOf, open } from './opened.js';

/** Between the margins of A4 (14 mm), at 96 dots an inch. */
const A4_WIDTH = Math.floor(((210 - 28) / 25.4) * 96);

let browser: Browser;
let folder: string;
beforeAll(async () => {
  browser = await openChromium();
  folder = mkdtempSync(join(tmpdir(), 'ttm-browser-'));
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));

const view = viewOf(record(downtime));
const openRun = (events: readonly EventBody[], width: number, colorScheme: 'light' | 'dark' = 'light') =>
  open(browser, join(folder, 'report.html'), reportPage(viewOf(record(events))), { width, colorScheme });

async function headings(page: Page): Promise<string[]> {
  const shown = page.getByRole('heading', { level: 2 }).filter({ visible: true });
  return shown.allInnerTexts();
}

const RUNS: readonly (readonly [name: string, events: readonly EventBody[]])[] = [
  ['a switch-over', downtime],
  ['a failure', different],
  ['a run taken back', rolledBack],
  ['hostile names', hostile],
  ['40 tables with names of 118 characters', manyTables(40)],
];
const WIDTHS = [360, 800, 1400];

describe.each(RUNS)('the page of %s', (_, events) => {
  test.each(WIDTHS)(
    'fits a screen of %i pixels, asks for nothing and complains of nothing',
    async (width) => {
      const { page, troubles } = await openRun(events, width, width === 800 ? 'dark' : 'light');
      const wanted = [...reportPage(viewOf(record(events))).matchAll(/<h2/g)].length;
      expect(await headings(page)).toHaveLength(wanted);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      expect(await sticksOut(page, width)).toEqual([]);
      expect(troubles).toEqual([]);
    },
  );

  test('is cut nowhere on paper', async () => {
    const { page } = await openRun(events, A4_WIDTH);
    await page.emulateMedia({ media: 'print' });
    expect(await sticksOut(page, A4_WIDTH)).toEqual([]);
  });
});

test('every section is there at every width, and its own style sheet is let in', async () => {
  for (const width of WIDTHS) {
    const { page } = await openRun(downtime, width);
    expect(await headings(page)).toEqual(SECTIONS);
    expect(await page.title()).toBe(`Migration report ${view.run}`);
    expect(await page.evaluate(() => getComputedStyle(document.body).fontFamily)).toContain('system-ui');
  }
});

test('what stands in the tables is what the view says', async () => {
  const { page } = await openRun(downtime, 1400);
  expect(await cellsOf(page, 'Tables')).toEqual(
    view.tables.map(({ name, sourceRows, targetRows, bytes, sourceDigest }) => [
      name,
      showCount(sourceRows),
      showCount(targetRows),
      showSize(bytes),
      'equal',
      sourceDigest,
    ]),
  );
  expect(await cellsOf(page, "The application's queries")).toMatchObject(
    view.queries.map(({ query, sourceMs, targetMs, index }) => ({
      0: query,
      1: `before ${showDuration(sourceMs)} after ${showDuration(targetMs)}`,
      4: index ?? '',
    })),
  );
  expect(await cellsOf(page, 'Indexes')).toEqual(
    view.indexes.map(({ index, table, definition, bytes, scans }) => [
      index,
      table,
      definition,
      showSize(bytes),
      showCount(scans),
    ]),
  );
  expect((await cellsOf(page, 'Backup and dump')).map(([, size, sum, file]) => [size, sum, file])).toEqual(
    view.files.map(({ bytes, sha256, file }) => [showSize(bytes), sha256, file]),
  );
  const steps = await cellsOf(page, 'Steps and their times');
  expect(steps.map(([name, state, time]) => [name, state, time])).toEqual([
    ...view.steps.map(({ name, state, elapsedMs }) => [
      name,
      state,
      state === 'left' ? '' : showDuration(elapsedMs),
    ]),
    ['all', '', showDuration(view.steps.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0))],
  ]);
  const facts = await page.locator('#environment dd').allInnerTexts();
  expect(facts).toEqual([
    '0.1.0',
    '20.20.2',
    '3.53.2',
    '15.8',
    view.environment?.system,
    '2',
    '4 GB',
    'Europe/Vienna',
  ]);
});

test('the bars of a query are as long as its times', async () => {
  const { page } = await openRun(downtime, 1400);
  const bars = page.locator('#queries .bar rect');
  const widths = await bars.evaluateAll((found) => found.map((bar) => bar.getBoundingClientRect().width));
  const [before = 0, after = 0, before2 = 0, after2 = 0] = widths;
  expect(before).toBeGreaterThan(100);
  expect(after).toBeGreaterThanOrEqual(1);
  expect(after).toBeLessThan(before / 100);
  expect(before2 / after2).toBeCloseTo(0.5, 1);
});

test.each(['light', 'dark'] as const)('all text can be read in %s', async (scheme) => {
  for (const [, events] of RUNS.slice(0, 2)) {
    const { page } = await openRun(events, 1400, scheme);
    expect(await lowContrasts(page)).toEqual([]);
  }
  const { page } = await openRun(downtime, 1400, scheme);
  const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(paper).toBe(scheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(20, 24, 29)');
});

test('without any colour each verdict is still a word, and each bar has its number', async () => {
  const { page } = await openRun(different, 1400);
  expect(await page.locator('.badge').allInnerTexts()).toEqual(
    expect.arrayContaining(['error', 'DIFFERENT', 'equal', 'failed', 'left']),
  );
  expect((await cellsOf(page, 'Tables')).map(([name, , , , verdict]) => [name, verdict])).toEqual([
    ['token_scores', 'DIFFERENT 2 rows differ'],
    ['tokens', 'equal 1 quarantined'],
  ]);
  const { page: other } = await openRun(downtime, 1400);
  await other.emulateMedia({ forcedColors: 'active' });
  for (const fill of await other
    .locator('.bar rect')
    .evaluateAll((found) => found.map((bar) => getComputedStyle(bar).fill)))
    expect(fill).toBe('rgb(0, 0, 0)');
});

test('on paper all sections are there, on A4, in black on white even from a dark screen', async () => {
  const { page, troubles } = await openRun(downtime, 1400, 'dark');
  const pdf = (await page.pdf({ preferCSSPageSize: true, outline: true, tagged: true })).toString('latin1');
  const titles = [...pdf.matchAll(/\/Title \(((?:[^()\\]|\\.)*)\)/g)].map(([, title]) => title);
  expect(titles).toEqual(expect.arrayContaining(SECTIONS));
  expect(pdf).toMatch(/\/MediaBox \[0 0 59[45][.\d]* 84[12][.\d]*\]/);
  expect(pdf.match(/\/Type \/Page\b/g)?.length).toBeGreaterThan(1);
  expect(troubles).toEqual([]);
  await page.emulateMedia({ media: 'print' });
  const looks = await page.evaluate(() => ({
    paper: getComputedStyle(document.body).backgroundColor,
    ink: getComputedStyle(document.body).color,
    head: getComputedStyle(document.querySelector('thead') ?? document.body).display,
    row: getComputedStyle(document.querySelector('tbody tr') ?? document.body).breakInside,
  }));
  expect(looks).toEqual({
    paper: 'rgb(255, 255, 255)',
    ink: 'rgb(27, 31, 36)',
    // The head of a table comes again on each of its pages, and no row is cut in two.
    head: 'table-header-group',
    row: 'avoid',
  });
  await expect(page.getByRole('navigation').isVisible()).resolves.toBe(false);
});

test('names that want to be HTML do nothing, and are shown as they are', async () => {
  const { page, troubles } = await openRun(hostile, 800);
  const made = await page.evaluate(
    () => document.querySelectorAll('script, img, style ~ style, main b:not(.pair b)').length,
  );
  expect(made).toBe(0);
  expect(await page.locator('#run dd').nth(2).innerText()).toBe(showValue(NAME_THAT_STEERS, 2000));
  const notices = await page.locator('#notices li').allInnerTexts();
  expect(notices.slice(-2)).toEqual(['a\\u{1b}[2Jb\\u{202e}c\\u{0}d\\r\\ne', '月🚀']);
  expect(troubles).toEqual([]);
});

test('should something slip through all the same, nothing would run and nothing would be asked for', async () => {
  const asked: (string | undefined)[] = [];
  const server = createServer(({ url }, response) => {
    asked.push(url);
    response.end();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const bait = `<script>document.title = 'run'</script><img src="http://127.0.0.1:${port ?? 0}/x.png">`;
  const html = reportPage(view).replace('<main>', `<main>${bait}`);
  const titleOf = async (text: string): Promise<string> => {
    const page = await browser.newPage();
    writeFileSync(join(folder, 'bait.html'), text);
    await page.goto(`file://${join(folder, 'bait.html')}`);
    return page.title();
  };
  try {
    expect(await titleOf(html)).toBe(`Migration report ${view.run}`);
    expect(asked).toEqual([]);
    // The bait is one: without the policy it runs and asks.
    expect(await titleOf(html.replace(/<meta http-equiv[^>]*>/, ''))).toBe('run');
    expect(asked).toEqual(['/x.png']);
  } finally {
    server.close();
  }
});

test('the list of contents leads to each section by the keyboard', async () => {
  const { page } = await openRun(downtime, 800);
  for (const title of SECTIONS) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => document.activeElement?.textContent);
    expect(focused).toBe(title);
  }
  await page.keyboard.press('Enter');
  expect(new URL(page.url()).hash).toBe('#environment');
});
