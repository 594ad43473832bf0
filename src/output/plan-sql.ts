// A dry run whose standard output is no terminal: the plan goes there as a file of SQL, everything that people read to standard error. What
// creates the schema can be run as it stands; all else is comment.
import type { StepName, WizardEvent } from '../events.js';
import type { EventSink } from '../run/journal.js';
import { safe } from './findings.js';
import type { Writer } from './writer.js';

/** Their statements need nothing that only the wizard has. */
const RUNNABLE: readonly StepName[] = ['schema', 'constrain'];
/** Their plan is SQL; that of the others says in words what is done. */
const SQL: readonly StepName[] = [...RUNNABLE, 'copy', 'verify'];

type Statement = Extract<WizardEvent, { type: 'plan.statement' }>;

/** `told` is where everything else goes; of the SQL it gets the titles. */
export function planSqlSink(out: Pick<Writer, 'data'>, told: EventSink): EventSink {
  return (event, view) => {
    if (event.type !== 'plan.statement') {
      told(event, view);
      return;
    }
    out.data(statementText(event));
    told(SQL.includes(event.step) ? { ...event, sql: '' } : event, view);
  };
}

function statementText({ step, title, sql }: Statement): string {
  const text = sql.trimEnd();
  const body = RUNNABLE.includes(step) ? terminated(text) : commented(text);
  return `-- ${step}: ${safe(title)}\n${body}\n`;
}

function terminated(sql: string): string {
  const [last = ''] = sql.split('\n').slice(-1);
  return last.endsWith(';') || last.startsWith('--') ? sql : `${sql};`;
}

/** A comment of SQL ends with its line, which a carriage return ends too, here as there. */
function commented(text: string): string {
  return text.replace(/^/gm, '-- ');
}
