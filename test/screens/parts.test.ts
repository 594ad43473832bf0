// The small parts of the screens, each by itself.
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import {
  type Line,
  cutText,
  endOf,
  fitLine,
  line,
  spread,
  table,
  widthOf,
  wrap,
} from '../../components/lines.js';
import { inAscii } from '../../components/ascii.js';
import { railLine } from '../../components/rail.js';
import { ratesOf, takeSample } from '../../components/samples.js';
import { bar, graph } from '../../components/theme.js';
import type { StepView } from '../../src/view.js';
import { cutoverLines } from '../../components/screens/cutover.js';
import type { EventBody } from '../../src/events.js';
import { record, viewOf } from '../output/recorded-run.js';
import { done } from './histories.js';
import { copyingRun, emptyRun } from './runs.js';

function textOf(pieces: Line): string {
  return pieces.map(({ text }) => text).join('');
}

function stepOf(name: StepView['name'], state: StepView['state']): StepView {
  return {
    name,
    state,
    title: name,
    summary: '',
    elapsedMs: 0,
    startedAt: '',
    progress: undefined,
    firstProgress: undefined,
  };
}

const names = ['preflight', 'backup', 'schema', 'copy', 'constrain', 'verify', 'dump', 'cutover'] as const;
const steps = [stepOf('preflight', 'done'), stepOf('backup', 'running'), stepOf('schema', 'left')];

describe('a bar', () => {
  test('is full only when all is done', () => {
    expect(textOf(bar(999, 1000, 10))).toBe('█████████░');
    expect(textOf(bar(1000, 1000, 10))).toBe('██████████');
  });

  test('keeps its width when there is nothing to do or too much was done', () => {
    expect(textOf(bar(0, 0, 4))).toBe('████');
    expect(textOf(bar(9, 3, 4))).toBe('████');
  });
});

describe('the rail of steps', () => {
  test('names what is done, what runs and what is left', () => {
    expect(textOf(railLine(steps, 80, 0))).toBe('✓ preflight - backup · schema');
  });

  test('is one place in a row of places when there is little room', () => {
    expect(textOf(railLine(steps, 40, 0))).toContain('2/3 Backup');
  });

  test('shows what has been taken back, and with the tables gone none of the steps on them as done', () => {
    const names = ['preflight', 'schema', 'copy', 'cutover'] as const;
    const rail = (back: readonly string[], columns: number): string =>
      textOf(
        railLine(
          names.map((name) =>
            back.includes(name) ? { ...stepOf(name, 'left'), summary: 'gone' } : stepOf(name, 'done'),
          ),
          columns,
          0,
        ),
      );
    expect(rail(['cutover'], 80)).toBe('✓ preflight ✓ schema ✓ copy ← cutover');
    expect(rail(['cutover', 'schema'], 80)).toBe('✓ preflight ← schema · copy ← cutover');
    expect(rail(['schema'], 80)).toBe('✓ preflight ← schema · copy · cutover');
    expect(rail(['cutover'], 40)).toBe('← 4/4 Cutover');
    expect(rail(['cutover', 'schema'], 40)).toBe('← 2/4 Schema');
  });

  test('counts nothing among the others that has been taken back', () => {
    const back = names.map((name) =>
      name === 'schema' || name === 'cutover'
        ? { ...stepOf(name, 'left'), summary: 'gone' }
        : stepOf(name, 'done'),
    );
    expect(textOf(railLine(back, 60, 0))).toBe('✓ 2 done ← schema · copy · constrain · 2 left ← cutover');
  });

  test('all eight steps fit 80 columns', () => {
    expect(
      textOf(
        railLine(
          names.map((name) => stepOf(name, 'left')),
          80,
          0,
        ),
      ),
    ).toMatch(/preflight .* cutover$/);
  });
});

