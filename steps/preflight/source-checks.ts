// The source: readable, sound, as the plan expects it, and every single value fit for its target type.
import type { Database } from 'better-sqlite3';
import { showRows, showSize } from '../../src/output/format.js';
import { scanTables } from '../../src/chunk/scan.js';
import { WizardError } from '../../src/errors.js';
import type { Finding } from '../../src/events.js';
import { progressOf } from '../../src/run/progress.js';
import { isUsedUp } from '../../src/run/sequences.js';
import type { StepContext } from '../../src/run/step.js';
import { type FittedPlan, fitPlan } from '../../src/source/drift.js';
import { type SourceSchema, inspectSource } from '../../src/source/inspect.js';
import { findUnwritable } from '../../src/source/app-defined.js';
import { checkSoundness, uncheckedFindings } from '../../src/source/soundness.js';
import { openSource, sourceError } from '../../src/source/sqlite.js';
import { findUnusedColumns } from '../../src/source/unused-columns.js';
import { foldName } from '../../src/source/spelling.js';
import { processesHolding } from '../../src/source/open-files.js';
import { warmCache } from '../../src/source/warm-cache.js';

type Report = (finding: Finding) => void;

/** Returns what the source contains. Throws errors of exit 4 when it cannot be read. */
export async function checkSource(context: StepContext, report: Report): Promise<SourceSchema> {
  const { source, plan, onDrift } = context.options;
  const db = openSource(source);
  try {
    const schema = inspectSource(db);
    report(
      ok(
        'source-readable',
        `${source}: journal mode ${schema.journalMode}, ${schema.encoding}, ${showSize(schema.bytes)}`,
      ),
    );
    reportHolders(source, report);
    await warmCache(source);
    checkFile(db, source, report);
    const fitted = fitPlan(plan, schema, onDrift);
    fitted.findings.forEach(report);
    if (!fitted.findings.some(({ severity }) => severity === 'error')) {
      const tables = fitted.tables.map(({ name }) => name).join(', ');
      report(ok('schema-known', `the source has the tables of the plan: ${tables}`));
    }
    if (context.options.cutover !== undefined) checkWayBack(source, schema, fitted, report);
    if (!fitted.findings.some(({ code }) => code === 'changed-key' || code === 'app-collation')) {
      await scanValues(context, db, fitted, schema.bytes, report);
      reportUnused(db, fitted, report);
      checkIds(source, fitted, report);
    }
    return schema;
  } catch (error) {
    throw isSqlite(error) ? sourceError(source, error) : error;
  } finally {
    db.close();
  }
}

function isSqlite(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && String(error.code).startsWith('SQLITE_')
  );
}

function ok(code: string, message: string): Finding {
  return { severity: 'ok', code, message, remedies: [] };
}

function reportHolders(source: string, report: Report): void {
  const holders = processesHolding(source);
  if (holders.length === 0) report(ok('source-free', 'no other process has the source open'));
  else {
    const message = `the source is open in ${holders.map(({ pid, command }) => `${command} (pid ${pid})`).join(', ')}`;
    report({ severity: 'info', code: 'source-in-use', message, remedies: [] });
  }
}

function checkFile(db: Database, source: string, report: Report): void {
  const soundness = checkSoundness(db, 'quick_check', 5);
  uncheckedFindings('quick_check', soundness).forEach(report);
  if (soundness.damage.length === 0) {
    report(ok('source-sound', 'quick_check finds no damage'));
    return;
  }
  throw new WizardError({
    code: 'SOURCE_CORRUPT',
    message: `${source} is damaged: ${soundness.damage.join('; ')}`,
    remedies: [
      `sqlite3 ${source} .recover | sqlite3 recovered.db    saves what is readable; compare before you trust it`,
    ],
    exitCode: 4,
  });
}

