// Whether there is room for a rollback, asked before it stops the application: in the middle of it a full disk would leave that stopped.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import prettyBytes from 'pretty-bytes';
import { EXIT, WizardError } from '../errors.js';
import { diskSpaceAt } from '../tools/disk-space.js';
import { loadCutover } from './cutover-state.js';
import { sourcePlace } from './fence.js';
import { FILES } from './folder.js';
import type { StepContext } from './step.js';

/** Events, state, log and report of a rollback: measured well below 1 MB; a chunk written to adds about 200 bytes. */
const STATE_BYTES = 16 * 1024 * 1024;

/** `copies` says that the source is copied before rows are carried back into it. Throws ROLLBACK_DISK (exit 3) with the arithmetic. */
export async function checkRoom(
  context: Pick<StepContext, 'folder' | 'options'>,
  { copies }: { readonly copies: boolean },
): Promise<void> {
  const { folder } = context;
  const copy = copies ? copyBytes(context) : 0;
  const needed = copy + STATE_BYTES;
  const { free } = await diskSpaceAt(folder);
  if (free >= needed) return;
  const sum = `copy of the source ${prettyBytes(copy)} + state and report ${prettyBytes(STATE_BYTES)}`;
  throw new WizardError({
    code: 'ROLLBACK_DISK',
    message: `not enough room in ${folder} for a rollback: ${prettyBytes(needed)} needed (${sum}), ${prettyBytes(free)} free; nothing is changed`,
    remedies: [`df -h ${folder}    shows how much room there is`, 'make room, then: ttm-wizard rollback'],
    exitCode: EXIT.preflight,
  });
}

/** What it takes beyond the copy of an earlier time, which is kept by a rollback that goes on, and replaced by any other. */
function copyBytes(context: Pick<StepContext, 'folder' | 'options'>): number {
  const { folder } = context;
  const source = sourcePlace(context);
  const there = bytesOf(join(folder, FILES.sourceBefore));
  if (there > 0 && loadCutover(folder)?.phase === 'carrying') return 0;
  return Math.max(0, bytesOf(source) + bytesOf(`${source}-wal`) - there);
}

function bytesOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
