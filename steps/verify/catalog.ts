// Everything that the plan promises is there and valid, and every sequence is ahead of its table.
import { z } from 'zod';
import type { Finding } from '../../src/events.js';
import { showSome } from '../../src/output/format.js';
import type { Expected } from '../../src/plans/plan.js';
import { changedDefinitions } from '../../src/run/definitions.js';
import type { StepContext } from '../../src/run/step.js';
import type { FittedPlan } from '../../src/source/drift.js';
import { fillSql, loadSql, quoteName } from '../../src/target/sql.js';

/** Names in one finding. */
const MAX_NAMED = 6;
const KINDS = ['constraint', 'index', 'table', 'function', 'trigger'] as const;
const rowSchema = z.object({ name: z.string(), kind: z.enum(KINDS), is_valid: z.string() });

/** Resolves to whether it is so. */
export async function checkCatalog(
  context: StepContext,
  fitted: FittedPlan,
  report: (finding: Finding) => void,
): Promise<boolean> {
  const { expected, tables } = context.options.plan;
  const client = await context.target();
  // The plan's own too: a table that this source lacks is there all the same, with its keys.
  const names = [...tables, ...fitted.tables].map(({ name }) => name).concat(expected.tables ?? []);
  const { rows } = await client.query(loadSql('verify/catalog.sql'), [names, expected.functions ?? []]);
  const found = z.array(rowSchema).parse(rows);
  const wanted = KINDS.flatMap((kind) => namesOf(expected, kind).map((name) => ({ name, kind })));
  let problems = 0;
  const complain = (code: string, message: string): void => {
    problems++;
    report({ severity: 'error', code, message, remedies: ['--restart begins anew'] });
  };
  for (const { name, kind } of wanted) {
    const row = found.find((candidate) => candidate.name === name && candidate.kind === kind);
    if (row === undefined) complain(`${kind}-missing`, `${kind} ${name} is not in the target`);
    else if (row.is_valid !== 'true') complain(`${kind}-invalid`, `${kind} ${name} is not valid`);
  }
  for (const { name, sequence } of fitted.tables) {
    if (sequence === undefined) continue;
    const places = {
      sequence: quoteName(sequence.name),
      column: quoteName(sequence.column),
      table: quoteName(name),
    };
    const answer = await client.query<{ is_ahead: string; is_used: string }>(
      fillSql('verify/sequence.sql', places),
      [quoteName(sequence.name), quoteName(name), sequence.column],
    );
    if (answer.rows[0]?.is_ahead !== 'true')
      complain('sequence-behind', `the next id of ${sequence.name} is taken already`);
    if (answer.rows[0]?.is_used !== 'true')
      complain('sequence-unused', `${name}.${sequence.column} takes no id from ${sequence.name}`);
  }
  if (problems > 0) return false;
  const changed = await changedDefinitions(context);
  if (changed.length > 0) {
    complain('definition-changed', `not as this run has made it: ${showSome(changed, MAX_NAMED)}`);
    return false;
  }
  const counts = KINDS.filter((kind) => namesOf(expected, kind).length > 0).map((kind) =>
    countOf(kind, namesOf(expected, kind).length),
  );
  const message = `${counts.join(', ')} and all sequences are as they should be`;
  report({ severity: 'ok', code: 'catalog', message, remedies: [] });
  return true;
}

type Kind = (typeof KINDS)[number];

function namesOf(expected: Expected, kind: Kind): readonly string[] {
  const names = {
    constraint: expected.constraints,
    index: expected.indexes,
    table: expected.tables,
    function: expected.functions,
    trigger: expected.triggers,
  };
  return names[kind] ?? [];
}

function countOf(kind: Kind, count: number): string {
  if (count === 1) return `1 ${kind}`;
  return `${count} ${kind === 'index' ? 'indexes' : `${kind}s`}`;
}
