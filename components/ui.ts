// What the person has done on the screen that the run does not know of: which choice is marked, what is typed, what lies over the screen.
// Keys change it by what bindings.ts says, and by nothing else.
import type { Page } from '../src/pages.js';

export interface Ui {
  readonly overlay: 'none' | 'help' | 'log' | 'tables';
  /** Index of the marked choice. */
  readonly selected: number;
  readonly typed: string;
  /** Length of what of it stands behind the cursor. */
  readonly behind: number;
  /** Lines that are scrolled past. */
  readonly scroll: number;
  /** Why what was typed is not taken. */
  readonly complaint: string;
  /** Whether stopping has been asked for. */
  readonly isStopping: boolean;
}

export const EMPTY_UI: Ui = {
  overlay: 'none',
  selected: 0,
  typed: '',
  behind: 0,
  scroll: 0,
  complaint: '',
  isStopping: false,
};

/** The state in which a new page begins; the field holds what is known already. */
export function uiFor(page: Page | undefined): Ui {
  return { ...EMPTY_UI, typed: page?.field?.initial ?? '' };
}
