// How a run's end is put: its totals, its exit code, its last sentence, and what a failure means for what stands there. Performing the
// steps and keeping their results is execution.ts.
import { EXIT, type WizardError } from '../errors.js';
import type { Totals } from '../events.js';
import { showRows } from '../output/format.js';
import type { RunView } from '../view.js';
import { Stopped } from './step.js';
import { isDiskError } from './write-error.js';

/** What goes on with it: only `run` has --resume, the other commands go on, or compare anew, when they are typed again. */
const GO_ON = {
  run: 'the same command with --resume goes on',
  other: 'the same command again',
} as const;
export type Kind = keyof typeof GO_ON;

/** What has been copied, or compared, over the tables that have been begun. */
export function totalsOf(view: Pick<RunView, 'tables'>): Totals {
  const tables = view.tables.filter(({ state }) => state !== 'left');
  const sum = (pick: (table: (typeof tables)[number]) => number): number =>
    tables.reduce((total, table) => total + pick(table), 0);
  return {
    tables: tables.length,
    // A comparison by itself has copied nothing, and knows what is there.
    rows: sum((table) => (table.rows === 0 ? table.targetRows : table.rows)),
    bytes: sum((table) => table.bytes),
    quarantined: sum((table) => table.quarantined),
  };
}

/** Of a run that has come to its end. */
export function exitCodeOf({ quarantined }: Pick<Totals, 'quarantined'>): number {
  return quarantined > 0 ? EXIT.differences : EXIT.done;
}

/** `moved` by a switch-over, `finished` before this process began, or only now `copied`. */
export function completionText(totals: Totals, how: 'moved' | 'finished' | 'copied'): string {
  const { tables, quarantined } = totals;
  const rows = `${showRows(totals.rows)} in ${tables} tables`;
  const set =
    quarantined > 0 ? `; ${showRows(quarantined)} in ttm_wizard.quarantine and not in their tables` : '';
  switch (how) {
    case 'moved':
      return `${rows} moved; the application runs on the target (ttm-wizard rollback takes it back)${set}`;
    case 'finished':
      return `nothing to do: ${rows} are in the target as verified before${set}`;
    case 'copied':
      return `${rows} copied and compared${set}`;
  }
}

export interface Failure {
  readonly exitCode: number;
  readonly code: string;
  readonly message: string;
  readonly remedies: readonly string[];
}

/** In what state a process that ends leaves the application; see halfwayLeft. */
type Left = Pick<Failure, 'message' | 'remedies'> | undefined;

/** The failure that an error ends the run with; `reason` is the signal's name where it was stopped, `kind` the command. */
export function failureOf(
  error: WizardError | Stopped,
  left: Left,
  reason: unknown,
  kind: Kind = 'run',
): Failure {
  if (error instanceof Stopped) {
    const { message, remedies } = left ?? { message: 'what is done is kept', remedies: [GO_ON[kind]] };
    const exitCode = reason === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted;
    return { exitCode, code: 'STOPPED', message: `stopped; ${message}`, remedies };
  }
  const { exitCode, code, message, remedies } = error;
  // Without room the switch-over stays where it is, whichever way it was going; unless it could be taken back all the same.
  if (left === undefined || !isDiskError(error) || exitCode === EXIT.takenBack)
    return { exitCode, code, message, remedies };
  return {
    exitCode,
    code,
    message: `${message}; ${left.message}`,
    remedies: [...remedies, ...left.remedies],
  };
}

/** Whatever was wrong with the target: when it is right again, what has been done so far counts. */
export function withResume({ exitCode, remedies, ...failure }: Failure, kind: Kind = 'run'): Failure {
  const isSaid = remedies.some((remedy) => remedy.includes('--resume') || remedy === GO_ON[kind]);
  const isTarget = exitCode === EXIT.target;
  return { ...failure, exitCode, remedies: isTarget && !isSaid ? [...remedies, GO_ON[kind]] : remedies };
}
