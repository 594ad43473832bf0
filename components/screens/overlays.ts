// What can be laid over any screen: help on the keys and on what is safe, and the end of the log.
import { type Line, line, wrap } from '../lines.js';
import type { Body } from '../long-body.js';

const KEYS: readonly (readonly [keys: string, text: string])[] = [
  ['Enter', 'goes on, or takes the marked choice'],
  ['Esc', 'goes back, or closes this'],
  ['↑ ↓', 'mark a choice, scroll log and tables; PgUp and PgDn scroll faster'],
  ['r', 'takes the run back: shown as long as that is possible, asks first'],
  ['l', 'shows the end of the log'],
  ['t', 'lists all tables, the one in work first'],
  ['q', 'leaves; while it works, it stops at the next safe point'],
  ['Ctrl-C', 'the same; a second time it stops at once. What is done is kept'],
  ['Ctrl-Z', 'suspends it; fg goes on'],
  ['← →', 'move in a text, as Home and End do; Ctrl-W deletes a word of it'],
];

/** The same on every screen; which keys are live now is said by the hint line. */
export function helpLines(columns: number): Line[] {
  return [
    line('Keys', { isBold: true }),
    ...KEYS.flatMap(([keys, text]) => wrap(text, columns, {}, `  ${keys.padEnd(7)} `)),
    line('What is safe', { isBold: true }),
    ...wrap(
      'The SQLite file is only read. A run that is stopped, killed or cut off goes on with the same command. Once the application has switched over, a rollback carries back what it has written since.',
      columns,
      {},
      '  ',
    ),
    line('More', { isBold: true }),
    ...wrap(
      'ttm-wizard help resume, help rollback, help exit-codes; ttm-wizard status from a second terminal',
      columns,
      {},
      '  ',
    ),
  ];
}

/** What the plain output would have said. */
export function logBody(tail: readonly string[], log: string, columns: number): Body {
  const title = log === '' ? 'Nothing is logged before a run begins.' : `The end of ${log}`;
  return {
    top: [line(title, { isBold: true })],
    lines: tail.flatMap((text) => wrap(text, columns)),
    isFromEnd: true,
  };
}
