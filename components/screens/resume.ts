// A run from before: what of it is done, what is left, and what can be done about it.
import { showMoment } from '../../src/output/format.js';
import type { Earlier } from '../../src/pages.js';
import { BLANK, type Line, line, wrap } from '../lines.js';

/** What can be chosen follows below. */
export function resumeLines(
  { run, startedAt, done, left, message, folder, isSwitching, downSince }: Earlier,
  columns: number,
): Line[] {
  return [
    line('There is an earlier run', { isBold: true }),
    BLANK,
    ...(downSince === undefined
      ? []
      : wrap(`The application stands since ${showMoment(downSince)}: go on, or roll back`, columns, {
          colour: 'red',
        })),
    ...wrap(`${run}, begun ${showMoment(startedAt)}`, columns),
    ...(message === '' ? [] : wrap(message, columns, {}, 'it ended: ')),
    ...wrap(done.length === 0 ? 'nothing' : done.join(', '), columns, { colour: 'green' }, 'done: '),
    ...wrap(left.length === 0 ? 'nothing' : left.join(', '), columns, {}, 'left: '),
    ...wrap(folder, columns, { isDim: true }, 'folder: '),
    BLANK,
    ...(isSwitching
      ? wrap(
          `${left.length === 0 ? 'The application has been switched over' : 'Its switch-over has begun'}: starting over is only possible after taking it back.`,
          columns,
          { colour: 'yellow' },
        )
      : wrap('Going on does only what is left. Answers are kept, passwords are not.', columns)),
  ];
}