describe('text', () => {
  test('is cut by its width on the terminal, with an ellipsis', () => {
    expect(cutText('月球表面', 5)).toBe('月球…');
    expect(cutText('abc', 3)).toBe('abc');
    expect(cutText('abc', 0)).toBe('');
    expect([endOf('月球表面', 5), endOf('abc', 3), endOf('a\u001b', 6)]).toEqual([
      '表面',
      'abc',
      String.raw`\u{1b}`,
    ]);
  });

  test('of data cannot steer the terminal', () => {
    expect(textOf(fitLine(line('a\u001b[2Jb\r\n'), 80))).toBe('a\\u{1b}[2Jb\\r\\n');
  });

  test('breaks no line between the sign of a change and what has changed', () => {
    const lines = wrap('env file .env: - DATABASE_URL=sqlite + DATABASE_URL=postgresql', 30);
    expect(lines.map(textOf)).toEqual([
      'env file .env:',
      '- DATABASE_URL=sqlite',
      '+ DATABASE_URL=postgresql',
    ]);
  });

  test('keeps its end when a word is longer than a line', () => {
    const lines = wrap('/srv/a-very-long-path/that-must-be-typed', 20, {}, '> ');
    expect(lines.map(textOf).join('').replaceAll(' ', '')).toBe('>/srv/a-very-long-path/that-must-be-typed');
    for (const own of lines) expect(widthOf(own)).toBeLessThanOrEqual(20);
  });

  test('at both ends of a line leaves the right one whole', () => {
    const both = textOf(spread(line('x'.repeat(100)), { text: '13 s' }, 40));
    expect(both).toHaveLength(40);
    expect(both).toMatch(/… 13 s$/);
  });
});

test('the clock of a second attempt does not begin with the downtime of the first', () => {
  const attempt: EventBody = { type: 'step.started', step: 'cutover', title: 'Switch the application over' };
  const clock = (...events: EventBody[]): string =>
    cutoverLines(viewOf(record(events)), 80, 0)
      .map(textOf)
      .join('');
  expect(clock(...done)).toContain('1.1 s, over');
  expect(clock(...done, attempt)).toContain('none so far');
});

test('a table is as wide as it may be: its name gives way, then its last columns go', () => {
  const columns = [{ title: 'table', isFlexible: true }, { title: 'rows' }, { title: 'digest' }];
  const rows = [[{ text: 'n'.repeat(40) }, { text: '1,234' }, { text: 'abcdef' }]];
  for (const width of [80, 40, 30, 20]) {
    for (const own of table(columns, rows, width)) expect(widthOf(own)).toBeLessThanOrEqual(width);
  }
  expect(table(columns, rows, 80).map(textOf).join()).toContain('digest');
  expect(table(columns, rows, 20).map(textOf).join()).not.toContain('digest');
});

test('in ASCII every text is exactly as wide', () => {
  for (const text of ['✓ █░… ▁▂▃▄▅▆▇█ ·›↑↓', '月球 é 👩‍🚀', 'plain']) {
    const ascii = inAscii(text);
    expect(ascii).toMatch(/^[ -~]*$/);
    expect(stringWidth(ascii)).toBe(stringWidth(text));
  }
  expect(inAscii('✓ 50 █░')).toBe('+ 50 #-');
});

describe('the graph of the copy', () => {
  test('has a sample a second, and a rate between two of them', () => {
    const start = takeSample([], copyingRun, 10_000);
    expect(takeSample(start, copyingRun, 10_500)).toHaveLength(1);
    const more = takeSample([{ atMs: 8000, rows: 0 }], copyingRun, 10_000);
    expect(ratesOf(more, 10)).toEqual([(1 + 2391 + 432_000) / 2]);
  });

  test('is about the copy alone', () => {
    expect(takeSample([], emptyRun, 10_000)).toEqual([]);
  });

  test('begins anew with another run', () => {
    expect(takeSample([{ atMs: 0, rows: 999_999_999 }], copyingRun, 10_000)).toHaveLength(1);
  });

  test('draws the highest rate full and none empty', () => {
    expect(graph([0, 50, 100])).toBe('▁▄█');
    expect(graph([0])).toBe('▁');
  });
});
