// What the view makes of parts, downtime, questions and planned tables.
import { expect, test } from 'vitest';
import type { EventBody } from '../../src/events.js';
import { canRollBack } from '../../src/reversible.js';
import { totalsOf } from '../../src/run/outcome.js';
import { environment, record, successful, viewOf } from '../output/recorded-run.js';
import { done, resumedBack } from '../screens/histories.js';
import { started } from '../screens/runs.js';

const parts: EventBody = { type: 'step.parts', step: 'cutover', parts: ['stop', 'start'] };
const begin = (part: string): EventBody => ({ type: 'step.part', step: 'cutover', part });
const down: EventBody = { type: 'downtime.started', step: 'cutover' };
const planned = (rows: number): EventBody => ({
  type: 'table.planned',
  step: 'preflight',
  table: 't',
  rows,
  bytes: rows,
});

function view(...events: EventBody[]) {
  return viewOf(record([started, ...events]));
}

test('a part is done when the next one begins, and the last one with its step', () => {
  const states = (...events: EventBody[]) => view(parts, ...events).parts.map(({ state }) => state);
  expect(states()).toEqual(['left', 'left']);
  expect(states(begin('stop'))).toEqual(['running', 'left']);
  expect(states(begin('stop'), begin('start'))).toEqual(['done', 'running']);
  const end: EventBody = { type: 'step.completed', step: 'cutover', summary: '', elapsedMs: 1 };
  expect(states(begin('stop'), begin('start'), end)).toEqual(['done', 'done']);
  const fail: EventBody = { type: 'step.failed', step: 'cutover', code: 'X', message: '', elapsedMs: 1 };
  expect(states(begin('stop'), fail)).toEqual(['failed', 'left']);
  const undo: EventBody = { type: 'step.undone', step: 'cutover', summary: 'back' };
  expect(states(begin('stop'), begin('start'), undo)).toEqual(['done', 'done']);
});

test('what waits for the answer is done with it, though the step then fails, having taken itself back', () => {
  const answer: EventBody = { type: 'downtime.ended', step: 'cutover', downtimeMs: 10 };
  const fail: EventBody = { type: 'step.failed', step: 'cutover', code: 'X', message: '', elapsedMs: 1 };
  const { parts: after } = view(parts, begin('stop'), down, begin('start'), answer, fail);
  expect(after.map(({ state }) => state)).toEqual(['done', 'done']);
});

test('what a rollback counts before it is agreed to changes nothing of a step that is done', () => {
  const counted: EventBody = {
    type: 'step.progress',
    step: 'cutover',
    doing: 'looking for what was written',
    done: 14,
    total: 14,
    unit: 'parts',
    elapsedMs: 2400,
  };
  const refused: EventBody = {
    type: 'run.failed',
    exitCode: 9,
    code: 'X',
    message: 'x',
    remedies: [],
    elapsedMs: 1,
  };
  const next: EventBody = { type: 'step.started', step: 'schema', title: 'Create the tables' };
  for (const end of [refused, next]) {
    const after = viewOf(record([...done, resumedBack, counted, end]));
    expect(after.steps.find(({ name }) => name === 'cutover')).toMatchObject({
      state: 'done',
      progress: undefined,
      elapsedMs: 8000,
    });
  }
});

test('what was under way when a run was killed is not under way when it is gone on with or taken back', () => {
  expect(view(parts, begin('stop'), resumedBack).parts).toEqual([]);
});

test('a step that was stopped has not failed, whether it ended by itself or was cut off', () => {
  const begun: EventBody = { type: 'step.started', step: 'copy', title: 'Copy' };
  const stop: EventBody = {
    type: 'step.failed',
    step: 'copy',
    code: 'STOPPED',
    message: 'asked',
    elapsedMs: 1,
  };
  const end = (code: string): EventBody => ({
    ...{ type: 'run.failed', exitCode: 130, message: 'stopped', remedies: [], elapsedMs: 1 },
    code,
  });
  const stateOf = (...events: EventBody[]) =>
    view(begun, ...events).steps.find(({ name }) => name === 'copy')?.state;
  expect(stateOf(stop)).toBe('stopped');
  expect(stateOf(stop, end('STOPPED'))).toBe('stopped');
  expect(stateOf(end('STOPPED'))).toBe('stopped');
  expect(stateOf(end('BUG'))).toBe('failed');
});

test('a part that nobody has announced is shown all the same, with its times', () => {
  expect(view(begin('wait'), begin('go')).parts).toMatchObject([
    {
      title: 'wait',
      state: 'done',
      startedAt: '2026-01-31T02:00:01.000Z',
      endedAt: '2026-01-31T02:00:02.000Z',
    },
    { title: 'go', state: 'running', endedAt: '' },
  ]);
});

test('the downtime counts from the first stop until the answer', () => {
  expect(view().downtime).toBeUndefined();
  expect(view(down, down).downtime).toEqual({ startedAt: '2026-01-31T02:00:01.000Z', ms: undefined });
  const over: EventBody = { type: 'downtime.ended', step: 'cutover', downtimeMs: 1100 };
  expect(view(down, over).downtime).toMatchObject({ ms: 1100 });
  expect(view(down, over, down).downtime).toEqual({ startedAt: '2026-01-31T02:00:03.000Z', ms: undefined });
});

