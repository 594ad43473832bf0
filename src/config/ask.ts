// The questions that flags and environment leave open, asked in plain text: before anything starts the target, its password, and
// whether to begin; later yes or no. Only when somebody sits at a terminal.
import { EXIT, WizardError, messageOf } from '../errors.js';
import { nameOfTarget } from '../target/connect.js';
import { pgpassPassword } from '../target/pgpass.js';
import { withPassword } from './target-url.js';

/** One mark for every state: the library's own tick is no ASCII, which is all that some terminals have. */
const THEME = { prefix: '?' };

/** Asks for the URL and, unless PGPASSWORD or a pgpass file has it, for the password, which is not echoed at all. */
export async function askTarget(env: NodeJS.ProcessEnv): Promise<string> {
  const { input, password } = await import('@inquirer/prompts');
  const url = await answered(
    input({
      message: 'Target URL without password (postgresql://USER@HOST/DATABASE)',
      validate: isUrl,
      theme: THEME,
    }),
  );
  if (env['PGPASSWORD'] !== undefined || (await pgpassPassword(nameOfTarget(url))) !== undefined) return url;
  const secret = await answered(
    password({ message: 'Password (nothing is shown; empty for none)', theme: THEME }),
  );
  return secret === '' ? url : withPassword(url, secret);
}

function isUrl(text: string): true | string {
  return targetProblem(text) ?? true;
}

/** What is wrong with a target URL that was typed; undefined when it names all that it should and no password. */
export function targetProblem(text: string): string | undefined {
  try {
    nameOfTarget(text);
  } catch (error) {
    return messageOf(error);
  }
  const userinfo = /^\w+:\/\/([^@/]*)@/.exec(text)?.[1];
  if (userinfo === undefined || userinfo === '')
    return 'name the user too: postgresql://USER@HOST:5432/DATABASE';
  return userinfo.includes(':') ? 'leave the password out; the next question is for it' : undefined;
}

/** Throws DECLINED (exit 130) when the answer is no, which is the default. */
export async function confirmStart(message: string): Promise<void> {
  const { confirm } = await import('@inquirer/prompts');
  if (await answered(confirm({ message, default: false, theme: THEME }))) return;
  throw new WizardError({
    code: 'DECLINED',
    message: 'the answer is no: nothing is started',
    exitCode: EXIT.interrupted,
  });
}

/** A question in the middle of the work, default no. Rejects with INTERRUPTED (exit 130) at Ctrl-C, and when `signal` is aborted. */
export async function askYesNo(
  message: string,
  input: NodeJS.ReadableStream,
  signal: AbortSignal,
): Promise<boolean> {
  const { confirm } = await import('@inquirer/prompts');
  const stopped = 'stopped at the question';
  // A prompt that begins too late would hold the terminal for ever.
  if (signal.aborted) throw interrupted(stopped);
  return answered(confirm({ message, default: false, theme: THEME }, { input, signal }), stopped);
}

/** Ctrl-C at a question ends the wizard like Ctrl-C anywhere. */
async function answered<T>(
  question: Promise<T>,
  stopped = 'stopped at the question; nothing is started',
): Promise<T> {
  try {
    return await question;
  } catch (error) {
    const isStop = error instanceof Error && ['ExitPromptError', 'AbortPromptError'].includes(error.name);
    throw isStop ? interrupted(stopped) : error;
  }
}

function interrupted(message: string): WizardError {
  return new WizardError({ code: 'INTERRUPTED', message, exitCode: EXIT.interrupted });
}
