// One recorded run through the screen, the plain lines and NDJSON: all three tell the same tables, rows and verdicts.
import { expect, test } from 'vitest';
import { unpainted } from '../../src/output/paint.js';
import { ndjsonSink } from '../../src/output/ndjson.js';
import { plainSink } from '../../src/output/plain.js';
import { showCount } from '../../src/output/format.js';
import { type EventBody, eventSchema } from '../../src/events.js';
import { reduce } from '../../src/reduce.js';
import { EMPTY_VIEW, type RunView } from '../../src/view.js';
import { capture } from '../output/capture.js';
import { different, record, successful } from '../output/recorded-run.js';
import { LARGE, screenOf } from './frame.js';

/** What each output has said when the run is over, the screen also on its way there. */
function replay(bodies: readonly EventBody[]): {
  view: RunView;
  screen: string;
  plain: string;
  json: string[];
} {
  const [lines, json] = [capture(), capture()];
  const [plain, ndjson] = [plainSink(lines, unpainted), ndjsonSink(json, capture(), unpainted)];
  let view = EMPTY_VIEW;
  const frames: string[] = [];
  for (const event of record(bodies)) {
    view = reduce(view, event);
    plain(event, view);
    ndjson(event, view);
    frames.push(screenOf(view, LARGE));
  }
  return { view, screen: frames.join('\n'), plain: lines.lines.join('\n'), json: json.lines };
}

test.each([
  ['a run that succeeds', successful],
  ['a run that finds differences', different],
])('%s', (_, bodies) => {
  const { view, screen, plain, json } = replay(bodies);
  const told = json.map((line) => eventSchema.parse(JSON.parse(line))).reduce(reduce, EMPTY_VIEW);
  expect(told).toEqual(view);
  const compared = told.tables.filter(({ state }) => state === 'verified' || state === 'different');
  expect(compared.length).toBeGreaterThan(0);
  for (const { name, sourceRows, targetRows, state } of compared) {
    const [source, target] = [showCount(sourceRows), showCount(targetRows)];
    const verdict = state === 'verified' ? 'equal' : 'DIFFERENT';
    expect(screen).toMatch(new RegExp(`${name} +${source} +${target} +${verdict}`));
    expect(plain).toMatch(new RegExp(`${name} +${source} +${target} +\\w+ +${verdict}`));
  }
  for (const { query, equal } of told.queries) {
    const verdict = equal ? 'equal' : 'DIFFERENT';
    expect(screen).toMatch(new RegExp(`${query} .* ${verdict}`));
    expect(plain).toMatch(new RegExp(`${query}.* ${verdict}`));
  }
  for (const { message, severity } of told.findings.filter((finding) => finding.severity !== 'ok')) {
    expect([severity, screen.includes(message), plain.includes(message)]).toEqual([severity, true, true]);
  }
  for (const step of told.steps.filter(({ summary }) => summary !== '')) {
    expect(screen).toContain(step.summary);
    expect(plain).toContain(step.summary);
  }
});
