// The command line as a process: its events, its time, and its memory read from the kernel.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import pg from 'pg';
import type { PostgresServer } from '../../src/demo/postgres-server.js';
import { type WizardEvent, eventSchema } from '../../src/events.js';
import { packageRoot } from '../../src/package-root.js';

export interface WizardRun {
  readonly events: readonly WizardEvent[];
  readonly elapsedMs: number;
  /** The most memory the process has had resident, in megabytes (VmHWM). */
  readonly peakMb: number;
}

/** Runs it with --json to its end. Rejects unless it ends with exit 0. */
export async function runWizard(args: readonly string[], target: string): Promise<WizardRun> {
  const cli = join(packageRoot(), 'bin', 'ttm-wizard.js');
  const startedAt = performance.now();
  const child = execa(cli, [...args, '--json'], {
    env: { TTM_TARGET: target },
    buffer: { stdout: false },
  });
  let peakMb = 0;
  const timer = setInterval(() => (peakMb = Math.max(peakMb, peakOf(child.pid))), 100);
  const events: WizardEvent[] = [];
  try {
    for await (const line of child.iterable({ from: 'stdout' })) {
      const parsed: unknown = JSON.parse(line);
      events.push(eventSchema.parse(parsed));
    }
    await child;
  } finally {
    clearInterval(timer);
  }
  return { events, elapsedMs: Math.round(performance.now() - startedAt), peakMb };
}

/** Megabytes of VmHWM; 0 when the process is gone. */
export function peakOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid ?? 0}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

export async function onAdmin(server: PostgresServer, statements: readonly string[]): Promise<void> {
  const admin = new pg.Client({ connectionString: server.url('postgres') });
  await admin.connect();
  for (const statement of statements) await admin.query(statement);
  await admin.end();
}
