// The first screen: what will happen, what is never touched, how to take it back. Nothing has been started when it shows.
import type { Page } from '../../src/pages.js';
import { BLANK, type Line, line, wrap } from '../lines.js';

/** Fits 80x24 without notes; longer ones are scrolled. */
export function welcomeLines(page: Extract<Page, { kind: 'welcome' }>, columns: number): Line[] {
  const { plan, isSwitching, backupDir, notes } = page;
  const item = (text: string): Line[] => wrap(text, columns, {}, '  ');
  return [
    line(`This moves ${plan} from SQLite to PostgreSQL.`, { isBold: true }),
    BLANK,
    line('What happens', { isBold: true }),
    ...item('1. Source, target and this machine are checked; you see the plan and are asked.'),
    ...item('2. Snapshot, copy, keys, and every value of every row compared. It runs on.'),
    ...(isSwitching
      ? item('3. You are asked again. It stops for a moment and starts on PostgreSQL.')
      : item('3. It ends with the verified copy; services and env files stay as they are.')),
    line('What is never touched', { isBold: true }),
    ...item('The rows in the SQLite file: it is only read, and it stays where it is.'),
    line('How to take it back', { isBold: true }),
    ...item('r on any screen; later: ttm-wizard rollback. What was written is carried back.'),
    ...wrap(backupDir, columns, { isDim: true }, 'Snapshot, dump, log and report: '),
    ...notes.flatMap((note) => wrap(note, columns, { colour: 'yellow' })),
  ];
}
