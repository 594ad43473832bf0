// The runs of a backup folder, in the order in which they were begun.
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RunState, createRunFolder, listRuns, removeFailedPreflights } from '../../src/run/folder.js';
import { makeFolder } from '../../src/tools/make-folder.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ttm-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function begun(run: string, startedAt: string): RunState {
  return {
    v: 1,
    run,
    plan: 'tothemoon',
    source: '/srv/dev.db',
    target: { host: 'h', port: 5432, database: 'd', user: 'u' },
    startedAt,
    options: { onBadValue: 'stop', onDrift: 'stop', dump: false },
    results: {},
    outcome: 'running',
  };
}

test('two runs of the same second stand in the order of their start, whatever their names', () => {
  createRunFolder(folder, begun('20260131-020000-ffff', '2026-01-31T02:00:00.100Z'));
  createRunFolder(folder, begun('20260131-020000-0000', '2026-01-31T02:00:00.900Z'));
  createRunFolder(folder, begun('20260131-015959-aaaa', '2026-01-31T01:59:59.000Z'));
  expect(listRuns(folder).map(({ state }) => state.run)).toEqual([
    '20260131-015959-aaaa',
    '20260131-020000-ffff',
    '20260131-020000-0000',
  ]);
});

test('of runs that did not get past preflight nothing is kept, of all others everything', () => {
  const runs: readonly (readonly [name: string, state: Partial<RunState>, file: string])[] = [
    ['20260131-020000-0001', { outcome: 'failed' }, 'wizard.log'],
    ['20260131-020000-0002', { outcome: 'running' }, 'events.ndjson'],
    ['20260131-020000-0003', { outcome: 'failed', results: { preflight: {} } }, 'snapshot.db'],
    ['20260131-020000-0004', { outcome: 'completed', results: { preflight: {} } }, 'target.dump'],
    ['20260131-020000-0005', { outcome: 'rolled-back' }, 'report.txt'],
    ['20260131-020000-0006', { outcome: 'failed' }, 'notes-of-the-admin.txt'],
  ];
  for (const [name, state, file] of runs) {
    const { path } = createRunFolder(folder, { ...begun(name, '2026-01-31T02:00:00.000Z'), ...state });
    writeFileSync(join(path, file), '');
  }
  removeFailedPreflights(folder);
  expect(listRuns(folder).map(({ state }) => state.run.slice(-1))).toEqual(['3', '4', '5', '6']);
});

test('a backup folder where nothing can be made is refused at once, however deep', () => {
  for (const refused of ['/proc/x', '/proc/x/y', join(folder, 'file', 'backups')]) {
    writeFileSync(join(folder, 'file'), '');
    expect(() => createRunFolder(refused, begun('20260131-020000-0001', '2026-01-31T02:00:00.000Z'))).toThrow(
      expect.objectContaining({ code: 'BACKUP_DIR', exitCode: 2 }),
    );
  }
});

test('the folders above one that is made are made too, for their owner alone; one that is there stays as it is', () => {
  const deep = join(folder, 'a', 'b');
  makeFolder(deep, 0o700);
  for (const made of [join(folder, 'a'), deep]) expect(statSync(made).mode & 0o777).toBe(0o700);
  makeFolder(deep, 0o755);
  expect(statSync(deep).mode & 0o777).toBe(0o700);
});
