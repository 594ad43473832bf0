// Replaces or removes one file so that a reader, a kill or a power cut finds it whole: the old one or the new one. Contents go
// through a temporary file beside it with the final mode and owner, synced before the rename, the folder synced after it.
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

export interface Ownership {
  /** Permission bits, at most 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** `file` must be no symbolic link: it would be replaced itself. Throws what the system says; the old file is then untouched. */
export function replaceFile(file: string, contents: Buffer, ownership: Ownership): void {
  const temporary = temporaryOf(file);
  // Runs exclude each other by a lock, so nobody is writing it now.
  removeTemporary(file);
  try {
    write(temporary, contents, ownership);
    renameSync(temporary, file);
  } catch (error) {
    removeTemporary(file);
    throw error;
  }
  syncFolder(dirname(file));
}

/** Nothing happens when the file is not there. */
export function removeFile(file: string): void {
  rmSync(file, { force: true });
  syncFolder(dirname(file));
}

/** Removes what a killed process left half written beside `file`; a folder of that name is none of ours. */
export function removeTemporary(file: string): void {
  const state = lstatSync(temporaryOf(file), { throwIfNoEntry: false });
  if (state?.isDirectory() === false) rmSync(temporaryOf(file));
}

/** A fixed name, so that what a killed process leaves behind, password and all, is found and removed. */
function temporaryOf(file: string): string {
  return join(dirname(file), `.${basename(file)}.ttm-wizard`);
}

function write(temporary: string, contents: Buffer, ownership: Ownership): void {
  // `wx` follows no link that someone may have put there; nobody else can read it until it has its final mode.
  const descriptor = openSync(temporary, 'wx', 0o600);
  try {
    writeFileSync(descriptor, contents);
    const { uid, gid } = fstatSync(descriptor);
    if (uid !== ownership.uid || gid !== ownership.gid) fchownSync(descriptor, ownership.uid, ownership.gid);
    // After the owner: changing that clears the set-id bits.
    fchmodSync(descriptor, ownership.mode);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Puts the names in a folder on the disk. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
