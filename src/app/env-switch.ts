// Switches the application's env files to another value of one key, and puts them back. All or none: old copies and a manifest
// are on the disk before the first file changes, so that `restoreFiles` takes back whatever a kill or a power cut left.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EXIT, WizardError, codeOf } from '../errors.js';
import { restOf, valueOf, withKeyAsIn, withValue } from './env-file.js';
import {
  type EnvEntry,
  envFolder,
  readCopy,
  readManifest,
  recordSwitch,
  saveCopy,
  saveManifest,
  sha256,
} from './env-manifest.js';
import {
  type EnvPlace,
  envFileError,
  readPlace,
  readPlaces,
  reasonOf,
  requireReplaceable,
} from './env-place.js';
import { diffOf, maskPasswords, remarksOn } from './env-show.js';
import { removeFile, removeTemporary, replaceFile } from './replace-file.js';

/** What will happen to one env file; every password in it is masked, so it may be shown and kept. */
export interface EnvChange {
  readonly path: string;
  /** The file behind the symbolic links. */
  readonly realPath: string;
  readonly exists: boolean;
  /** Effective values, masked; undefined when the file does not set the key. */
  readonly before: string | undefined;
  readonly after: string;
  /** `- old` and `+ new` lines; empty when the file already has the value. */
  readonly diff: readonly string[];
  /** Sentences about who may read the file, and who will not see the value in it. */
  readonly remarks: readonly string[];
}

export interface SwitchedFile {
  readonly path: string;
  readonly realPath: string;
  readonly outcome: 'created' | 'changed' | 'unchanged';
}

export interface RestoredFile {
  readonly path: string;
  readonly realPath: string;
  /** `key only`: a person has edited the file since; the rest is as they left it, their version kept as `edited`. */
  readonly outcome: 'restored' | 'removed' | 'unchanged' | 'key only';
  /** The edited version in the run's folder. */
  readonly edited?: string;
}

/** What the switch will do, in the order given, each file once. Changes nothing. Throws ENV_FILE or ENV_SYNTAX (exit 3). */
export function planSwitch(files: readonly string[], key: string, value: string): EnvChange[] {
  return readPlaces(files).map((place) => {
    requireReplaceable(place);
    const next = nextContents(place, key, value);
    const before = place.existed ? valueOf(place.contents, key) : undefined;
    return {
      path: place.path,
      realPath: place.realPath,
      exists: place.existed,
      before: before === undefined ? undefined : maskPasswords(before),
      after: maskPasswords(value),
      diff: diffOf(place.contents, next, key),
      remarks: [...remarksOnPlace(place), ...remarksOn(next, key)],
    };
  });
}

/**
 * Sets the key in all files, or, when one fails, in none: then those already changed are put back before ENV_FILE (exit 7; 10
 * when that fails as well) is thrown. A file that is missing is made. Safe to call again after a kill.
 */
export function switchFiles(
  files: readonly string[],
  key: string,
  value: string,
  { folder }: { readonly folder: string },
): SwitchedFile[] {
  const places = readPlaces(files);
  const next = places.map((place) => nextContents(place, key, value));
  places.forEach(requireReplaceable);
  keepOld(folder, key, places, next);
  return places.map((place, index) => {
    const contents = next[index] ?? place.contents;
    try {
      return switchOne(place, contents, key, value);
    } catch (error) {
      restoreFiles(folder);
      throw envFileError(
        `${place.path} cannot be changed: ${reasonOf(error)}; all env files are as they were`,
        [`ls -ld ${dirname(place.realPath)} ${place.realPath}`],
        EXIT.takenBack,
        error,
      );
    }
  });
}

function keepOld(folder: string, key: string, places: readonly EnvPlace[], next: readonly Buffer[]): void {
  try {
    recordSwitch(folder, key, places, next);
  } catch (error) {
    if (error instanceof WizardError) throw error;
    throw envFileError(
      `the env files cannot be copied into ${envFolder(folder)}: ${reasonOf(error)}; none was changed`,
      [`ls -ld ${folder}`, `df -h ${folder}`],
      EXIT.takenBack,
      error,
    );
  }
}

function switchOne(place: EnvPlace, contents: Buffer, key: string, value: string): SwitchedFile {
  const { path, realPath, existed } = place;
  if (existed && place.contents.equals(contents)) return { path, realPath, outcome: 'unchanged' };
  replaceFile(realPath, contents, place.ownership);
  // By the name the application uses: a link that leads elsewhere by now shows here.
  const written = readPlace(path);
  const { mode, uid, gid } = written.ownership;
  const isSame = mode === place.ownership.mode && uid === place.ownership.uid && gid === place.ownership.gid;
  if (!written.contents.equals(contents) || !isSame || valueOf(written.contents, key) !== value) {
    throw new RangeError('it does not hold what was written to it');
  }
  return { path, realPath, outcome: existed ? 'changed' : 'created' };
}

