// Glyphs and colours of the screens, in one place. Colours are of the 16 of every terminal and never the only bearer of a meaning:
// each goes with a glyph or a word.
import type { Finding } from '../src/events.js';
import type { StepView } from '../src/view.js';

export type Colour = 'red' | 'green' | 'yellow' | 'cyan';

export const GLYPHS: Readonly<Record<Exclude<StepView['state'], 'running'>, string>> = {
  left: '·',
  done: '✓',
  failed: '✗',
};

export const STATE_COLOURS: Readonly<Partial<Record<string, Colour>>> = {
  running: 'cyan',
  done: 'green',
  failed: 'red',
  copying: 'cyan',
  comparing: 'cyan',
  verified: 'green',
  DIFFERENT: 'red',
};

export const SEVERITY_COLOURS: Readonly<Partial<Record<Finding['severity'], Colour>>> = {
  error: 'red',
  warning: 'yellow',
};

export const BAR = { full: '█', empty: '░' };

/** Below this many columns only what is being done now has room. */
export const NARROW_COLUMNS = 60;

/** Props of `Text` for a colour that may be none. */
export function colourOf(colour: Colour | undefined): { readonly color?: Colour } {
  return colour === undefined ? {} : { color: colour };
}
