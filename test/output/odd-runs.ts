// Runs that a page has to bear: names that try to be HTML, very many tables, and a switch-over with its downtime.
import type { EventBody } from '../../src/events.js';
import { environment, successful } from './recorded-run.js';

/** Would run, load or draw something wherever it is not escaped. */
export const NAME_THAT_STEERS = `"'><img src=x onerror=alert(1)></style></title><script>alert(2)</script>&amp;\`<b>`;
const CONTROLS = 'a\u001b[2Jb\u202ec\u0000d\r\ne';
const LETTERS = '月🚀';

/** Every text of a run that comes from outside, or could, tries to steer the page. */
export const hostile: readonly EventBody[] = successful.map(steering).concat([
  { type: 'notice', message: CONTROLS },
  { type: 'notice', message: LETTERS },
  {
    type: 'run.failed',
    exitCode: 6,
    code: 'DIFFERENT',
    message: NAME_THAT_STEERS,
    remedies: [NAME_THAT_STEERS],
    elapsedMs: 1,
  },
]);

/** The event with a hostile text in place of each of its own. */
function steering(event: EventBody): EventBody {
  const name = NAME_THAT_STEERS;
  switch (event.type) {
    case 'run.started':
      return { ...event, plan: name, source: name, target: name, folder: name, log: name };
    case 'environment':
      return { ...event, system: name, timeZone: name, postgres: name };
    case 'step.started':
      return { ...event, title: name };
    case 'step.completed':
      return { ...event, summary: name };
    case 'step.finding': {
      const examples = [{ key: name, value: name }];
      return {
        ...event,
        finding: { ...event.finding, message: name, remedies: [name], table: name, examples },
      };
    }
    case 'table.started':
    case 'table.copied':
    case 'table.verified':
      return { ...event, table: name };
    case 'query.compared':
      return { ...event, query: `${event.query} ${name}`, caller: name, index: name };
    case 'index.measured':
      return { ...event, table: name, index: `${event.index} ${name}`, definition: name };
    case 'file.written':
      return { ...event, file: `${event.file} ${name}` };
    case 'notice':
      return { ...event, message: name };
    case 'run.waiting':
      return { ...event, what: name, remedies: [name] };
    case 'run.resumed':
    case 'run.completed':
    case 'run.failed':
    case 'run.rolled-back':
    case 'step.progress':
    case 'step.failed':
    case 'step.undone':
    case 'step.parts':
    case 'step.part':
    case 'downtime.started':
    case 'downtime.ended':
    case 'table.planned':
    case 'input.needed':
    case 'input.given':
    case 'plan.statement':
      return event;
  }
}

const WIDE = 'x'.repeat(110);

/** A verified run of so many tables with names as long as PostgreSQL lets them be, and longer, with two indexes each. */
export function manyTables(count: number): EventBody[] {
  const tables = Array.from({ length: count }, (_, index) => `table_${index}_${WIDE}`);
  return [
    ...successful.slice(0, 1),
    { type: 'environment', ...environment },
    ...tables.flatMap((table, index): EventBody[] => [
      { type: 'table.started', step: 'copy', table, rows: 1_000_000_000 + index, bytes: 1_000_000 },
      {
        type: 'table.verified',
        step: 'verify',
        table,
        sourceRows: 1_000_000_000 + index,
        targetRows: 1_000_000_000 + index,
        quarantined: 0,
        sourceDigest: 'ef'.repeat(32),
        targetDigest: 'ef'.repeat(32),
        equal: true,
        differences: 0,
        elapsedMs: 1,
      },
      {
        type: 'index.measured',
        step: 'verify',
        table,
        index: `${table}_pkey`,
        definition: `btree (${WIDE}, ${WIDE})`,
        bytes: 1_000_000,
        scans: index,
      },
    ]),
    ...successful.slice(-1),
  ];
}

const part = (title: string): EventBody => ({ type: 'step.part', step: 'cutover', part: title });

/** The successful run with its switch-over, 872 ms of downtime. */
export const downtime: readonly EventBody[] = [
  ...successful.slice(0, -1),
  { type: 'step.parts', step: 'cutover', parts: ['stop the application', 'start the application'] },
  part('stop the application'),
  { type: 'downtime.started', step: 'cutover' },
  part('start the application'),
  { type: 'downtime.ended', step: 'cutover', downtimeMs: 872 },
  { type: 'step.completed', step: 'cutover', summary: 'downtime 872 ms', elapsedMs: 5000 },
  ...successful.slice(-1),
];

/** The same, taken back. */
export const rolledBack: readonly EventBody[] = [
  ...downtime,
  { type: 'step.undone', step: 'cutover', summary: 'the application runs on SQLite again' },
  { type: 'run.rolled-back', exitCode: 0, message: 'the run has been taken back', elapsedMs: 10 },
];