test('a question is open until it is answered, or the run fails', () => {
  const needed: EventBody = { type: 'input.needed', question: 'start', message: 'Start?', flag: '--yes' };
  const given: EventBody = { type: 'input.given', question: 'start', answer: 'yes', origin: 'answer' };
  const failed: EventBody = {
    type: 'run.failed',
    exitCode: 9,
    code: 'ANSWER_NEEDED',
    message: '',
    remedies: [],
    elapsedMs: 1,
  };
  expect(view(needed).question).toEqual({ name: 'start', message: 'Start?' });
  expect(view(needed, given).question).toBeUndefined();
  expect(view(needed, failed)).toMatchObject({ question: undefined, code: 'ANSWER_NEEDED' });
});

test('a planned table is left to do, and never forgets that it has been copied', () => {
  const copied: EventBody = {
    type: 'table.copied',
    step: 'copy',
    table: 't',
    rows: 7,
    bytes: 7,
    quarantined: 0,
    elapsedMs: 1,
  };
  expect(view(planned(5), planned(6)).tables).toMatchObject([{ name: 't', state: 'left', rows: 6 }]);
  expect(view(planned(5), copied, planned(8)).tables).toMatchObject([{ state: 'copied', rows: 7 }]);
});

test('there is something to take back from the first table on, until it is being taken back', () => {
  const schema: EventBody = { type: 'step.started', step: 'schema', title: 'Create the tables' };
  expect(canRollBack(view())).toBe(false);
  expect(canRollBack(view(schema))).toBe(true);
  expect(canRollBack({ ...view(schema), doing: 'take-back' })).toBe(false);
  expect(canRollBack({ ...view(schema), dryRun: true })).toBe(false);
  expect(canRollBack({ ...view(schema), outcome: 'rolled-back' })).toBe(false);
});

test('what a server has said of itself holds when the run goes on with other versions', () => {
  const first: EventBody = { type: 'environment', ...environment, postgres: '15.8' };
  const later: EventBody = { type: 'environment', ...environment, node: '24.1.0' };
  expect(view(later).environment).toEqual({ ...environment, node: '24.1.0', postgres: undefined });
  expect(view(first, later).environment).toEqual({ ...environment, node: '24.1.0', postgres: '15.8' });
});

test('an index measured again and a file written again count once', () => {
  const index = (scans: number, table = 't'): EventBody => ({
    type: 'index.measured',
    step: 'verify',
    table,
    index: 'i',
    definition: 'btree (a)',
    bytes: 8192,
    scans,
  });
  const file = (bytes: number): EventBody => ({
    type: 'file.written',
    step: 'dump',
    file: '/b/target.dump',
    bytes,
    sha256: 'ab',
  });
  const { indexes, files } = view(index(1), index(2), index(3, 'other'), file(5), file(6));
  expect(indexes.map(({ table, scans }) => [table, scans])).toEqual([
    ['t', 2],
    ['other', 3],
  ]);
  expect(files).toEqual([{ step: 'dump', file: '/b/target.dump', bytes: 6, sha256: 'ab' }]);
});

test('a run recorded before any of that was told has the view it always had', () => {
  const newer = ['environment', 'index.measured', 'file.written'];
  const older = viewOf(record(successful.filter(({ type }) => !newer.includes(type))));
  expect(older).toMatchObject({ outcome: 'completed', indexes: [], files: [], environment: undefined });
});

test('what a run waits for shows until something comes on; progress that says the same again is nothing new', () => {
  const begun: EventBody = { type: 'step.started', step: 'copy', title: 'Copy' };
  const at = (done: number): EventBody => ({
    type: 'step.progress',
    step: 'copy',
    doing: 'rows',
    done,
    total: 9,
    unit: 'rows',
    elapsedMs: done,
  });
  const waiting: EventBody = { type: 'run.waiting', what: 'a lock', remedies: ['end it'], silentMs: 10_000 };
  const known = { what: 'a lock', remedies: ['end it'] };
  expect(view(begun, at(1), waiting, at(1))).toMatchObject({
    waiting: known,
    newsAt: '2026-01-31T02:00:02.000Z',
    lastAt: '2026-01-31T02:00:04.000Z',
  });
  expect(view(begun, at(1), waiting, at(2)).waiting).toBeUndefined();
  expect(view(begun, waiting, { type: 'notice', message: '' }).waiting).toBeUndefined();
});

test('the totals are of what was copied, and where nothing was, of what was compared', () => {
  const copied: EventBody = {
    type: 'table.copied',
    step: 'copy',
    table: 't',
    rows: 5,
    bytes: 50,
    quarantined: 1,
    elapsedMs: 1,
  };
  const verified: EventBody = {
    type: 'table.verified',
    step: 'verify',
    table: 't',
    sourceRows: 6,
    targetRows: 5,
    quarantined: 1,
    sourceDigest: '',
    targetDigest: '',
    equal: true,
    differences: 0,
    elapsedMs: 1,
  };
  const totals = { tables: 1, rows: 5, quarantined: 1 };
  expect(totalsOf(view(planned(7)))).toMatchObject({ tables: 0, rows: 0 });
  expect(totalsOf(view(copied))).toMatchObject({ ...totals, bytes: 50 });
  expect(totalsOf(view(copied, verified))).toMatchObject(totals);
  expect(totalsOf(view(verified))).toMatchObject(totals);
});
