// Where a run that is followed on the screen waits for the person, and what its events tell of that.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EventBody } from '../../src/events.js';
import { type Asking, pauseBefore, pauseBeforeDrop, tellWhenAlone, tellingIo } from '../../src/run/pauses.js';
import { EMPTY_VIEW } from '../../src/view.js';
import { copyingRun } from '../screens/runs.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ttm-pauses-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Answers `isYes` to everything and remembers what it was asked. */
function asking(isYes: boolean, pauses = true): { io: Asking; asked: string[] } {
  const asked: string[] = [];
  const ask = (_: string, name = ''): Promise<boolean> => {
    asked.push(name);
    return Promise.resolve(isYes);
  };
  return { io: { ask, pauses }, asked };
}

function phase(name: string, more: object = {}): void {
  writeFileSync(join(folder, 'cutover.json'), JSON.stringify({ v: 1, phase: name, ...more }));
}

test('it waits before the backup and before the switch-over, and nowhere else', async () => {
  const { io, asked } = asking(true);
  for (const step of [
    'preflight',
    'backup',
    'schema',
    'copy',
    'constrain',
    'verify',
    'dump',
    'cutover',
  ] as const)
    await pauseBefore(step, folder, io);
  expect(asked).toEqual(['start', 'switch-over']);
});

test('without a screen, and with nobody to ask, it does not wait', async () => {
  const { io, asked } = asking(false, false);
  await pauseBefore('backup', folder, io);
  await pauseBefore('cutover', folder, { pauses: true });
  await pauseBeforeDrop(folder, EMPTY_VIEW, io);
  expect(asked).toEqual([]);
});

test('an application that stands is not kept waiting', async () => {
  phase('stopped');
  const { io, asked } = asking(false);
  await pauseBefore('cutover', folder, io);
  expect(asked).toEqual([]);
});

test('no to the start is exit 130, no to the switch-over exit 75: what is done is kept', async () => {
  const { io } = asking(false);
  await expect(pauseBefore('backup', folder, io)).rejects.toMatchObject({ code: 'DECLINED', exitCode: 130 });
  await expect(pauseBefore('cutover', folder, io)).rejects.toMatchObject({
    code: 'NOT_SWITCHED',
    exitCode: 75,
  });
});

test('before tables are dropped it says how many rows are in them', async () => {
  const said: string[] = [];
  const ask = (message: string): Promise<boolean> => {
    said.push(message);
    return Promise.resolve(false);
  };
  await expect(pauseBeforeDrop(folder, copyingRun, { ask, pauses: true })).rejects.toMatchObject({
    code: 'DECLINED',
    exitCode: 130,
  });
  expect(said[0]).toContain('3 tables with 434,392 rows are dropped from the target');
});

test('after the switch-over the step itself asks, so it is not asked twice', async () => {
  phase('done', { isOnTarget: true });
  const { io, asked } = asking(false);
  await pauseBeforeDrop(folder, copyingRun, io);
  expect(asked).toEqual([]);
});

test('on a screen the events tell the question and its answer, elsewhere neither', async () => {
  const events: EventBody[] = [];
  const emit = (event: EventBody): void => void events.push(event);
  await tellingIo(asking(true, false).io, emit).ask?.('Go on?', 'start');
  expect(events).toEqual([]);
  await tellingIo(asking(true).io, emit).ask?.('Go on?', 'start');
  const io: Asking = { confirm: () => Promise.resolve(false), pauses: true };
  await tellingIo(io, emit).confirm?.('Sure?');
  expect(events).toEqual([
    { type: 'input.needed', question: 'start', message: 'Go on?', flag: '--yes' },
    { type: 'input.given', question: 'start', answer: 'yes', origin: 'answer' },
    { type: 'input.needed', question: 'confirm', message: 'Sure?', flag: '--yes' },
    { type: 'input.given', question: 'confirm', answer: 'no', origin: 'answer' },
  ]);
});

test('a terminal that goes is put down once, and not after the end', () => {
  const events: EventBody[] = [];
  const emit = (event: EventBody): unknown => events.push(event);
  const [line, ended] = [new AbortController(), new AbortController()];
  const forgets = [tellWhenAlone(line.signal, emit), tellWhenAlone(ended.signal, emit)];
  forgets[1]?.();
  for (const gone of [line, ended, line]) gone.abort();
  const message = 'the terminal is gone: the work goes on, and nobody can be asked';
  expect(events).toEqual([{ type: 'notice', message }]);
});
