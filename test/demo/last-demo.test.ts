// What a demo finds of the one before it, by the files of its run alone.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { findLastDemo, readDowntime } from '../../src/demo/last-demo.js';
import { type CutoverState, saveCutover } from '../../src/run/cutover-state.js';
import { type RunFolder, type RunState, createRunFolder } from '../../src/run/folder.js';

const base = mkdtempSync(join(tmpdir(), 'ttm-last-demo-'));
let count = 0;

function makeRun(
  backupDir: string,
  state: Partial<RunState> = {},
  cutover?: Omit<CutoverState, 'v'>,
): RunFolder {
  const run = createRunFolder(backupDir, {
    v: 1,
    run: `20260131-02000${++count % 10}-3f9a`,
    plan: 'tothemoon',
    source: '/srv/dev.db',
    target: { host: '127.0.0.1', port: 5432, database: 'moon', user: 'postgres' },
    startedAt: '2026-01-31T02:00:00.000Z',
    options: { onBadValue: 'stop', onDrift: 'stop', dump: true },
    results: {},
    outcome: 'running',
    ...state,
  });
  if (cutover !== undefined) saveCutover(run.path, { v: 1, ...cutover });
  return run;
}

afterAll(() => rmSync(base, { recursive: true }));

describe('the last demo', () => {
  const verified = { preflight: {}, backup: {}, schema: {}, copy: {}, constrain: {}, verify: {} };
  const moved = { ...verified, cutover: {} };

  it('is none without a run', () => {
    expect(findLastDemo(join(base, 'nowhere'))).toEqual({ kind: 'none' });
  });

  it.each([
    ['killed in its first step', {}, undefined, 'unfinished', false],
    ['killed while it copied', { results: { preflight: {} } }, undefined, 'unfinished', false],
    [
      'failed before the switch-over',
      { results: verified, outcome: 'failed' },
      undefined,
      'unfinished',
      false,
    ],
    ['killed while it caught up', { results: verified }, { phase: 'caught-up' }, 'unfinished', false],
    ['killed after the stop', { results: verified }, { phase: 'stopped' }, 'unfinished', true],
    ['killed after the switch', { results: verified }, { phase: 'started' }, 'unfinished', true],
    ['killed before its result was kept', { results: verified }, { phase: 'done' }, 'unfinished', true],
    [
      'killed while a failed switch-over was taken back',
      { results: verified },
      { phase: 'carrying', reason: 'failure' },
      'unfinished',
      true,
    ],
    ['complete', { results: moved, outcome: 'completed' }, { phase: 'done' }, 'moved', true],
    [
      'killed while it was taken back',
      { results: moved, outcome: 'completed' },
      { phase: 'carrying', reason: 'rollback' },
      'going-back',
      true,
    ],
    [
      'killed before its tables were dropped',
      { results: moved, outcome: 'completed' },
      { phase: 'caught-up' },
      'going-back',
      false,
    ],
    [
      'killed while it was taken back in the middle of its switch-over',
      { results: verified },
      { phase: 'carrying', reason: 'rollback' },
      'going-back',
      true,
    ],
    ['taken back', { results: moved, outcome: 'rolled-back' }, { phase: 'caught-up' }, 'taken-back', false],
  ] as const)('%s', (_, state, cutover, kind, isSwitching) => {
    const backupDir = join(base, String(++count));
    makeRun(backupDir, state, cutover);
    expect(findLastDemo(backupDir)).toMatchObject({ kind, isSwitching });
  });

  it('is that of the newest run', () => {
    const backupDir = join(base, 'two');
    makeRun(backupDir, { run: '20260131-020000-aaaa', results: moved, outcome: 'rolled-back' });
    makeRun(backupDir, { run: '20260131-020001-aaaa' });
    expect(findLastDemo(backupDir)).toMatchObject({ kind: 'unfinished' });
  });
});

test('the downtime is known from the first good answer on', () => {
  const stoppedAt = '2026-01-31T02:01:00.000Z';
  const answeredAt = '2026-01-31T02:01:01.250Z';
  const run = makeRun(join(base, 'measured'), {}, { phase: 'done', stoppedAt, answeredAt });
  expect(readDowntime(run)).toBe(1250);
  const early = makeRun(join(base, 'early'), {}, { phase: 'stopped', stoppedAt });
  expect(readDowntime(early)).toBeUndefined();
  expect(readDowntime(makeRun(join(base, 'never')))).toBeUndefined();
});
