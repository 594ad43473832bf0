// Screens are written with the glyphs of Unicode. Where the terminal has none, every line is spelled anew in ASCII of the same widths, data
// included: what is cut and aligned stays so.
import stringWidth from 'string-width';

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
  '←': '<',
  '→': '>',
  '↑': '^',
  '↓': 'v',
};

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** `text` in ASCII, exactly as wide. */
export function inAscii(text: string): string {
  if (!/[^\u0000-\u007f]/.test(text)) return text;
  return [...GRAPHEMES.segment(text)]
    .map(
      ({ segment }) =>
        ASCII[segment] ?? (/^[ -~]$/.test(segment) ? segment : '?'.repeat(stringWidth(segment))),
    )
    .join('');
}
