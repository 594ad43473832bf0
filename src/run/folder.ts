// A run's own folder inside the backup folder: state.json (atomically written), events.ndjson, the snapshot and the dump.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { sync as writeFileAtomicSync } from 'write-file-atomic';
import { z } from 'zod';
import { EXIT, WizardError, codeOf, messageOf } from '../errors.js';
import { type WizardEvent, eventSchema } from '../events.js';
import { makeFolder } from '../tools/make-folder.js';
import { writing } from './write-error.js';

const stateSchema = z.object({
  v: z.literal(1),
  run: z.string(),
  plan: z.string(),
  source: z.string(),
  target: z.object({ host: z.string(), port: z.number(), database: z.string(), user: z.string() }),
  startedAt: z.iso.datetime(),
  options: z.object({
    onBadValue: z.enum(['stop', 'quarantine']),
    onDrift: z.enum(['stop', 'carry', 'leave']),
    dump: z.boolean(),
    /** Absent in runs from before there were any. */
    modules: z.array(z.string()).optional(),
  }),
  /** What each completed step left for the later ones and for a resumed run. */
  results: z.record(z.string(), z.unknown()),
  /** `taking-back` from directly before the commit that drops what it has made in the target: its ledger may be gone. */
  outcome: z.enum(['running', 'completed', 'failed', 'taking-back', 'rolled-back']),
  exitCode: z.number().int().optional(),
});
export type RunState = z.infer<typeof stateSchema>;

export const FILES = {
  state: 'state.json',
  events: 'events.ndjson',
  log: 'wizard.log',
  snapshot: 'snapshot.db',
  manifest: 'manifest.json',
  chunks: 'chunks.json',
  dump: 'target.dump',
  cutover: 'cutover.json',
  /** The source as it was before anything was carried back into it. */
  sourceBefore: 'source-before-rollback.db',
  byHand: 'rollback-by-hand.txt',
  /** Rows of optional modules, before a rollback dropped their tables. */
  moduleRows: 'module-rows.ndjson',
} as const;

export interface RunFolder {
  readonly path: string;
  readonly state: RunState;
}

/** `20260131-020000-3f9a`: the second of its start, UTC, and four digits by chance. */
export function newRunId(at: Date): string {
  const stamp = at.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  return `${stamp}-${randomBytes(2).toString('hex')}`;
}

/** Makes the folder of a new run, mode 0700. Throws BACKUP_DIR (exit 2) when that is impossible. */
export function createRunFolder(backupDir: string, state: RunState): RunFolder {
  const path = join(backupDir, state.run);
  try {
    makeFolder(backupDir, 0o700);
    mkdirSync(path, { mode: 0o700 });
    saveState(path, state);
  } catch (error) {
    throw new WizardError({
      code: 'BACKUP_DIR',
      message: `the backup folder ${backupDir} cannot be used: ${messageOf(error)}`,
      remedies: ['--backup-dir DIR names a folder that this user may write to'],
      exitCode: 2,
      cause: error,
    });
  }
  return { path, state };
}

/** Written whole or not at all. */
export function saveState(folder: string, state: RunState): void {
  const file = join(folder, FILES.state);
  writing(file, () => writeFileAtomicSync(file, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 }));
}

/**
 * What killed processes left of files that they were writing, in all runs of the folder: nobody else writes there while we hold
 * its lock. Also in the runs that will not be gone on with, and in those killed before their first state was written.
 */
export function removeUnfinished(backupDir: string): void {
  for (const run of readdirSync(backupDir).filter(isRunId)) {
    for (const name of readdirSync(join(backupDir, run))) {
      if (/\.(?:json|txt)\.\d+$/.test(name)) rmSync(join(backupDir, run, name), { force: true });
    }
  }
}

/** What there is of a run before its backup step. */
const PREFLIGHT_FILES: readonly string[] = [
  FILES.state,
  FILES.events,
  FILES.log,
  'report.txt',
  'report.json',
];

/**
 * Runs that did not get past preflight: nobody goes on with them, and their log was for the error of then. So there is one such
 * folder at most, the newest run's own. A folder that holds anything else is left alone.
 */
export function removeFailedPreflights(backupDir: string): void {
  for (const { path, state } of listRuns(backupDir)) {
    const hasBegun = 'preflight' in state.results || state.outcome === 'rolled-back';
    if (hasBegun || !readdirSync(path).every((name) => PREFLIGHT_FILES.includes(name))) continue;
    rmSync(path, { recursive: true });
  }
}

function isRunId(name: string): boolean {
  return /^\d{8}-\d{6}-[0-9a-f]{4}$/.test(name);
}

/** The runs in a backup folder, oldest first; folders that are not runs are passed over. Throws BACKUP_DIR (exit 2). */
export function listRuns(backupDir: string): RunFolder[] {
  let names: string[];
  try {
    names = readdirSync(backupDir).filter(
      (name) => isRunId(name) && isThere(join(backupDir, name, FILES.state)),
    );
  } catch (error) {
    const code = codeOf(error) ?? '';
    if (code === 'ENOENT') return [];
    if (!['ENOTDIR', 'EACCES', 'EPERM'].includes(code)) throw error;
    throw new WizardError({
      code: 'BACKUP_DIR',
      message: `the backup folder ${backupDir} cannot be read: ${messageOf(error)}`,
      remedies: [
        'sudo, where root has run it: the folder of a run can be read by its owner alone',
        '--backup-dir DIR names the backup folder',
      ],
      exitCode: EXIT.usage,
      cause: error,
    });
  }
  return names
    .map((name) => ({ path: join(backupDir, name), state: loadState(join(backupDir, name)) }))
    .sort((a, b) => compareTexts(orderOf(a), orderOf(b)));
}

/** Of somebody else's file it is not known: that must not look as if there were none. */
function isThere(file: string): boolean {
  try {
    statSync(file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return false;
    throw error;
  }
}

/** Names tell runs of the same second apart, but not in their order. */
function orderOf({ state }: RunFolder): string {
  return `${state.startedAt} ${state.run}`;
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function loadState(folder: string): RunState {
  const file = join(folder, FILES.state);
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return stateSchema.parse(parsed);
  } catch (error) {
    throw new WizardError({
      code: 'STATE_UNREADABLE',
      message: `${file} cannot be read as the state of a run: ${messageOf(error)}`,
      remedies: [`move ${folder} out of the backup folder, then start anew`],
      exitCode: 2,
      cause: error,
    });
  }
}

/** The events of a run so far. A last line cut off by a crash is passed over. */
export function readEvents(folder: string): WizardEvent[] {
  const file = join(folder, FILES.events);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  const events: WizardEvent[] = [];
  for (const line of lines) {
    try {
      const parsed: unknown = JSON.parse(line);
      events.push(eventSchema.parse(parsed));
    } catch {
      continue;
    }
  }
  return events;
}