/** After the switch-over a rollback has to write to the source, with the SQLite that is here. */
function checkWayBack(
  source: string,
  schema: SourceSchema,
  { tables, present }: FittedPlan,
  report: Report,
): void {
  const there = tables.filter(({ name }) => present[name] !== undefined);
  for (const { name: table, columns } of there) {
    const found = schema.tables.find(({ name }) => foldName(name) === foldName(table));
    const computed = (found?.columns ?? []).filter(({ isGenerated }) => isGenerated);
    const names = columns.map(({ name }) => foldName(name));
    for (const { name: column } of computed.filter(({ name }) => names.includes(foldName(name)))) {
      report({
        severity: 'error',
        code: 'no-way-back',
        message: `after the switch-over a rollback could bring no row back to ${table}, because SQLite takes no value for the generated column ${column}`,
        remedies: [
          '--on-drift leave    leaves such a column behind, where the plan does not need it',
          '--no-cutover    ends with the verified copy',
        ],
        table,
        column,
      });
    }
  }
  for (const { table, why } of findUnwritable(source, there)) {
    report({
      severity: 'error',
      code: 'no-way-back',
      message: `after the switch-over a rollback could write nothing to ${table}, because only the application can (${why})`,
      remedies: [
        '--no-cutover    ends with the verified copy',
        'drop the index, check or trigger that needs it, where the application can do without it',
      ],
      table,
    });
  }
}

/** Carried over all the same: whether they are needed is the person's to say. */
function reportUnused(db: Database, fitted: FittedPlan, report: Report): void {
  for (const { table, column } of findUnusedColumns(db, fitted)) {
    const message = `column ${column} of ${table} holds no value in any row; it is carried over as it is`;
    report({ severity: 'info', code: 'unused-column', message, remedies: [], table, column });
  }
}

/** SQLite takes a free id then; a sequence has none left to give. */
function checkIds(source: string, { tables, present }: FittedPlan, report: Report): void {
  for (const table of tables) {
    const { name, sequence } = table;
    if (sequence === undefined || present[name]?.includes(sequence.column) !== true) continue;
    if (!isUsedUp(source, table)) continue;
    report({
      severity: 'warning',
      code: 'ids-used-up',
      message: `${name}.${sequence.column} has used the highest id that its type can hold: in PostgreSQL the next row of the application finds no id`,
      remedies: [
        `SELECT max(${sequence.column}) FROM ${name}    shows it; a smaller id in its place, in the row and all that refer to it, mends it`,
      ],
      table: name,
    });
  }
}

async function scanValues(
  context: StepContext,
  db: Database,
  fitted: FittedPlan,
  bytes: number,
  report: Report,
): Promise<void> {
  const { source, onBadValue } = context.options;
  const progress = progressOf(context.emit, 'preflight');
  const done = new Map<string, { rows: number; bytes: number }>();
  const pool = await context.workers({ file: source, tables: fitted.tables, present: fitted.present });
  try {
    const { findings } = await scanTables({
      fitted,
      pool,
      db,
      stop: context.stop,
      pace: 'in rounds',
      onBadValue,
      progress: (table, rows, size) => {
        done.set(table, { rows, bytes: size });
        const sum = [...done.values()].reduce((total, part) => total + part.bytes, 0);
        // The lines' bytes are somewhat fewer than the file's pages: an estimate from below.
        progress({
          doing: 'reading every value',
          done: sum,
          total: Math.max(sum, bytes),
          unit: 'bytes',
        });
      },
    });
    findings.forEach(report);
    for (const { name } of fitted.tables) {
      const { rows: count, bytes: size } = done.get(name) ?? { rows: 0, bytes: 0 };
      context.emit({ type: 'table.planned', step: 'preflight', table: name, rows: count, bytes: size });
    }
    const rows = [...done.values()].reduce((total, part) => total + part.rows, 0);
    const bad = findings.filter(({ code }) => code !== 'time-spelling').length;
    if (bad === 0) report(ok('values-fit', `all values of ${showRows(rows)} fit their target types`));
  } finally {
    await pool.turnTo(undefined);
  }
}
