// A run's folder made by hand: state.json and events.ndjson as the journal would have left them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventBody } from '../../src/events.js';
import { record } from '../output/recorded-run.js';

export const RUN = '20260131-020000-3f9a';

/** Writes the run into `backupDir` and answers with its folder. */
export function writeRun(backupDir: string, bodies: readonly EventBody[], outcome = 'completed'): string {
  const folder = join(backupDir, RUN);
  mkdirSync(folder, { recursive: true });
  const state = {
    v: 1,
    run: RUN,
    plan: 'tothemoon',
    source: '/srv/tothemoon/dev.db',
    target: { host: 'db.example', port: 5432, database: 'moon', user: 'app' },
    startedAt: '2026-01-31T02:00:00.000Z',
    options: { onBadValue: 'stop', onDrift: 'stop', dump: true },
    results: {},
    outcome,
  };
  writeFileSync(join(folder, 'state.json'), JSON.stringify(state));
  const lines = record(bodies).map((event) => `${JSON.stringify(event)}\n`);
  writeFileSync(join(folder, 'events.ndjson'), lines.join(''));
  return folder;
}
