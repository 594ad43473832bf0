// The screen on a terminal: how often it draws, what it leaves behind, and that it gives the terminal back.
import { Console } from 'node:console';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { EventBody } from '../../src/events.js';
import type { Page } from '../../src/pages.js';
import { reduce } from '../../src/reduce.js';
import { EMPTY_VIEW, type RunView } from '../../src/view.js';
import { record } from '../output/recorded-run.js';
import { USUAL, fakeTerminal } from './frame.js';
import { copyingRun, started } from './runs.js';

// Vitest's console has no Console, which Ink asks for to keep stray lines out of the frame.
Object.assign(console, { Console });
const { mountLive } = await import('../../components/mount.js');

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const ERASE_LINE = '\u001b[2K';
const CLEAR_SCROLLBACK = '\u001b[3J';
const [begun, event] = record([started, { type: 'notice', message: 'something happens' }]);
/** The same run at its end. */
const finishedRun: RunView = {
  ...copyingRun,
  outcome: 'completed',
  steps: copyingRun.steps.map((step) =>
    step.state === 'done'
      ? step
      : { ...step, state: 'done', summary: `${step.name} of 380 MB`, elapsedMs: 65_000 },
  ),
};
const failed = record([
  started,
  { type: 'step.started', step: 'preflight', title: 'Check' },
  {
    type: 'step.finding',
    step: 'preflight',
    finding: { severity: 'error', code: 'disk', message: 'the disk is full', remedies: [] },
  },
  { type: 'step.failed', step: 'preflight', code: 'DISK', message: '1 problem', elapsedMs: 5 },
  { type: 'run.failed', exitCode: 3, code: 'DISK', message: '1 problem', remedies: [], elapsedMs: 5 },
]);
const now = (): number => Date.parse(copyingRun.lastAt) + performance.now();

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function mounted() {
  const terminal = fakeTerminal(USUAL);
  const acts: string[] = [];
  const screen = mountLive({ stdout: terminal.stdout, now, act: (kind) => acts.push(kind) });
  let isBegun = false;
  const show = (view: RunView): void => {
    const next = isBegun ? event : begun;
    isBegun = true;
    if (next !== undefined) screen.sink(next, view);
  };
  return {
    ...terminal,
    acts,
    screen,
    show,
    framesOf: () => terminal.written.filter((text) => text.includes('To The Moon')),
  };
}

test('a thousand events in a second become at most twelve frames, the last of them with the last event', async () => {
  const { screen, show, framesOf } = mounted();
  let view = copyingRun;
  for (let done = 0; done < 1000; done++) {
    for (const progress of record([
      {
        type: 'step.progress',
        step: 'copy',
        doing: 'rows',
        table: 'token_scores',
        done: 500_000 + done,
        total: 847_080,
        unit: 'rows',
        elapsedMs: 20_000 + done,
      },
    ]))
      view = reduce(view, progress);
    show(view);
    await vi.advanceTimersByTimeAsync(1);
  }
  expect(framesOf().length).toBeGreaterThan(2);
  expect(framesOf().length).toBeLessThanOrEqual(12);
  await vi.advanceTimersByTimeAsync(250);
  expect(framesOf().at(-1)).toContain('500,999 of 847,080 rows');
  screen.unmount();
});

