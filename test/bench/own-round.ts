// One whole migration by the command line, timed by its own events.
import { rmSync } from 'node:fs';
import type { PostgresServer } from '../../src/demo/postgres-server.js';
import { onAdmin, runWizard } from './wizard-process.js';

export interface OwnRound {
  readonly copyMs: number;
  /** Comparison of every value, without the application's queries. */
  readonly compareMs: number;
  readonly totalMs: number;
  readonly stepMs: Readonly<Record<string, number>>;
  readonly peakMb: number;
}

const DATABASE = 'bench_own';

export async function migrate(server: PostgresServer, source: string, backupDir: string): Promise<OwnRound> {
  rmSync(backupDir, { recursive: true, force: true });
  await onAdmin(server, [
    `DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`,
    `CREATE DATABASE ${DATABASE}`,
    'CHECKPOINT',
  ]);
  const args = ['run', '--yes', '--source', source, '--backup-dir', backupDir, '--no-cutover', '--no-dump'];
  const { events, elapsedMs: totalMs, peakMb } = await runWizard(args, server.url(DATABASE));
  const stepMs = Object.fromEntries(
    events.flatMap((event) => (event.type === 'step.completed' ? [[event.step, event.elapsedMs]] : [])),
  );
  const compareMs = events.reduce(
    (sum, event) => (event.type === 'table.verified' ? sum + event.elapsedMs : sum),
    0,
  );
  await onAdmin(server, [`DROP DATABASE ${DATABASE} WITH (FORCE)`, 'CHECKPOINT']);
  rmSync(backupDir, { recursive: true, force: true });
  return { copyMs: stepMs['copy'] ?? Number.NaN, compareMs, totalMs, stepMs, peakMb };
}
