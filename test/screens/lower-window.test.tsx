// What a terminal and its scrollback hold after its window has become lower and higher again, narrower too, and after the screen is gone.
import { Console } from 'node:console';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { record } from '../output/recorded-run.js';
import { ScreenModel } from '../support/screen-model.js';
import { USUAL, fakeTerminal } from './frame.js';
import { copyingRun, started } from './runs.js';

// As in mount.test.tsx.
Object.assign(console, { Console });
const { mountLive } = await import('../../components/mount.js');

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** The screen in the middle of a copy. */
function copying() {
  const terminal = fakeTerminal(USUAL);
  const now = (): number => Date.parse(copyingRun.lastAt) + performance.now();
  const screen = mountLive({ stdout: terminal.stdout, now, act: () => undefined });
  for (const event of record([started])) screen.sink(event, copyingRun);
  return { ...terminal, screen };
}

describe('a window that becomes lower and higher again', () => {
  /** What terminal and scrollback hold in the end; `isLate` where frames are still drawn for the size before. */
  async function resizedTo(sizes: readonly number[], isLate: boolean): Promise<string> {
    const { screen, written, stream } = copying();
    const model = new ScreenModel(USUAL.rows);
    const goOn = async (): Promise<void> => {
      await vi.advanceTimersByTimeAsync(1000);
      for (const text of written.splice(0)) model.feed(text);
    };
    await goOn();
    for (const rows of sizes) {
      model.resize(rows);
      if (isLate) await goOn();
      stream.rows = rows;
      stream.emit('resize');
      await goOn();
      screen.say(`now of ${rows} rows`);
      await goOn();
    }
    const { text } = model;
    screen.unmount();
    return text;
  }

  test.each([false, true])(
    'leaves no frame behind, and each finished line once (told late: %s)',
    async (isLate) => {
      const text = await resizedTo([12, 24, 14, 11, 24], isLate);
      expect(text.match(/To The Moon: /g), text).toHaveLength(1);
      expect(text.match(/Copy the rows/g), text).toHaveLength(1);
      expect(text.match(/✓ preflight {2}\d/g), text).toHaveLength(1);
      expect(text.match(/now of 24 rows/g)).toHaveLength(2);
      for (const rows of [12, 14, 11]) expect(text.split(`now of ${rows} rows`)).toHaveLength(2);
    },
  );
});

test('a window that has become lower and narrower keeps its scrollback while frames still come for the size before', async () => {
  const { screen, written } = copying();
  const model = new ScreenModel(USUAL.rows, USUAL.columns);
  const goOn = async (): Promise<void> => {
    await vi.advanceTimersByTimeAsync(2000);
    for (const text of written.splice(0)) model.feed(text);
  };
  await goOn();
  model.resize(12, 50);
  await goOn();
  const { text } = model;
  screen.unmount();
  expect(text.match(/To The Moon: /g), text).toHaveLength(1);
  expect(text.match(/✓ preflight {2}\d/g), text).toHaveLength(1);
});

test('a finished line is never cut: what is too long for the window goes on in the next line', async () => {
  const { screen, written } = copying();
  const model = new ScreenModel(USUAL.rows, 50);
  await vi.advanceTimersByTimeAsync(1000);
  screen.say(`${'a word and '.repeat(5)}the end`);
  await vi.advanceTimersByTimeAsync(1000);
  screen.unmount();
  for (const text of written) model.feed(text);
  expect(model.text).toContain('the end');
});

test('the shell goes on where the frame was, below the finished lines', async () => {
  const { screen, written } = copying();
  const model = new ScreenModel(USUAL.rows);
  await vi.advanceTimersByTimeAsync(1000);
  screen.unmount();
  for (const text of [...written, '$ ls']) model.feed(text);
  expect(model.text).toMatch(/✓ preflight {2}\d[^]*\n\$ ls$/);
  expect(model.text).not.toMatch(/To The Moon|\n\n\$/);
});
