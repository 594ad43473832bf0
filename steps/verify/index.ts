// Verify: every value of every row on both sides, then constraints, indexes and sequences, then the application's own queries.
import { z } from 'zod';
import { showRows } from '../../src/output/format.js';
import { WizardError } from '../../src/errors.js';
import type { Finding } from '../../src/events.js';
import { hasCaughtUp, isSwitchedOver, isSwitching } from '../../src/run/cutover-state.js';
import { halfwayLeft } from '../../src/run/halfway.js';
import { currentSource, fittedPlan, poolFor } from '../../src/run/snapshot.js';
import type { Step } from '../../src/run/step.js';
import { targetError } from '../../src/target/connect.js';
import { targetLine } from '../../src/chunk/range.js';
import { loadSql } from '../../src/target/sql.js';
import { checkCatalog } from './catalog.js';
import { checkDerived } from './derived.js';
import { measureIndexes } from './indexes.js';
import { compareQueries } from './queries.js';
import { compareQuarantine, compareTables } from './tables.js';

/** What the step leaves: how long the application's slowest query takes on the snapshot, 0 when none was run. */
export const verifyResultSchema = z.object({ slowestMs: z.number() });
type VerifyResult = z.infer<typeof verifyResultSchema>;

export const verify: Step = {
  name: 'verify',
  title: 'Compare every value',

  plan(context) {
    const { plan, source } = context.options;
    return Promise.resolve([
      ...fittedPlan(context, source).tables.map((table) => ({
        title: `digest of each chunk of ${table.name}`,
        sql: `${loadSql('verify/chunk_digest.sql')}\n-- line: ${targetLine(table.columns)}`,
      })),
      ...plan.queries.map(({ name, postgres }) => ({
        title: `the application's query: ${name}`,
        sql: loadSql(postgres),
      })),
    ]);
  },

  async run(context) {
    const fitted = fittedPlan(context);
    let errors = 0;
    const report = (finding: Finding): void => {
      if (finding.severity === 'error') errors++;
      context.emit({ type: 'step.finding', step: 'verify', finding });
    };
    const pool = await poolFor(context, fitted, currentSource(context));
    let [rows, slowestMs] = [0, 0];
    try {
      const compared = await compareTables(context, fitted, pool, report);
      rows = compared.rows;
      await compareQuarantine(context, fitted, report);
      if (await checkCatalog(context, fitted, report)) await checkDerived(context, report);
      // Against an application that writes, the same query has two answers.
      if (!hasCaughtUp(context.folder)) slowestMs = await compareQueries(context, pool, report);
      await measureIndexes(context);
      if (errors > 0) throw different(context.folder, errors, compared.differences);
    } catch (error) {
      throw isServerError(error) ? targetError('the target cannot be compared', error) : error;
    }
    return {
      summary: `${showRows(rows)} are equal on both sides, value by value`,
      result: { slowestMs } satisfies VerifyResult,
    };
  },

  // What was equal then may not be now: a finished run that is started again compares the target with the ledger once more.
  async check(context) {
    // Once the application may have written to the target, the ledger is not what it should hold.
    if (isSwitching(context.folder)) return;
    const fitted = fittedPlan(context);
    let errors = 0;
    const report = (finding: Finding): void => {
      if (finding.severity !== 'error') return;
      errors++;
      context.emit({ type: 'step.finding', step: 'verify', finding });
    };
    const pool = await poolFor(context, fitted, currentSource(context));
    try {
      const { differences } = await compareTables(context, fitted, pool, report, 'ledger');
      await compareQuarantine(context, fitted, report);
      if (await checkCatalog(context, fitted, report)) await checkDerived(context, report);
      if (errors > 0) throw different(context.folder, errors, differences);
    } catch (error) {
      throw isServerError(error) ? targetError('the target cannot be compared', error) : error;
    }
  },

  undo: () => Promise.resolve(undefined),
};

function isServerError(error: unknown): boolean {
  return !(error instanceof WizardError) && error instanceof Error && 'severity' in error;
}

function different(folder: string, errors: number, rows: number): WizardError {
  const what =
    rows > 0
      ? `${showRows(rows)} ${rows === 1 ? 'differs' : 'differ'} between source and target`
      : `${errors} checks of the target failed`;
  const since = isSwitchedOver(folder)
    ? '; the application runs on the target, and what it has written there since is to be expected'
    : '';
  return new WizardError({
    code: 'DIFFERENT',
    message: `${what}${since}`,
    remedies: remediesIn(folder),
    exitCode: 6,
  });
}

/** --restart would drop the tables of an application that runs on them, so it is refused then. */
function remediesIn(folder: string): string[] {
  if (isSwitchedOver(folder))
    return [
      'ttm-wizard rollback counts what the application has written since the switch-over, and asks before it changes anything',
      'ttm-wizard report tells what was equal before the switch-over',
    ];
  const left = halfwayLeft(folder);
  if (left !== undefined) return [...left.remedies];
  return [
    'the first ten are named above; after a run ttm-wizard report names them too',
    'if somebody writes to the target: stop that, then --restart',
    'ttm-wizard verify compares again',
  ];
}
