// The copy of the source that is kept before anything is carried back into it.
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { FILES } from './folder.js';
import type { StepContext } from './step.js';
import { writing } from './write-error.js';

/** Once for each time that a switch-over is taken back: as it was before the first attempt. Nobody writes to the file now. */
export function copySource({ folder, options }: Pick<StepContext, 'folder' | 'options'>): void {
  const file = join(folder, FILES.sourceBefore);
  if (existsSync(file)) return;
  const part = `${file}.part`;
  rmSync(part, { force: true });
  try {
    writing(file, () => copyFileSync(options.source, part));
  } catch (error) {
    // What is left of the room is for the files that say how far it was.
    rmSync(part, { force: true });
    throw error;
  }
  chmodSync(part, 0o600);
  const descriptor = openSync(part, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(part, file);
}

/** The copy of an earlier switch-over, all of which the source still holds. */
export function forgetSourceCopy(folder: string): void {
  rmSync(join(folder, FILES.sourceBefore), { force: true });
}
