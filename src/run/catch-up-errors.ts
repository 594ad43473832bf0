// What can be wrong when the application's changes are brought over; nothing of the pass has been applied then. All exit 6.
import type { RowChange } from '../chunk/changes.js';
import type { SurveyResult } from '../chunk/jobs.js';
import { canSetAside } from '../chunk/large-rows.js';
import { showValue } from '../codec/problem.js';
import { EXIT, WizardError } from '../errors.js';
import type { Finding } from '../events.js';
import { showSome } from '../output/format.js';
import type { LedgerChunk } from '../target/ledger.js';

const SHOWN_ROWS = 5;

/** The live source has other tables or columns than the snapshot; `findings` says which. */
export function sourceDrift(source: string, findings: readonly Finding[]): WizardError {
  const news = findings.filter(({ severity }) => severity === 'error' || severity === 'warning');
  const what = news.length === 0 ? '' : `: ${news.map(({ message }) => message).join('; ')}`;
  return new WizardError({
    code: 'SOURCE_DRIFT',
    message: `the tables of ${source} are not those of the snapshot any more${what}`,
    remedies: ['--restart makes a new snapshot and begins anew'],
    exitCode: EXIT.differences,
  });
}

/** A row of the source that the target cannot hold, when such rows are to stop everything. */
export function badValue({ table_name: table }: LedgerChunk, { problems, bad }: SurveyResult): WizardError {
  const first = problems.find((problem) => !canSetAside(problem)) ?? problems[0];
  const example = first?.examples[0];
  const shown = example === undefined ? '' : ` (row ${example.key}: ${example.value})`;
  return new WizardError({
    code: 'BAD_VALUE',
    message: `since the snapshot ${table} has got ${bad} rows that the target cannot hold: ${table}.${first?.column ?? ''} ${first?.detail ?? ''}${shown}`,
    remedies: ['correct them in the source, then the same command again'],
    exitCode: EXIT.differences,
  });
}

/** Somebody else has written to a chunk of the target; `changes` is what would make it equal the source, their rows among it. */
export function targetChanged(
  { table_name: table, number }: LedgerChunk,
  changes: readonly RowChange[],
): WizardError {
  const titles = { delete: 'only in the target', update: 'different', insert: 'only in the source' } as const;
  const named = (['delete', 'update', 'insert'] as const).flatMap((kind) => {
    const keys = changes.filter((change) => change.kind === kind).map(({ key }) => showValue(key.join(',')));
    if (keys.length === 0) return [];
    return [`${titles[kind]}: ${showSome(keys, SHOWN_ROWS)}`];
  });
  const rows = named.length === 0 ? '' : `; its rows that are not as in the source, ${named.join('; ')}`;
  return new WizardError({
    code: 'TARGET_CHANGED',
    message: `somebody else has written to chunk ${number} of ${table} in the target, and nothing is overwritten${rows}`,
    remedies: [
      'ttm-wizard verify names every row and value that differs',
      'take back there what the application has not written, then the same command again',
    ],
    exitCode: EXIT.differences,
  });
}

/** The ledger itself was written to meanwhile. */
export function ledgerChanged({ table_name: table, number }: LedgerChunk): WizardError {
  return new WizardError({
    code: 'LEDGER_CHANGED',
    message: `the ledger's entry of chunk ${number} of ${table} has been changed by somebody else`,
    remedies: ['the same command again; if it comes again: --restart begins anew'],
    exitCode: EXIT.differences,
  });
}

/** Children came without their parents, pass after pass. */
export function neverQuiet(passes: number): WizardError {
  return new WizardError({
    code: 'NEVER_QUIET',
    message: `in ${passes} passes the source had rows whose parents were not there`,
    remedies: [`sqlite3 SOURCE 'PRAGMA foreign_key_check'    names them`],
    exitCode: EXIT.differences,
  });
}
