// One file to attach to a ticket: what machine it was, the report, and the log. All of it has lost its secrets when it was written, and
// holds no more of the data than shortened examples; what looks like a password in a URL is taken out once more.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sync as writeFileAtomicSync } from 'write-file-atomic';
import { codeOf } from '../errors.js';
import { FILES } from '../run/folder.js';
import { redactText } from '../run/journal.js';

const NAME = 'ticket.txt';
const URL_PASSWORD = /(:\/\/[^:/\s"]*:)[^\s"]*@/g;

export interface Ticket {
  /** The run's own folder. */
  readonly folder: string;
  /** What `--version` says. */
  readonly version: string;
  readonly report: string;
  /** Texts that must not appear. */
  readonly secrets: readonly string[];
}

/** Writes it (0600) into the run's folder; answers with its path. Throws what the file system says. */
export function writeTicket({ folder, version, report, secrets }: Ticket): string {
  const text = `${version}\n\n${report.trimEnd()}\n\nLog\n${logOf(join(folder, FILES.log))}`;
  const clean = redactText(text.replace(URL_PASSWORD, '$1***@'), secrets);
  const file = join(folder, NAME);
  writeFileAtomicSync(file, clean, { mode: 0o600 });
  return file;
}

function logOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return 'There is none.\n';
  }
}
