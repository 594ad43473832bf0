// Constraints and indexes that the plan promises are there and valid, and every sequence is ahead of its table.
import { z } from 'zod';
import type { Finding } from '../../src/events.js';
import type { StepContext } from '../../src/run/step.js';
import type { FittedPlan } from '../../src/source/drift.js';
import { fillSql, loadSql, quoteName } from '../../src/target/sql.js';

const rowSchema = z.object({
  name: z.string(),
  kind: z.enum(['constraint', 'index', 'table', 'function', 'trigger']),
  is_valid: z.string(),
});

export async function checkCatalog(
  context: StepContext,
  fitted: FittedPlan,
  report: (finding: Finding) => void,
): Promise<void> {
  const { expected, tables } = context.options.plan;
  const client = await context.target();
  // The plan's own too: a table that this source lacks is there all the same, with its keys.
  const names = [...[...tables, ...fitted.tables].map(({ name }) => name), ...(expected.tables ?? [])];
  const { rows } = await client.query(loadSql('verify/catalog.sql'), [names]);
  const found = z.array(rowSchema).parse(rows);
  const { constraints, indexes, tables: others = [], functions = [], triggers = [] } = expected;
  const wanted = [
    ...constraints.map((name) => ({ name, kind: 'constraint' as const })),
    ...indexes.map((name) => ({ name, kind: 'index' as const })),
    ...others.map((name) => ({ name, kind: 'table' as const })),
    ...functions.map((name) => ({ name, kind: 'function' as const })),
    ...triggers.map((name) => ({ name, kind: 'trigger' as const })),
  ];
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
    const answer = await client.query<{ is_ahead: string }>(fillSql('verify/sequence.sql', places), [
      quoteName(sequence.name),
    ]);
    if (answer.rows[0]?.is_ahead !== 'true')
      complain('sequence-behind', `the next id of ${sequence.name} is taken already`);
  }
  if (problems > 0) return;
  const counts = [
    `${constraints.length} constraints`,
    `${indexes.length} indexes`,
    ...(others.length === 0 ? [] : [`${others.length} more tables`]),
    ...(functions.length === 0 ? [] : [`${functions.length} functions`]),
    ...(triggers.length === 0 ? [] : [`${triggers.length} triggers`]),
  ];
  const message = `${counts.join(', ')} and all sequences are as they should be`;
  report({ severity: 'ok', code: 'catalog', message, remedies: [] });
}
