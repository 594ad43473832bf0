// A dry run into a file: what can be run stays as it is, everything else is comment and is told on standard error.
import { expect, test } from 'vitest';
import type { EventBody } from '../../src/events.js';
import { unpainted } from '../../src/output/paint.js';
import { planSqlSink } from '../../src/output/plan-sql.js';
import { plainSink } from '../../src/output/plain.js';
import { reduce } from '../../src/reduce.js';
import { EMPTY_VIEW } from '../../src/view.js';
import { started } from '../screens/runs.js';
import { capture } from './capture.js';
import { record } from './recorded-run.js';

function play(...bodies: readonly EventBody[]): { file: string; told: string } {
  const [out, err] = [capture(), capture()];
  const sink = planSqlSink(out, plainSink(err, unpainted));
  let view = EMPTY_VIEW;
  for (const event of record([started, ...bodies])) sink(event, (view = reduce(view, event)));
  return { file: out.lines.join('\n'), told: err.lines.join('\n') };
}

const plan = (
  step: 'schema' | 'constrain' | 'verify' | 'cutover',
  title: string,
  sql: string,
): EventBody => ({
  ...{ type: 'plan.statement', step },
  title,
  sql,
});

test('schema and keys are SQL, each statement ended, under a comment that says what it is', () => {
  const { file, told } = play(
    plan('schema', 'tables', 'CREATE TABLE a (\n  id integer\n);\n'),
    plan('constrain', 'statistics', 'VACUUM (ANALYZE) "é"'),
    plan('constrain', 'sequences', '-- after the highest id'),
  );
  expect(file).toBe(
    '-- schema: tables\nCREATE TABLE a (\n  id integer\n);\n\n-- constrain: statistics\nVACUUM (ANALYZE) "é";\n\n' +
      '-- constrain: sequences\n-- after the highest id\n',
  );
  expect(told).toContain('schema     would do: tables');
  expect(told).not.toContain('CREATE TABLE');
});

test('what only the wizard can do is comment to its last line, and words are told to the person too', () => {
  const { file, told } = play(
    plan('verify', 'digest', 'SELECT 1\rDROP TABLE a;\n\nSELECT 2'),
    plan('cutover', 'stop\nDROP TABLE b;', 'systemctl stop moon'),
  );
  for (const line of file.split(/[\r\n]/)) expect(line === '' || line.startsWith('--'), line).toBe(true);
  expect(file).toContain('-- systemctl stop moon');
  expect(told).toContain('systemctl stop moon');
  expect(told).not.toContain('SELECT 1');
});
