// The first screen: what will happen, what is never touched, how to take it back. Nothing has been started when it shows.
import type { Page } from '../../src/pages.js';
import { BLANK, type Line, line, wrap } from '../lines.js';

/** Fits 60x20 without notes; longer ones are scrolled. */
export function welcomeLines(page: Extract<Page, { kind: 'welcome' }>, columns: number): Line[] {
  const { plan, isSwitching, backupDir, notes } = page;
  const item = (text: string): Line[] => wrap(text, columns, {}, '  ');
  return [
    line(`This moves ${plan} from SQLite to PostgreSQL.`, { isBold: true }),
    BLANK,
    line('What happens', { isBold: true }),
    ...item('1. Source, target and machine are checked; you are asked.'),
    ...item('2. Snapshot, copy, keys; every value compared. It runs on.'),
    ...(isSwitching
      ? item('3. Asked again, it stops, and starts on PostgreSQL.')
      : item('3. It ends there; services and env files stay as they are.')),
    line('What is never touched', { isBold: true }),
    ...item('The rows in the SQLite file: it is read, and stays there.'),
    line('How to take it back', { isBold: true }),
    ...item('r after the backup, or ttm-wizard rollback; no write lost.'),
    ...wrap(backupDir, columns, { isDim: true }, 'Snapshot, dump, log: '),
    ...notes.flatMap((note) => wrap(note, columns, { colour: 'yellow' })),
  ];
}
