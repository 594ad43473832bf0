// More lines than there is room for: which of them show, how far they can be scrolled, and what is said about the others.
import { type Line, line } from './lines.js';

export interface Body {
  /** Stay where they are. */
  readonly top: readonly Line[];
  readonly lines: readonly Line[];
  /** Whether it is read from its end, as a log is. */
  readonly isFromEnd: boolean;
}

/** At most `room` lines, `scroll` away from where reading begins. */
export function shownLines(body: Body, room: number, scroll: number): Line[] {
  const { top, lines, isFromEnd } = body;
  const most = mostScroll(body, room);
  if (most === 0) return [...top, ...lines];
  const size = sizeOf(body, room);
  if (isFromEnd) {
    const end = lines.length - Math.min(scroll, most);
    return [...top, ...lines.slice(end - size, end)];
  }
  const from = Math.min(scroll, most);
  const shown = lines.slice(from, from + size - 1);
  const left = lines.length - from - shown.length;
  const hint = left === 0 ? 'PgUp shows what is above' : `PgDn shows ${left} more lines`;
  return [...top, ...shown, line(hint, { isDim: true })];
}

/** How far it can be scrolled; 0 when all of it shows. */
export function mostScroll(body: Body, room: number): number {
  const size = sizeOf(body, room);
  const hidden = body.lines.length - size;
  if (hidden <= 0) return 0;
  // One line says that there are more.
  return body.isFromEnd ? hidden : hidden + 1;
}

function sizeOf({ top }: Body, room: number): number {
  return Math.max(1, room - top.length);
}
