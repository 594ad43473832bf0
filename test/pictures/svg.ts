// A terminal's screen, as tmux hands it over with its colours, to an SVG that any browser shows with its own monospace font.

import stringWidth from 'string-width';

/** Of one character, in the picture's units. */
const CELL = { width: 8.4, height: 17 };
const MARGIN = 14;
const FONT_SIZE = 14;
const PAPER = '#16181d';
const INK = '#d7dae0';
/** The 16 colours of a terminal, as the SGR parameters 30 to 37 and 90 to 97 name them. */
const COLOURS = [
  ...['#3b4048', '#e06c75', '#98c379', '#e5c07b', '#61afef', '#c678dd', '#56b6c2', '#d7dae0'],
  ...['#7f848e', '#ff7b86', '#b5e890', '#ffd68a', '#82cfff', '#e59bff', '#7fdbe6', '#ffffff'],
];

interface Style {
  readonly colour: string;
  readonly isBold: boolean;
  readonly isDim: boolean;
  readonly isInverse: boolean;
}

interface Run {
  readonly text: string;
  readonly style: Style;
}

const PLAIN: Style = { colour: INK, isBold: false, isDim: false, isInverse: false };

/** An SVG of `columns` by as many rows as `screen` has lines. Throws RangeError for an escape sequence other than colours. */
export function drawScreen(screen: string, columns: number, title: string): string {
  const lines = screen.replace(/\n+$/, '').split('\n');
  const width = columns * CELL.width + 2 * MARGIN;
  const height = lines.length * CELL.height + 2 * MARGIN;
  let style = PLAIN;
  const rows = lines.map((line, row) => {
    const { runs, last } = runsOf(line, style);
    style = last;
    return drawRow(runs, MARGIN + row * CELL.height);
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width.toFixed(0)}" height="${height}" viewBox="0 0 ${width.toFixed(0)} ${height}" role="img" aria-label="${escapeXml(title)}">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="100%" height="100%" rx="8" fill="${PAPER}"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT_SIZE}">`,
    ...rows.flat(),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function drawRow(runs: readonly Run[], top: number): string[] {
  const drawn: string[] = [];
  let column = 0;
  for (const { text, style } of runs) {
    const x = MARGIN + column * CELL.width;
    const cells = stringWidth(text);
    column += cells;
    const width = cells * CELL.width;
    if (style.isInverse)
      drawn.push(
        `<rect x="${x.toFixed(1)}" y="${top}" width="${width.toFixed(1)}" height="${CELL.height}" fill="${style.colour}"/>`,
      );
    const look = [
      `fill="${style.isInverse ? PAPER : style.colour}"`,
      ...(style.isBold ? ['font-weight="bold"'] : []),
      ...(style.isDim ? ['opacity="0.6"'] : []),
    ].join(' ');
    // Browsers no longer agree on how spaces at the ends or in a row are kept, so there are none.
    for (const { 0: words, index } of text.matchAll(/\S+(?: \S+)*/g)) {
      const from = x + stringWidth(text.slice(0, index)) * CELL.width;
      const length = stringWidth(words) * CELL.width;
      drawn.push(
        `<text x="${from.toFixed(1)}" y="${top + 13}" textLength="${length.toFixed(1)}" lengthAdjust="spacingAndGlyphs" ${look}>${escapeXml(words)}</text>`,
      );
    }
  }
  return drawn;
}

/** The pieces of a line in one style each, and the style that goes on into the next line. */
function runsOf(line: string, style: Style): { runs: Run[]; last: Style } {
  const runs: Run[] = [];
  let current = style;
  let at = 0;
  for (const match of line.matchAll(/\x1b\[([\d;]*)([A-Za-z])|\x1b|\x0e|\x0f/g)) {
    if (match.index > at) runs.push({ text: line.slice(at, match.index), style: current });
    at = match.index + match[0].length;
    if (match[2] !== 'm')
      throw new RangeError(`the screen holds ${JSON.stringify(match[0])}, which is no colour`);
    current = (match[1] ?? '').split(';').reduce(styled, current);
  }
  if (at < line.length) runs.push({ text: line.slice(at), style: current });
  return { runs, last: current };
}

/** `style` after one SGR parameter (ECMA-48, 8.3.117). */
function styled(style: Style, parameter: string): Style {
  const code = Number(parameter);
  const bright = code >= 90 && code <= 97 ? code - 90 + 8 : undefined;
  const index = code >= 30 && code <= 37 ? code - 30 : bright;
  if (index !== undefined) return { ...style, colour: COLOURS[index] ?? INK };
  switch (code) {
    case 0:
      return PLAIN;
    case 1:
      return { ...style, isBold: true };
    case 2:
      return { ...style, isDim: true };
    case 7:
      return { ...style, isInverse: true };
    case 22:
      return { ...style, isBold: false, isDim: false };
    case 27:
      return { ...style, isInverse: false };
    case 39:
      return { ...style, colour: INK };
    case 49:
      // The usual background, which is the only one that the screens use.
      return style;
    default:
      throw new RangeError(`the screen uses style ${parameter}, which the picture does not know`);
  }
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
