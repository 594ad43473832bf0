// How the terminal is to be drawn on. Screens are written with the glyphs of Unicode; where the terminal has none, every line is spelled
// anew in ASCII of the same widths, data included.
import stringWidth from 'string-width';

export interface Look {
  readonly isAscii: boolean;
  readonly framesPerSecond: number;
}

export const USUAL_LOOK: Look = { isAscii: false, framesPerSecond: 4 };

const ASCII: Readonly<Record<string, string>> = {
  '✓': '+',
  '✗': 'x',
  '·': '.',
  '›': '>',
  '█': '#',
  '░': '-',
  '…': '~',
  '▁': '_',
  '▂': '.',
  '▃': '-',
  '▄': '=',
  '▅': '+',
  '▆': '*',
  '▇': '#',
  '↑': '^',
  '↓': 'v',
};

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** `text` in ASCII, exactly as wide. */
export function toAscii(text: string): string {
  if (!/[^\u0000-\u007f]/.test(text)) return text;
  return [...GRAPHEMES.segment(text)]
    .map(
      ({ segment }) =>
        ASCII[segment] ?? (/^[ -~]$/.test(segment) ? segment : '?'.repeat(stringWidth(segment))),
    )
    .join('');
}
