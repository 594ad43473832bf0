// The one error class: everything that can go wrong on purpose carries a code, what to type next, and the exit code.
// Anything that is not a WizardError when it reaches cli.ts is a bug (exit 70).

/** Exit codes that scripts rely on; the table in the README and in `help exit-codes` is generated from this. */
export const EXIT = {
  done: 0,
  usage: 2,
  preflight: 3,
  source: 4,
  target: 5,
  differences: 6,
  takenBack: 7,
  locked: 8,
  answerNeeded: 9,
  rollbackFailed: 10,
  bug: 70,
  stoppedEarly: 75,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What each exit code means, in the order of the table. */
export const EXIT_MEANING: readonly (readonly [code: string, meaning: string])[] = [
  ['0', 'done and verified, or nothing to do'],
  ['2', 'usage or configuration'],
  ['3', 'preflight failed, nothing changed'],
  ['4', 'source unreadable or corrupt'],
  ['5', 'target: connection, privilege or SQL'],
  ['6', 'verification found differences, or rows were quarantined'],
  ['7', 'failed, and taken back cleanly'],
  ['8', 'another run holds the lock'],
  ['9', 'an answer is needed and nobody can be asked'],
  ['10', 'rollback failed; a file says what to do by hand'],
  ['70', 'a bug'],
  ['75', 'stopped early, --resume goes on'],
  ['130/143', 'SIGINT / SIGTERM, state saved'],
];

export interface WizardErrorFields {
  /** UPPER_SNAKE name of the condition, stable for scripts. */
  code: string;
  /** One sentence in the present tense; never contains a secret. */
  message: string;
  /** Lines to type or do next. */
  remedies?: readonly string[];
  exitCode: ExitCode;
  cause?: unknown;
}

export class WizardError extends Error {
  readonly code: string;
  readonly remedies: readonly string[];
  readonly exitCode: ExitCode;

  constructor(fields: WizardErrorFields) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.name = 'WizardError';
    this.code = fields.code;
    this.remedies = fields.remedies ?? [];
    this.exitCode = fields.exitCode;
  }
}

/** The message of anything thrown, without its stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` property of system and PostgreSQL errors (`ENOENT`, `42P01`), or undefined. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string')
    return error.code;
  return undefined;
}
