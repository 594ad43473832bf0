// One switch-over at full size under an application that writes, and the way back: downtime, how long its writers waited, and whether
// anything it wrote is missing. On a copy of the source, because the application writes to it.
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresServer } from '../../src/demo/postgres-server.js';
import { loadCutover } from '../../src/run/cutover-state.js';
import { listRuns } from '../../src/run/folder.js';
import { readDiary } from '../support/diary.js';
import { type LiveServices, writeServices } from '../support/live-services.js';
import { missingFromDiary } from '../support/missing-from-diary.js';
import { onAdmin, runWizard } from './wizard-process.js';

export interface CutoverRound {
  readonly downtimeMs: number;
  /** What of it is neither stopping nor starting the services. */
  readonly ownMs: number;
  /** `/tokens?limit=10`, and how long it took before; undefined when it did not answer then. */
  readonly afterMs: number;
  readonly beforeMs: number | undefined;
  readonly totalMs: number;
  readonly rollbackMs: number;
  /** Of any transaction of the application, from before the backup until after the rollback. */
  readonly longestWaitMs: number;
  readonly transactions: number;
  readonly errors: readonly string[];
  /** What of the diary is not where it should be: in the target after the switch-over, in the source after the rollback. */
  readonly missing: readonly string[];
  readonly peakMb: number;
}

const DATABASE = 'bench_cutover';
/** Between two looks at the application's work, in milliseconds. */
const PAUSE_MS = 3000;

export async function switchOver(
  server: PostgresServer,
  sample: string,
  folder: string,
): Promise<CutoverRound> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const source = join(folder, 'dev.db');
  const backupDir = join(folder, 'backups');
  copyFileSync(sample, source);
  await onAdmin(server, [`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`, `CREATE DATABASE ${DATABASE}`]);
  const services = await writeServices(folder, source, { scoresPerMinute: 600, deletes: false });
  try {
    await services.start();
    const target = server.url(DATABASE);
    const common = ['--yes', '--backup-dir', backupDir];
    const moved = await runWizard(
      ['run', ...common, '--no-dump', '--source', source, ...services.flags],
      target,
    );
    const [run] = listRuns(backupDir);
    const kept = JSON.stringify(run === undefined ? undefined : loadCutover(run.path));
    const afterMove = await missingAfterStop(services, target);
    const back = await runWizard(['rollback', ...common], target);
    const afterBack = await missingAfterStop(services, source);
    const { transactions, errors, longestWaitMs } = readDiary(services.diary);
    return {
      ...timesOf(run?.state.results['cutover'], kept),
      totalMs: moved.elapsedMs,
      rollbackMs: back.elapsedMs,
      longestWaitMs: Math.round(longestWaitMs),
      transactions: transactions.length,
      errors: errors.map(({ where, message }) => `${where}: ${message}`),
      missing: [...afterMove, ...afterBack],
      peakMb: Math.max(moved.peakMb, back.peakMb),
    };
  } finally {
    await services.stop();
    await onAdmin(server, [`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`, 'CHECKPOINT']);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function missingAfterStop(services: LiveServices, database: string): Promise<string[]> {
  await sleep(PAUSE_MS);
  await services.stop();
  const missing = await missingFromDiary(services.diary, database);
  await services.start();
  return missing;
}

function timesOf(
  result: unknown,
  state: string,
): Pick<CutoverRound, 'downtimeMs' | 'ownMs' | 'afterMs' | 'beforeMs'> {
  const number = (name: string): number | undefined => {
    const value: unknown =
      typeof result === 'object' && result !== null ? Reflect.get(result, name) : undefined;
    return typeof value === 'number' ? value : undefined;
  };
  const [downtimeMs, ownMs, afterMs] = [number('downtimeMs'), number('ownMs'), number('afterMs')];
  if (downtimeMs === undefined || ownMs === undefined || afterMs === undefined)
    throw new Error(`the run has no result of its switch-over: ${state}`);
  return { downtimeMs, ownMs, afterMs, beforeMs: number('beforeMs') };
}
