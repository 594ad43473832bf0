// A database on the bench's server that the wizard has filled, with what its verification said about the application's queries.
import { rmSync } from 'node:fs';
import type { PostgresServer } from '../../src/demo/postgres-server.js';
import type { WizardEvent } from '../../src/events.js';
import { onAdmin, runWizard } from './wizard-process.js';

export type QueryCompared = Extract<WizardEvent, { type: 'query.compared' }>;

/** Migrates `source` into a new database. Rejects unless all of it is equal on both sides. */
export async function fillDatabase(
  server: PostgresServer,
  source: string,
  database: string,
  backupDir: string,
): Promise<readonly QueryCompared[]> {
  rmSync(backupDir, { recursive: true, force: true });
  await dropDatabase(server, database);
  await onAdmin(server, [`CREATE DATABASE ${database}`]);
  const args = ['run', '--yes', '--source', source, '--backup-dir', backupDir, '--no-cutover', '--no-dump'];
  const { events } = await runWizard(args, server.url(database));
  rmSync(backupDir, { recursive: true, force: true });
  await onAdmin(server, ['CHECKPOINT']);
  return events.filter((event) => event.type === 'query.compared');
}

export async function dropDatabase(server: PostgresServer, database: string): Promise<void> {
  await onAdmin(server, [`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`]);
}