test('unmounting leaves the finished steps, no frame, and a cursor', async () => {
  const { screen, show, written } = mounted();
  show(copyingRun);
  await vi.advanceTimersByTimeAsync(250);
  expect(written.join('')).toContain(HIDE_CURSOR);
  show(finishedRun);
  screen.unmount();
  const all = written.join('');
  expect(all.slice(all.lastIndexOf('To The Moon'))).toMatch(/✓ dump +dump of 380 MB/);
  expect(all.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(all.lastIndexOf(HIDE_CURSOR));
  expect(all.match(/✓ preflight {2}\d/g)).toHaveLength(1);
});

test('after unmounting nothing is drawn and no timer is left', async () => {
  const { screen, show, written, stream } = mounted();
  show(copyingRun);
  await vi.advanceTimersByTimeAsync(500);
  screen.unmount();
  const { length } = written;
  screen.unmount();
  screen.say('too late');
  show(finishedRun);
  stream.emit('resize');
  await vi.advanceTimersByTimeAsync(1000);
  expect(written.slice(length).join('')).toBe('');
  expect(vi.getTimerCount()).toBe(0);
  expect(stream.listenerCount('resize')).toBe(0);
});

test('a line from elsewhere appears above the frame, once', async () => {
  const { screen, show, written } = mounted();
  show(copyingRun);
  await vi.advanceTimersByTimeAsync(250);
  screen.say('Stopping after this chunk');
  await vi.advanceTimersByTimeAsync(1000);
  expect(written.join('').match(/! notice {5}Stopping after this chunk/g)).toHaveLength(1);
  screen.unmount();
});

test('a suspended screen leaves the finished steps, no frame and a cursor, and draws nothing', async () => {
  const { screen, show, written, stream } = mounted();
  show(copyingRun);
  await vi.advanceTimersByTimeAsync(250);
  screen.pause();
  const all = written.join('');
  expect(all.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(all.lastIndexOf(HIDE_CURSOR));
  expect(all.lastIndexOf(ERASE_LINE)).toBeGreaterThan(all.lastIndexOf('To The Moon'));
  const { length } = written;
  screen.pause();
  screen.say('while it is paused');
  stream.emit('resize');
  await vi.advanceTimersByTimeAsync(1000);
  expect(written.slice(length).join('')).toBe('');
  screen.unmount();
});

test('a resumed screen draws its frame again, prints what came up meanwhile, and nothing for a second time', async () => {
  const { screen, show, written, framesOf } = mounted();
  show(copyingRun);
  screen.say('said earlier');
  await vi.advanceTimersByTimeAsync(250);
  for (let round = 0; round < 2; round++) {
    screen.pause();
    screen.say(`meanwhile ${round}`);
    screen.resume();
    const frames = framesOf().length;
    await vi.advanceTimersByTimeAsync(500);
    expect(framesOf().length).toBeGreaterThan(frames);
  }
  show(finishedRun);
  screen.unmount();
  const all = written.join('');
  for (const line of [
    /✓ preflight {2}\d/g,
    /✓ backup {5}/g,
    /✓ dump {7}/g,
    /said earlier/g,
    /meanwhile 0/g,
    /meanwhile 1/g,
  ])
    expect(all.match(line), String(line)).toHaveLength(1);
});

test('a run that ends while it is suspended still leaves its steps, and no frame', async () => {
  const { screen, show, written } = mounted();
  show(copyingRun);
  await vi.advanceTimersByTimeAsync(250);
  screen.pause();
  const { length } = written;
  show(finishedRun);
  screen.unmount();
  screen.resume();
  await vi.advanceTimersByTimeAsync(500);
  const after = written.slice(length).join('');
  expect(after).toMatch(/✓ dump +dump of 380 MB/);
  expect(after).not.toMatch(/✓ preflight|To The Moon/);
  expect(vi.getTimerCount()).toBe(0);
});

test('a smaller window gets a smaller frame at once, and the scrollback stays', async () => {
  const { screen, show, written, stream, framesOf } = mounted();
  show(copyingRun);
  await vi.advanceTimersByTimeAsync(250);
  stream.columns = 50;
  stream.emit('resize');
  await vi.advanceTimersByTimeAsync(125);
  expect(framesOf().at(-1)).toContain('4/7 Copy');
  stream.rows = 11;
  stream.emit('resize');
  await vi.advanceTimersByTimeAsync(125);
  expect(written.join('')).not.toContain(CLEAR_SCROLLBACK);
  screen.unmount();
});

test('a run that is over before the first frame still leaves its steps', () => {
  const { screen, show, written } = mounted();
  show(finishedRun);
  screen.unmount();
  expect(written.join('')).toMatch(/✓ dump +dump of 380 MB/);
});

describe('a question', () => {
  const page: Page = {
    kind: 'question',
    name: 'start',
    message: 'Start?',
    choices: [
      { id: 'yes', label: 'Start' },
      { id: 'no', label: 'Not now' },
    ],
  };
  const never = new AbortController().signal;

  test('is drawn at once and answered by a key, and the work is shown again', async () => {
    const { screen, show, written, framesOf } = mounted();
    show(copyingRun);
    const asked = screen.ask(page, never);
    expect(screen.isAsking()).toBe(true);
    await vi.advanceTimersByTimeAsync(250);
    expect(framesOf().at(-1)).toContain('› Start');
    screen.press({ name: 'down', text: '' });
    await vi.advanceTimersByTimeAsync(250);
    expect(framesOf().at(-1)).toContain('› Not now');
    screen.press({ name: 'enter', text: '' });
    expect(await asked).toEqual({ id: 'no', text: '' });
    await vi.advanceTimersByTimeAsync(250);
    expect(framesOf().at(-1)).toContain('Copy the rows');
    screen.unmount();
    expect(written.length).toBeGreaterThan(0);
  });

  test('that a small window does not show is not answered, but can be left', async () => {
    const { screen, show, acts, stream } = mounted();
    show(copyingRun);
    const asked = screen.ask(page, never);
    Object.assign(stream, { columns: 39 });
    screen.press({ name: 'enter', text: '' });
    screen.press({ name: 'interrupt', text: '' });
    expect([screen.isAsking(), acts]).toEqual([true, ['interrupt']]);
    Object.assign(stream, { columns: USUAL.columns });
    screen.press({ name: 'enter', text: '' });
    expect(await asked).toEqual({ id: 'yes', text: '' });
    screen.unmount();
  });

  test('is taken back by a signal, with its reason', async () => {
    const { screen, show } = mounted();
    show(copyingRun);
    const gone = new AbortController();
    const asked = screen.ask(page, gone.signal);
    const reason = new Error('the terminal is gone');
    gone.abort(reason);
    await expect(asked).rejects.toBe(reason);
    expect(screen.isAsking()).toBe(false);
    screen.unmount();
  });

  test('is not asked when nobody is left', async () => {
    const { screen, show } = mounted();
    show(copyingRun);
    screen.unmount();
    await expect(screen.ask(page, never)).rejects.toThrow('nobody is asked any more');
  });
});

test('keys that are no answer are handed on, and none once it is over', () => {
  const { screen, show, acts } = mounted();
  show(copyingRun);
  screen.press({ name: 'text', text: 'r' });
  screen.press({ name: 'interrupt', text: '' });
  screen.press({ name: 'suspend', text: '' });
  screen.unmount();
  screen.press({ name: 'interrupt', text: '' });
  expect(acts).toEqual(['roll-back', 'interrupt', 'suspend']);
});

test('of an earlier run that is dropped for a new one only that shows, not its steps again', async () => {
  const { screen, written } = mounted();
  const [taken] = record([
    { type: 'step.undone', step: 'schema', summary: 'tables of this run are dropped' },
  ]);
  if (taken !== undefined) screen.sink(taken, copyingRun);
  await vi.advanceTimersByTimeAsync(250);
  screen.unmount();
  expect(written.join('')).toContain('✓ schema     taken back: tables of this run are dropped');
  expect(written.join('')).not.toContain('✓ preflight  1');
});

test('a run that is only taken back does not tell its steps again', async () => {
  const { screen, written } = mounted();
  const view: RunView = { ...copyingRun, doing: 'take-back' };
  const [resumed] = record([
    { ...started, type: 'run.resumed', done: [], message: 'is taken back', doing: 'take-back' } as EventBody,
  ]);
  if (resumed !== undefined) screen.sink(resumed, view);
  await vi.advanceTimersByTimeAsync(250);
  expect(written.join('')).toContain('Taking the run back');
  expect(written.join('')).not.toContain('✓ preflight  1');
  screen.unmount();
});

test('what a failed check has found stands in its page while that shows, and above it from then on, never twice', async () => {
  const { screen, written } = mounted();
  let view = EMPTY_VIEW;
  const page: Page = { kind: 'ended', choices: [{ id: 'again', label: 'Check again' }] };
  for (const one of failed) screen.sink(one, (view = reduce(view, one)));
  const asked = screen.ask(page, new AbortController().signal);
  await vi.advanceTimersByTimeAsync(250);
  const shown = written.join('');
  expect(shown).toContain('✗ FAIL the disk is full');
  expect(shown).not.toContain('ERROR    the disk is full');
  screen.press({ name: 'enter', text: '' });
  expect((await asked).id).toBe('again');
  written.length = 0;
  const [again] = failed;
  if (again !== undefined) screen.sink(again, reduce(view, again));
  await vi.advanceTimersByTimeAsync(250);
  expect(written.join('').match(/ERROR {4}the disk is full/g)).toHaveLength(1);
  expect(written.join('')).toContain('✗ preflight  FAILED: 1 problem');
  screen.unmount();
});

test('where no keys can be read, none is named', async () => {
  const { written, stdout } = fakeTerminal(USUAL);
  const screen = mountLive({ stdout, now, hasKeys: false, act: () => undefined });
  if (begun !== undefined) screen.sink(begun, copyingRun);
  await vi.advanceTimersByTimeAsync(250);
  screen.unmount();
  expect(written.join('')).toContain('Ctrl-C stops at a safe point; --resume goes on from there');
  expect(written.join('')).not.toContain('l log');
});
