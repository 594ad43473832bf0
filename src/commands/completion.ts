// ttm-wizard completion SHELL: prints the script that completes our command line. The files are made from the table of options by
// `npm run generate`, so they are only read here.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '../errors.js';
import { packageRoot } from '../package-root.js';
import type { Session } from './session.js';

/** Each shell's customary name for such a file. */
const FILES: Readonly<Record<string, string>> = {
  bash: 'ttm-wizard.bash',
  zsh: '_ttm-wizard',
  fish: 'ttm-wizard.fish',
};

export function completion({ argument = '', out }: Session): Promise<number> {
  const file = join(packageRoot(), 'assets', 'completions', FILES[argument] ?? '');
  out.line(readFileSync(file, 'utf8').trimEnd());
  return Promise.resolve(EXIT.done);
}
