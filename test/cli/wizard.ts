// Starts the wizard as a person or a script would: the real program, in an environment that holds little but what is given.
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

/** What is shipped. */
export const PROGRAM = fileURLToPath(new URL('../../bin/ttm-wizard.js', import.meta.url));

export interface WizardOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
  /** Another copy of the program. */
  readonly program?: string;
}

/** The running process; awaited, its exit code, stdout and stderr. Standard input is empty unless `input` is given. */
export function wizard(args: readonly string[], options: WizardOptions = {}) {
  const { PATH = '/usr/bin:/bin' } = process.env;
  return execa(process.execPath, ['--', options.program ?? PROGRAM, ...args], {
    reject: false,
    extendEnv: false,
    env: { PATH, HOME: '/nonexistent', TZ: 'UTC', LANG: 'C.UTF-8', ...options.env },
    input: options.input ?? '',
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
}
