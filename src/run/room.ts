// Whether there is room for a switch-over or a rollback, asked before it stops the application: in the middle of it a full disk would
// leave that stopped.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import prettyBytes from 'pretty-bytes';
import { EXIT, type ExitCode, WizardError } from '../errors.js';
import { diskSpaceAt } from '../tools/disk-space.js';
import { loadCutover } from './cutover-state.js';
import { sourcePlace } from './fence.js';
import { FILES } from './folder.js';
import type { StepContext } from './step.js';

/** Events, state, log and report of either: measured well below 1 MB; a chunk written to adds about 200 bytes. */
const STATE_BYTES = 16 * 1024 * 1024;

type Place = Pick<StepContext, 'folder' | 'options'>;

/** `copies` says that the source is copied before rows are carried back into it. Throws ROLLBACK_DISK (exit 3) with the arithmetic. */
export async function checkRoomForRollback(
  context: Place,
  { copies }: { readonly copies: boolean },
): Promise<void> {
  const copy = copies ? copyBytes(context) : 0;
  const sum = ` (copy of the source ${prettyBytes(copy)} + state and report ${prettyBytes(STATE_BYTES)})`;
  await checkRoom(context.folder, copy + STATE_BYTES, (needed) => ({
    code: 'ROLLBACK_DISK',
    message: `for a rollback: ${needed(sum)}; nothing is changed`,
    remedy: 'make room, then: ttm-wizard rollback',
    exitCode: EXIT.preflight,
  }));
}

/** Throws BACKUP_DISK (exit 75). */
export async function checkRoomForSwitch({ folder }: Place): Promise<void> {
  await checkRoom(folder, STATE_BYTES, (needed) => ({
    code: 'BACKUP_DISK',
    message: `for the switch-over: ${needed('')}; the application has not been stopped`,
    remedy: 'make room, then: ttm-wizard run --resume',
    exitCode: EXIT.stoppedEarly,
  }));
}

interface Shortage {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly exitCode: ExitCode;
}

async function checkRoom(
  folder: string,
  bytes: number,
  describe: (needed: (sum: string) => string) => Shortage,
): Promise<void> {
  const { free } = await diskSpaceAt(folder);
  if (free >= bytes) return;
  const { code, message, remedy, exitCode } = describe(
    (sum) => `${prettyBytes(bytes)} needed${sum}, ${prettyBytes(free)} free`,
  );
  throw new WizardError({
    code,
    message: `not enough room in ${folder} ${message}`,
    remedies: [`df -h ${folder}    shows how much room there is`, remedy],
    exitCode,
  });
}

/** What it takes beyond the copy of an earlier time, which is kept by a rollback that goes on, and replaced by any other. */
function copyBytes(context: Place): number {
  const { folder } = context;
  const source = sourcePlace(context);
  const there = bytesOf(join(folder, FILES.sourceBefore));
  if (there > 0 && loadCutover(folder)?.phase === 'carrying') return 0;
  return Math.max(0, bytesOf(source) + bytesOf(`${source}-wal`) - there);
}

function bytesOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
