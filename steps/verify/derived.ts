// What the target derives from the rows, such as the newest score of each token: compared with the rows, which no digest does for it.
import { z } from 'zod';
import type { Finding } from '../../src/events.js';
import type { StepContext } from '../../src/run/step.js';
import { loadSql } from '../../src/target/sql.js';

const rowSchema = z.object({ what: z.string(), remedy: z.string() });

const MAX_NAMED = 5;

/** Reports one error that names the first places where it is not true. Counts on everything that the plan expects being there. */
export async function checkDerived(context: StepContext, report: (finding: Finding) => void): Promise<void> {
  const { untrue } = context.options.plan;
  if (untrue === undefined) return;
  const answer = await (await context.target()).query(loadSql(untrue));
  const rows = z.array(rowSchema).parse(answer.rows);
  if (rows.length === 0) {
    const message = 'what the target derives from the rows is true';
    report({ severity: 'ok', code: 'derived', message, remedies: [] });
    return;
  }
  const named = rows.slice(0, MAX_NAMED).map(({ what }) => what);
  const more = rows.length > named.length ? `; and ${rows.length - named.length} more` : '';
  const remedies = [...new Set(rows.map(({ remedy }) => remedy))].slice(0, MAX_NAMED);
  report({ severity: 'error', code: 'derived-untrue', message: `${named.join('; ')}${more}`, remedies });
}
