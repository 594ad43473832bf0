// One whole migration by the command line, timed by its own events, its memory read from the kernel.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import pg from 'pg';
import type { PostgresServer } from '../../src/demo/postgres-server.js';
import { type WizardEvent, eventSchema } from '../../src/events.js';
import { packageRoot } from '../../src/package-root.js';

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
  const cli = join(packageRoot(), 'bin', 'ttm-wizard.js');
  const arguments_ = [
    'run',
    '--yes',
    '--json',
    '--source',
    source,
    '--backup-dir',
    backupDir,
    '--no-cutover',
    '--no-dump',
  ];
  const startedAt = performance.now();
  const child = execa('node', [cli, ...arguments_], {
    env: { TTM_TARGET: server.url(DATABASE) },
    buffer: { stdout: false },
  });
  let peakMb = 0;
  const timer = setInterval(() => (peakMb = Math.max(peakMb, peakOf(child.pid))), 100);
  const events: WizardEvent[] = [];
  for await (const line of child.iterable({ from: 'stdout' })) {
    const parsed: unknown = JSON.parse(line);
    events.push(eventSchema.parse(parsed));
  }
  await child;
  clearInterval(timer);
  const totalMs = Math.round(performance.now() - startedAt);
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

/** The most memory the process has had resident so far, in megabytes (VmHWM). */
function peakOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid ?? 0}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

async function onAdmin(server: PostgresServer, statements: readonly string[]): Promise<void> {
  const admin = new pg.Client({ connectionString: server.url('postgres') });
  await admin.connect();
  for (const statement of statements) await admin.query(statement);
  await admin.end();
}
