// --json: what scripts read.
import { expect, test } from 'vitest';
import { eventSchema } from '../../src/events.js';
import { ndjsonSink } from '../../src/output/ndjson.js';
import { unpainted } from '../../src/output/paint.js';
import { reduce } from '../../src/reduce.js';
import { EMPTY_VIEW } from '../../src/view.js';
import { capture } from './capture.js';
import { different, record, rest, successful } from './recorded-run.js';

test('every event is one line of valid JSON after the schema, whatever is in it', () => {
  const [out, err] = [capture(), capture()];
  const events = record([...successful, ...different, ...rest]);
  const sink = ndjsonSink(out, err, unpainted);
  let view = EMPTY_VIEW;
  for (const event of events) {
    view = reduce(view, event);
    sink(event, view);
  }
  expect(out.lines.length).toBe(events.length);
  for (const [index, line] of out.lines.entries()) {
    expect(line).not.toContain('\n');
    expect(eventSchema.parse(JSON.parse(line))).toEqual(events[index]);
  }
});

test('a failure is told to people too, on standard error', () => {
  const [out, err] = [capture(), capture()];
  const sink = ndjsonSink(out, err, unpainted);
  let view = EMPTY_VIEW;
  for (const event of record(different)) {
    view = reduce(view, event);
    sink(event, view);
  }
  expect(err.lines).toEqual([
    'Error: 2 rows differ',
    'What to do:',
    '  ttm-wizard run --restart',
    'Log: /b/20260131-020000-3f9a/wizard.log',
    '(DIFFERENCES, exit 6)',
  ]);
});
