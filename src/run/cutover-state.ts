// How far the switch-over of a run is: cutover.json in the run's folder, written before what it announces is done. It holds no URL and
// no password.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../app/replace-file.js';
import { WizardError } from '../errors.js';
import { FILES } from './folder.js';
import { writing } from './write-error.js';

const stateSchema = z.object({
  v: z.literal(1),
  /**
   * - caught-up: changes have been brought over; the target is as the ledger says and not as the snapshot. The application runs on
   *   the source.
   * - stopped: the services are being or have been stopped. The source counts.
   * - started: the services are being or have been started on the target. From here on the target counts.
   * - done: the application has answered from the target.
   * - carrying: it is being taken back: the services are being stopped, what was written to the target is carried back, env files and
   *   services are put back.
   */
  phase: z.enum(['caught-up', 'stopped', 'started', 'done', 'carrying']),
  /** Since `started`: env files may lead the application to the target, so what it has written there counts. */
  isOnTarget: z.boolean().optional(),
  /** Why it is being taken back: because it failed, or because somebody wants the source again. */
  reason: z.enum(['failure', 'rollback']).optional(),
  failure: z.object({ code: z.string(), message: z.string() }).optional(),
  /** UTC: the first stop and the first good probe. */
  stoppedAt: z.iso.datetime().optional(),
  answeredAt: z.iso.datetime().optional(),
  /** Permission bits of the source before it was fenced. */
  sourceMode: z.number().int().optional(),
  /** Both names of a source that is being or has been renamed; the new one is there as soon as it is done. */
  renamed: z.object({ from: z.string(), to: z.string() }).optional(),
  /** sourceStamp() when the target began to count: whether anybody has written to the source since. */
  sourceStamp: z.string().optional(),
  /**
   * Digests that chunks of the source (`tokens 3`) get by carrying back, noted before it is written to: a source that has one of them
   * was written by us.
   */
  carried: z.record(z.string(), z.array(z.string())).optional(),
  /** Everything has been carried back, and since then the application may have been started on the source. */
  isCarried: z.boolean().optional(),
  /** What was written to the target has been given up; it must not be carried back any more. */
  isGivenUp: z.boolean().optional(),
  /** How the services were stopped, for a rollback by another command line. */
  services: z
    .object({
      units: z.array(z.string()),
      stopCommand: z.string().optional(),
      startCommand: z.string().optional(),
      healthUrl: z.string(),
      envFiles: z.array(z.string()).optional(),
    })
    .optional(),
});
export type CutoverState = z.infer<typeof stateSchema>;

/** Undefined before the first catch-up. Throws CUTOVER_UNREADABLE (exit 10): nobody can know which side counts. */
export function loadCutover(folder: string): CutoverState | undefined {
  const file = join(folder, FILES.cutover);
  if (!existsSync(file)) return undefined;
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return stateSchema.parse(parsed);
  } catch (error) {
    throw new WizardError({
      code: 'CUTOVER_UNREADABLE',
      message: `${file} is damaged, so it is not known how far the switch-over was`,
      remedies: ['put the file back from a copy of the folder', 'ttm-wizard report tells what was done'],
      exitCode: 10,
      cause: error,
    });
  }
}

/** Written whole, and on the disk with its name when it returns: env files on another disk must not be ahead of it. */
export function saveCutover(folder: string, state: CutoverState): void {
  const owner = { mode: 0o600, uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
  const file = join(folder, FILES.cutover);
  writing(file, () => replaceFile(file, Buffer.from(`${JSON.stringify(state, null, 2)}\n`), owner));
}

/** Adds to it; what is not named stays as it was. */
export function changeCutover(folder: string, change: Partial<CutoverState>): CutoverState {
  const state: CutoverState = { ...(loadCutover(folder) ?? { v: 1, phase: 'caught-up' }), ...change };
  saveCutover(folder, state);
  return state;
}

/** Whether rows have been brought over since the snapshot: the ledger says then what the target holds. */
export function hasCaughtUp(folder: string): boolean {
  return folder !== '' && existsSync(join(folder, FILES.cutover));
}

/** Whether the application has been stopped or switched over by this run, and not been put back. */
export function isSwitching(folder: string): boolean {
  const phase = folder === '' ? undefined : loadCutover(folder)?.phase;
  return phase !== undefined && phase !== 'caught-up';
}

/** Whether the switch-over was done to its end, and not taken back since. */
export function isSwitchedOver(folder: string): boolean {
  return folder !== '' && loadCutover(folder)?.phase === 'done';
}
