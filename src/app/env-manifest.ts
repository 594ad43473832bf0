// What a run keeps of the env files before it switches them, in `env/` of its folder: a copy of each, and manifest.json, which
// says how to put them back. It holds hashes of the switched contents, never the contents or the URL.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { EXIT, codeOf, messageOf } from '../errors.js';
import { type EnvPlace, envFileError } from './env-place.js';
import { replaceFile } from './replace-file.js';

const entrySchema = z.object({
  path: z.string(),
  realPath: z.string(),
  key: z.string(),
  existed: z.boolean(),
  mode: z.number().int(),
  uid: z.number().int(),
  gid: z.number().int(),
  /** Name of the copy in `env/`; null for a file that did not exist. */
  copy: z.string().nullable(),
  oldSha256: z.string().nullable(),
  /** One for each content that the wizard itself wrote: a resumed cutover may bring another URL. */
  switchedSha256: z.array(z.string()),
});
export type EnvEntry = z.infer<typeof entrySchema>;

const manifestSchema = z.object({
  v: z.literal(1),
  /** Put back completely: the next switch begins a new list. */
  isRestored: z.boolean(),
  files: z.array(entrySchema),
});
export type EnvManifest = z.infer<typeof manifestSchema>;

/** `env/` inside the run's folder. */
export function envFolder(folder: string): string {
  return join(folder, 'env');
}

/** The manifest of the run's folder; undefined when no env file was ever switched. Throws ENV_FILE (exit 10). */
export function readManifest(folder: string): EnvManifest | undefined {
  const file = join(envFolder(folder), 'manifest.json');
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return manifestSchema.parse(parsed);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    const remedy = `put the env files back by hand from their copies in ${envFolder(folder)}`;
    throw envFileError(`${file} cannot be read: ${messageOf(error)}`, [remedy], EXIT.rollbackFailed, error);
  }
}

/** Written whole or not at all, and on the disk when this returns. */
export function saveManifest(folder: string, manifest: EnvManifest): void {
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  replaceFile(join(envFolder(folder), 'manifest.json'), Buffer.from(text), ownFile());
}

/**
 * Saves the old contents of the places and the manifest; `next` is what each will hold. Call it before the first file is changed.
 * A file that an unfinished switch already has in its list keeps the copy made then: by now it may be switched.
 */
export function recordSwitch(
  folder: string,
  key: string,
  places: readonly EnvPlace[],
  next: readonly Buffer[],
): void {
  mkdirSync(envFolder(folder), { recursive: true, mode: 0o700 });
  const last = readManifest(folder);
  const files = last === undefined || last.isRestored ? [] : [...last.files];
  places.forEach((place, index) => {
    const switched = sha256(next[index] ?? place.contents);
    const known = files.findIndex((one) => one.realPath === place.realPath);
    const entry = files[known];
    if (entry === undefined) files.push(newEntry(folder, key, place, switched));
    else files[known] = withSwitched(entry, place, switched);
  });
  saveManifest(folder, { v: 1, isRestored: false, files });
}

/** When a person has edited the file since, its next content is theirs too, and must not be taken for ours. */
function withSwitched(entry: EnvEntry, place: EnvPlace, switched: string): EnvEntry {
  const now = place.existed ? sha256(place.contents) : null;
  const isOurs = now === entry.oldSha256 || (now !== null && entry.switchedSha256.includes(now));
  if (!isOurs || entry.switchedSha256.includes(switched)) return entry;
  return { ...entry, switchedSha256: [...entry.switchedSha256, switched] };
}

function newEntry(folder: string, key: string, place: EnvPlace, switched: string): EnvEntry {
  const { path, realPath, existed, contents, ownership } = place;
  const copy = existed ? saveCopy(folder, basename(path), contents) : null;
  const oldSha256 = existed ? sha256(contents) : null;
  return { path, realPath, key, existed, ...ownership, copy, oldSha256, switchedSha256: [switched] };
}

/** Saves contents as `<n>-<name>`, mode 0600, and says under which name. Never overwrites a copy. */
export function saveCopy(folder: string, name: string, contents: Buffer): string {
  for (let number = 1; ; number++) {
    const copy = `${number}-${name}`;
    const file = join(envFolder(folder), copy);
    // The same bytes are there when a switch was killed before it wrote its manifest.
    if (existsSync(file) && readFileSync(file).equals(contents)) return copy;
    if (existsSync(file)) continue;
    replaceFile(file, contents, ownFile());
    return copy;
  }
}

/** The old contents of a file that existed. Throws ENV_FILE (exit 10) when the copy is not what was saved. */
export function readCopy(folder: string, entry: EnvEntry): Buffer {
  const file = join(envFolder(folder), entry.copy ?? '');
  const contents = readFileSync(file);
  if (sha256(contents) === entry.oldSha256) return contents;
  const remedy = `look at ${file}: it should be ${entry.path} as it was before the switch`;
  throw envFileError(
    `the copy of ${entry.path} was changed since it was saved`,
    [remedy],
    EXIT.rollbackFailed,
  );
}

/** Lower-case hex. */
export function sha256(contents: Buffer): string {
  return createHash('sha256').update(contents).digest('hex');
}

function ownFile(): { mode: number; uid: number; gid: number } {
  return { mode: 0o600, uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
}