/** Also checks, by another way than the edit was made, that the edit does what it should and nothing else. */
function nextContents(place: EnvPlace, key: string, value: string): Buffer {
  const next = editedContents(place, key, value);
  if (valueOf(next, key) !== value || restOf(next, key) !== restOf(place.contents, key)) {
    throw new Error(`the edit of ${place.path} changes more than ${key}`);
  }
  return next;
}

function editedContents(place: EnvPlace, key: string, value: string): Buffer {
  try {
    return withValue(place.contents, key, value);
  } catch (error) {
    if (!(error instanceof WizardError)) throw error;
    const { code, exitCode, remedies } = error;
    throw new WizardError({ code, message: `${place.path}: ${error.message}`, exitCode, remedies });
  }
}

function remarksOnPlace(place: EnvPlace): string[] {
  const { mode } = place.ownership;
  const octal = mode.toString(8).padStart(4, '0');
  return [
    ...((mode & 0o004) === 0 ? [] : [`every user may read the file and the password in it (mode ${octal})`]),
    ...(place.links > 1 ? [`the file has ${place.links} names (hard links); only this one changes`] : []),
  ];
}

/**
 * Puts every file of the manifest back byte for byte with mode and owner; removes those that did not exist. For a file that a
 * person has edited since the switch only the key goes back. Does nothing once all are back, or when nothing was switched.
 * Goes on after a failure, then throws ENV_FILE (exit 10) with the commands that put the rest back by hand.
 */
export function restoreFiles(folder: string): RestoredFile[] {
  const manifest = readManifest(folder);
  if (manifest === undefined || manifest.isRestored) return [];
  const failures: { entry: EnvEntry; error: unknown }[] = [];
  const restored = manifest.files.flatMap((entry) => {
    try {
      removeTemporary(entry.realPath);
      return [restoreOne(folder, entry)];
    } catch (error) {
      failures.push({ entry, error });
      return [];
    }
  });
  if (failures.length > 0) {
    const what = failures.map(({ entry, error }) => `${entry.path} (${reasonOf(error)})`).join(', ');
    throw envFileError(
      `not every env file could be put back: ${what}`,
      failures.flatMap(({ entry }) => byHand(folder, entry)),
      EXIT.rollbackFailed,
      failures[0]?.error,
    );
  }
  saveManifest(folder, { ...manifest, isRestored: true });
  return restored;
}

function restoreOne(folder: string, entry: EnvEntry): RestoredFile {
  const { path, realPath } = entry;
  const old = entry.existed ? readCopy(folder, entry) : undefined;
  const now = contentsOf(realPath);
  if (old === undefined) {
    if (now === undefined) return { path, realPath, outcome: 'unchanged' };
    if (isEdited(entry, now)) return restoreKey(folder, entry, now, Buffer.alloc(0));
    removeFile(realPath);
    return { path, realPath, outcome: 'removed' };
  }
  if (now !== undefined && isEdited(entry, now)) return restoreKey(folder, entry, now, old);
  if (now?.equals(old) === true && hasOwnership(entry)) return { path, realPath, outcome: 'unchanged' };
  replaceFile(realPath, old, entry);
  if (contentsOf(realPath)?.equals(old) !== true)
    throw new RangeError('it does not hold what was written to it');
  return { path, realPath, outcome: 'restored' };
}

function restoreKey(folder: string, entry: EnvEntry, now: Buffer, old: Buffer): RestoredFile {
  const { path, realPath } = entry;
  const next = withKeyAsIn(now, old, entry.key);
  if (next.equals(now)) return { path, realPath, outcome: 'key only' };
  const edited = join(envFolder(folder), saveCopy(folder, `edited-${entry.copy ?? 'new'}`, now));
  // Mode and owner too are what the person left.
  replaceFile(realPath, next, readPlace(realPath).ownership);
  return { path, realPath, outcome: 'key only', edited };
}

function isEdited(entry: EnvEntry, now: Buffer): boolean {
  const hash = sha256(now);
  return hash !== entry.oldSha256 && !entry.switchedSha256.includes(hash);
}

function hasOwnership(entry: EnvEntry): boolean {
  const { mode, uid, gid } = readPlace(entry.realPath).ownership;
  return mode === entry.mode && uid === entry.uid && gid === entry.gid;
}

function contentsOf(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function byHand(folder: string, entry: EnvEntry): string[] {
  if (entry.copy === null) return [`rm ${entry.realPath}`];
  const owner = `-o ${entry.uid} -g ${entry.gid} -m ${entry.mode.toString(8).padStart(4, '0')}`;
  return [`install ${owner} ${join(envFolder(folder), entry.copy)} ${entry.realPath}`];
}
