// What the person has answered in the wizard, kept in the backup folder so that it need not be typed again: it goes after flags,
// environment and config file, and before the defaults. Never a password, and never whether something may be done.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sync as writeFileAtomicSync } from 'write-file-atomic';
import { z } from 'zod';
import { passwordOf } from '../target/connect.js';
import type { CommandName } from './options.js';
import type { Problems } from './problems.js';
import { type Settings, adoptAnswers } from './settings.js';

const FILE = '.ttm-wizard.answers.json';

const answersSchema = z.object({
  source: z.string().optional(),
  target: z.string().optional(),
  'on-bad-value': z.string().optional(),
  'on-drift': z.string().optional(),
  'stop-command': z.string().optional(),
  'start-command': z.string().optional(),
  'env-file': z.array(z.string()).optional(),
  'health-url': z.string().optional(),
});

/** By option name, spelled as in a config file. */
export type Answers = Readonly<z.infer<typeof answersSchema>>;

/** Where the answers of runs in `backupDir` are kept. */
export function answersFile(backupDir: string): string {
  return join(backupDir, FILE);
}

/** None where there is no file, and none from one that this user has not written alone: it says where to copy everything. */
export function readAnswers(backupDir: string): Answers {
  const file = answersFile(backupDir);
  try {
    const { uid, mode } = statSync(file);
    if (uid !== process.getuid?.() || (mode & 0o022) !== 0) return {};
    return answersSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // A convenience: what cannot be read is asked again.
    return {};
  }
}

/** Adds to those that are kept. Throws RangeError for a URL with a password in it. */
export function saveAnswers(backupDir: string, answers: Answers): void {
  if (answers.target !== undefined && passwordOf(answers.target) !== undefined)
    throw new RangeError('a password is no answer to be kept');
  const all = { ...readAnswers(backupDir), ...answers };
  writeFileAtomicSync(answersFile(backupDir), `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 });
}

/** What of them counts for a command, told in a notice; those of the folder `backupDir`. */
export function takeAnswers(
  settings: Settings,
  command: CommandName,
  backupDir: string,
  problems: Problems,
): readonly string[] {
  const file = answersFile(backupDir);
  const taken = adoptAnswers(settings, command, readAnswers(backupDir), file, problems);
  return taken.length === 0 ? [] : [`as answered before: ${taken.join(', ')} (rm ${file} forgets it)`];
}
