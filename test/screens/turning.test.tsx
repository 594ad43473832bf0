// Where nothing else moves, something turns, so that a person sees that the wizard is alive.
import { render } from 'ink-testing-library';
import { afterEach, expect, test, vi } from 'vitest';
import { App } from '../../components/App.js';
import { connectionLines } from '../../components/screens/connection.js';
import { workingLines } from '../../components/screens/working.js';
import { USUAL_LOOK } from '../../src/output/look.js';
import type { Line } from '../../components/lines.js';

const NOW = Date.parse('2026-01-31T02:00:30.000Z');
let shown: ReturnType<typeof render> | undefined;

afterEach(() => shown?.unmount());

/** The first letters of the line that holds `text`, in the order in which they were shown, once there are four. */
async function turnsOf(frame: readonly Line[], text: string, isAscii = false): Promise<string[]> {
  const screen = render(<App entries={[]} frame={frame} columns={80} look={{ ...USUAL_LOOK, isAscii }} />);
  shown = screen;
  const turns = (): string[] => {
    const lines = screen.frames.flatMap((one) => one.split('\n')).filter((line) => line.includes(text));
    return [...new Set(lines.map((line) => line.slice(0, 1)))];
  };
  await vi.waitFor(() => expect(turns()).toHaveLength(4), { timeout: 5000 });
  return turns();
}

test('while the target is tried', async () => {
  const page = { kind: 'connection', choices: [], settings: [], busy: 'connecting to the target' } as const;
  expect(await turnsOf(connectionLines(page, 80, NOW), 'connecting to the target')).toEqual([
    '-',
    '\\',
    '|',
    '/',
  ]);
});

test('while a step has nothing to report, and in ASCII too', async () => {
  const step = {
    name: 'schema',
    state: 'running',
    title: 'Make the tables',
    summary: '',
    elapsedMs: 0,
    startedAt: '2026-01-31T02:00:00.000Z',
    progress: undefined,
    firstProgress: undefined,
    parts: [],
  } as const;
  const lines = workingLines(step, 80, NOW, '2026-01-31T02:00:00.000Z');
  expect(await turnsOf(lines, 'nothing new for 30 s', true)).toEqual(['-', '\\', '|', '/']);
});
