// Puts the page where the person wants it: whole or not at all, for its owner alone, and never in place of what is no page of ours.
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { sync as writeFileAtomicSync } from 'write-file-atomic';
import { EXIT, WizardError, codeOf, messageOf } from '../errors.js';
import { writing } from '../run/write-error.js';
import { GENERATOR } from './html/page.js';

/** The line stands among the first of a page. */
const HEAD_BYTES = 1024;

/** Writes `page` to `file`, mode 0600. Throws HTML_FILE (exit 2) where that is not possible, or something else is there. */
export function writePage(file: string, page: string): void {
  try {
    checkPlace(file);
    writing(file, () => writeFileAtomicSync(file, page, { mode: 0o600 }));
  } catch (error) {
    throw error instanceof WizardError ? error : noPage(file, error);
  }
}

function checkPlace(file: string): void {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) {
    if (!existsSync(dirname(file))) throw noPage(file, undefined);
    return;
  }
  if (stat.isDirectory()) throw refusal(`${file} is a folder`, ['--html names the file itself: report.html']);
  if (stat.isFile() && (stat.size === 0 || beginningOf(file).includes(GENERATOR))) return;
  throw refusal(`${file} is there already and is no report of ttm-wizard; it is left as it is`, [
    'another name for --html, or move it away first',
  ]);
}

function beginningOf(file: string): string {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(HEAD_BYTES);
    return bytes.toString('latin1', 0, readSync(descriptor, bytes));
  } finally {
    closeSync(descriptor);
  }
}

function noPage(file: string, cause: unknown): WizardError {
  const folder = dirname(file);
  if (!existsSync(folder) || codeOf(cause) === 'ENOTDIR')
    return refusal(`there is no folder ${folder}`, [`mkdir -p ${folder}`], cause);
  return refusal(
    `${file} cannot be written: ${messageOf(cause)}`,
    ['--html in a folder that this user may write to'],
    cause,
  );
}

function refusal(message: string, remedies: string[], cause?: unknown): WizardError {
  return new WizardError({ code: 'HTML_FILE', message, remedies, exitCode: EXIT.usage, cause });
}
