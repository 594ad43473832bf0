// The command line: reads it, starts what it asks for, and is the one place where the process ends. Nothing heavy is imported
// before it is known what for.
import { type Request, readCommandLine } from './commands/program.js';
import type { Command, Session } from './commands/session.js';
import { type Signals, listenForSignals } from './commands/signals.js';
import type { CommandName } from './config/options.js';
import { EXIT } from './errors.js';
import { chooseLook } from './output/look.js';
import { openWriter } from './output/writer.js';

const COMMANDS: Readonly<Record<CommandName, () => Promise<Command>>> = {
  run: async () => (await import('./commands/run.js')).run,
  status: async () => (await import('./commands/status.js')).status,
  verify: async () => (await import('./commands/verify.js')).verify,
  'catch-up': async () => (await import('./commands/catch-up.js')).catchUp,
  rollback: async () => (await import('./commands/rollback.js')).rollback,
  report: async () => (await import('./commands/report.js')).report,
  doctor: async () => (await import('./commands/doctor.js')).doctor,
  demo: async () => (await import('./commands/demo.js')).demo,
  config: async () => (await import('./commands/config.js')).config,
  completion: async () => (await import('./commands/completion.js')).completion,
};

const out = openWriter(process.stdout);
const err = openWriter(process.stderr);
// Until the settings are known: what is wrong with them is an error already.
err.look = chooseLook(process.env);
let session: Session | undefined;
let signals: Signals | undefined;

async function main(args: readonly string[]): Promise<number> {
  const request = readCommandLine(args);
  if (request.kind === 'text') {
    out.line(request.text);
    return EXIT.done;
  }
  if (request.kind === 'version') {
    const { versionText } = await import('./commands/version.js');
    out.line(await versionText());
    return EXIT.done;
  }
  if (args.length === 0 && !isTerminal()) {
    const { usageWithoutTerminal } = await import('./commands/help-text.js');
    err.line(usageWithoutTerminal());
    return EXIT.answerNeeded;
  }
  session = openSession(request);
  const command = await COMMANDS[request.command]();
  return signals?.exitCode(await command(session)) ?? EXIT.bug;
}

function isTerminal(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY;
}

function openSession({ flags, argument }: Extract<Request, { kind: 'command' }>): Session {
  const hangUp = new AbortController();
  signals = listenForSignals({
    say: (text) => {
      if (session?.screen === undefined) err.line(text);
      else session.screen.say(text);
    },
    halfway: () => session?.halfway?.(),
    hungUp: () => {
      session?.screen?.unmount();
      hangUp.abort();
      out.close();
      err.close();
    },
    end: (code) => process.exit(code),
  });
  const { stop, abort } = signals;
  return {
    flags,
    ...(argument === undefined ? {} : { argument }),
    env: process.env,
    stdout: process.stdout,
    out,
    err,
    isTerminal: isTerminal(),
    stop,
    abort,
    hangUp: hangUp.signal,
    secrets: [],
    log: undefined,
    isFailureShown: false,
    screen: undefined,
  };
}

/** The one exit path: an error becomes text and an exit code, whatever it is. */
async function end(work: Promise<number>): Promise<never> {
  let code: number;
  try {
    code = await work;
    if (code !== EXIT.done && session?.failure !== undefined) {
      const { reportStack } = await import('./commands/report-error.js');
      reportStack({ err, session, args: process.argv.slice(2), env: process.env });
    }
  } catch (error) {
    session?.screen?.unmount();
    const { reportError } = await import('./commands/report-error.js');
    const failed = reportError(error, { err, session, args: process.argv.slice(2), env: process.env });
    code = signals?.exitCode(failed) ?? failed;
  }
  await Promise.all([out.flushed(), err.flushed()]);
  process.exit(code);
}

process.on('uncaughtException', (error) => void end(Promise.reject(error)));
await end(main(process.argv.slice(2)));
