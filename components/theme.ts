// Glyphs and colours of the screens, in one place. Colours are of the 16 of every terminal and never the only bearer of a meaning:
// each goes with a glyph or a word.
import type { Finding } from '../src/events.js';
import type { Colour, Piece } from './lines.js';

export type State = 'left' | 'running' | 'done' | 'failed' | 'stopped' | 'taken back';

const GLYPHS: Readonly<Record<Exclude<State, 'running'>, string>> = {
  left: '·',
  done: '✓',
  failed: '✗',
  stopped: '!',
  'taken back': '←',
};
const TURNS = ['-', '\\', '|', '/'];
const TURN_MS = 250;

export const STATE_COLOURS: Readonly<Partial<Record<string, Colour>>> = {
  running: 'cyan',
  done: 'green',
  failed: 'red',
  stopped: 'yellow',
  'taken back': 'yellow',
  copying: 'cyan',
  comparing: 'cyan',
  verified: 'green',
  equal: 'green',
  DIFFERENT: 'red',
};

export const SEVERITY_COLOURS: Readonly<Partial<Record<Finding['severity'], Colour>>> = {
  error: 'red',
  warning: 'yellow',
  ok: 'green',
};

/** Below this many columns only what is being done now has room. */
export const NARROW_COLUMNS = 60;

/** What stands before something in this state; it turns while it runs. */
export function glyphOf(state: State, nowMs: number): Piece {
  const turn = TURNS[Math.floor(nowMs / TURN_MS) % TURNS.length] ?? '-';
  return {
    text: state === 'running' ? turn : GLYPHS[state],
    colour: STATE_COLOURS[state],
    isDim: state === 'left',
  };
}

/** The sign of life of something that has no progress to show; it turns by itself. */
export const TURNING: Piece = { text: '-', colour: STATE_COLOURS['running'], isTurning: true };

/** How much of something is done: exactly `width` columns, full only when all is. Of nothing, everything is done. */
export function bar(done: number, total: number, width: number): Piece[] {
  const share = done >= total ? 1 : Math.max(0, done / total);
  const full = Math.floor(share * width);
  return [{ text: '█'.repeat(full) }, { text: '░'.repeat(width - full), isDim: true }];
}

const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** Numbers as columns next to each other, the highest one full. */
export function graph(values: readonly number[]): string {
  const most = Math.max(...values, 1);
  return values
    .map((value) => LEVELS[Math.min(7, Math.floor((Math.max(0, value) / most) * 7.99))] ?? '▁')
    .join('');
}
