// The same migration on a terminal, with everything drawn: what the screen costs the copy, and how much it sends over the line.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { PostgresServer } from '../../src/demo/postgres-server.js';
import { eventSchema } from '../../src/events.js';
import { packageRoot } from '../../src/package-root.js';
import { FILES, listRuns } from '../../src/run/folder.js';
import { onAdmin, peakOf } from './wizard-process.js';

export interface ScreenRound {
  readonly copyMs: number;
  /** Bytes sent to the terminal while copying, a second. */
  readonly bytesPerSecond: number;
  /** As in WizardRun. */
  readonly peakMb: number;
}

const DATABASE = 'bench_screen';

/** Runs it to its end in a pseudo-terminal of 80x24. Rejects unless it ends with exit 0. */
export async function migrateOnScreen(
  server: PostgresServer,
  source: string,
  backupDir: string,
): Promise<ScreenRound> {
  rmSync(backupDir, { recursive: true, force: true });
  await onAdmin(server, [
    `DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`,
    `CREATE DATABASE ${DATABASE}`,
    'CHECKPOINT',
  ]);
  const program = join(packageRoot(), 'bin', 'ttm-wizard.js');
  const command = `stty cols 80 rows 24 && echo $$ > "$PID_FILE" && exec "$PROGRAM" run --yes --source "$SOURCE" --backup-dir "$BACKUPS" --no-cutover --no-dump`;
  const pidFile = `${backupDir}.pid`;
  const child = execa('script', ['-qefc', command, '/dev/null'], {
    extendEnv: false,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      PROGRAM: program,
      PID_FILE: pidFile,
      SOURCE: source,
      BACKUPS: backupDir,
      TTM_TARGET: server.url(DATABASE),
    },
    buffer: { stdout: false },
    encoding: 'buffer',
  });
  const sent: { at: number; bytes: number }[] = [];
  child.stdout.on('data', (chunk: Buffer) => sent.push({ at: Date.now(), bytes: chunk.length }));
  let peakMb = 0;
  const timer = setInterval(() => {
    if (existsSync(pidFile)) peakMb = Math.max(peakMb, peakOf(Number(readFileSync(pidFile, 'utf8'))));
  }, 100);
  try {
    await child;
  } finally {
    clearInterval(timer);
    rmSync(pidFile, { force: true });
  }
  const [run] = listRuns(backupDir);
  const events = readFileSync(join(run?.path ?? '', FILES.events), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => eventSchema.parse(JSON.parse(line)));
  const copied = events.find((event) => event.type === 'step.completed' && event.step === 'copy');
  const copyMs = copied?.type === 'step.completed' ? copied.elapsedMs : Number.NaN;
  const endedAt = Date.parse(copied?.at ?? '');
  const whileCopying = sent.filter(({ at }) => at > endedAt - copyMs && at <= endedAt);
  const bytes = whileCopying.reduce((sum, part) => sum + part.bytes, 0);
  await onAdmin(server, [`DROP DATABASE ${DATABASE} WITH (FORCE)`, 'CHECKPOINT']);
  rmSync(backupDir, { recursive: true, force: true });
  return { copyMs, bytesPerSecond: Math.round((bytes * 1000) / copyMs), peakMb };
}
