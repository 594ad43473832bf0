// The source when the application no longer uses it: read-only, and under another name where that is asked for; and its way back.
// cutover.json says so before it is done, so that whoever is killed at any moment leaves a file that is found again.
import { chmodSync, existsSync, realpathSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncFolder } from '../app/replace-file.js';
import { EXIT, WizardError } from '../errors.js';
import { changeCutover, loadCutover, saveCutover } from './cutover-state.js';
import type { StepContext } from './step.js';

/** The database first: what lies beside it is empty by now, and without it nobody takes it for anything. */
const PARTS = ['', '-wal', '-shm', '-journal'];

type Place = Pick<StepContext, 'folder' | 'options'>;

/** The name that a renamed source gets, beside its old one. */
export function fencedName(source: string, run: string): string {
  return `${source}.migrated-${run}`;
}

/** Read-only, so that no forgotten process writes to it unseen; with --rename-source it also gets another name. Answers with its name. */
export function fenceSource({ folder, options, run }: Place & Pick<StepContext, 'run'>): string {
  const { source, cutover } = options;
  chmodSync(source, 0o440);
  if (cutover?.renameSource !== true) return source;
  const from = realpathSync(source);
  const to = fencedName(from, run);
  if (existsSync(to)) throw nameTaken(to, from);
  changeCutover(folder, { renamed: { from, to } });
  movePresent(from, to);
  return to;
}

/** Where the source is: under the name that the application knows, or the one that it was given after the switch-over. */
export function sourcePlace({ folder, options }: Place): string {
  const renamed = folder === '' ? undefined : loadCutover(folder)?.renamed;
  return renamed !== undefined && existsSync(renamed.to) ? renamed.to : options.source;
}

/** Throws SOURCE_NAME_TAKEN (exit 2) when the source cannot get its name back, because another file has it. */
export function checkName({ folder }: Pick<Place, 'folder'>): void {
  const { renamed } = loadCutover(folder) ?? {};
  if (renamed !== undefined && existsSync(renamed.to) && existsSync(renamed.from))
    throw nameTaken(renamed.from, renamed.to);
}

/** Gives a renamed source its name back; may be repeated. Throws SOURCE_NAME_TAKEN (exit 2). Mode and contents stay. */
export function restoreName({ folder }: Pick<Place, 'folder'>): void {
  const state = loadCutover(folder);
  if (state?.renamed === undefined) return;
  checkName({ folder });
  const { renamed, ...rest } = state;
  movePresent(renamed.to, renamed.from);
  saveCutover(folder, rest);
}

/** All parts that are there, as far as their new name is free; the names are on the disk when it returns. */
function movePresent(from: string, to: string): void {
  for (const part of PARTS)
    if (existsSync(from + part) && !existsSync(to + part)) renameSync(from + part, to + part);
  syncFolder(dirname(to));
}

function nameTaken(wanted: string, source: string): WizardError {
  return new WizardError({
    code: 'SOURCE_NAME_TAKEN',
    message: `${source} cannot get the name ${wanted}: there is another file, which somebody has made since`,
    remedies: [
      `lsof ${wanted}    shows who uses it: a forgotten process of the application makes a new, empty file`,
      `mv ${wanted} ${wanted}.found    then the same command again`,
    ],
    exitCode: EXIT.usage,
  });
}
