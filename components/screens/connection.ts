// From where to where: what is known already and where from, and what is tried.
import type { Page } from '../../src/pages.js';
import { BLANK, type Line, type Piece, line, table } from '../lines.js';
import { TURNING, glyphOf } from '../theme.js';

/** A table of what is known, and above it, where a long one hides it not, what has come of trying it. */
export function connectionLines(
  { settings, busy, good }: Extract<Page, { kind: 'connection' }>,
  columns: number,
  nowMs: number,
): Line[] {
  const rows = settings.map(({ title, value, origin }): Piece[] => [
    { text: title },
    { text: value },
    { text: origin, isDim: true },
  ]);
  return [
    line('From where to where', { isBold: true }),
    ...(good === undefined ? [] : [[glyphOf('done', nowMs), { text: ` ${good}` }]]),
    ...(busy === undefined ? [] : [[TURNING, { text: ` ${busy}` }]]),
    BLANK,
    ...table([{ title: '' }, { title: 'value', isFlexible: true }, { title: 'from' }], rows, columns),
  ];
}
