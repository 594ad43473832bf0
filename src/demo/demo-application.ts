// The application of the demo: both services of the stand-in, in a folder of their own with the script that stops and starts them,
// their env file, their file of SQLite and their diary. They live on when the demo has ended, in process groups of their own.
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { sync as writeFileAtomicSync } from 'write-file-atomic';
import { commandServices } from '../app/command-services.js';
import { measure, probe } from '../app/probe.js';
import type { CutoverOptions } from '../config/run-options.js';
import { EXIT, WizardError, messageOf } from '../errors.js';
import { freePort } from './free-port.js';
import { shellWord } from '../shell-word.js';

export interface DemoApplication {
  /** The file of SQLite that it begins with. */
  readonly source: string;
  readonly diary: string;
  /** http://127.0.0.1:PORT */
  readonly url: string;
  /** How the wizard is to switch it over. */
  readonly cutover: CutoverOptions;
  /** Stops it, and makes everything of it anew, with a copy of `sample` as its database. */
  renew(sample: string): Promise<void>;
  /** Resolves when it answers from its database; what runs already stays. Throws DEMO_APPLICATION (exit 2). */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** How long its list of tokens takes, in milliseconds; undefined when it does not answer. */
  measure(): Promise<number | undefined>;
  /** What it runs on by its own words, such as `sqlite:/srv/dev.db`. */
  runsOn(): string;
}

const PROGRAM = fileURLToPath(new URL('application/main.js', import.meta.url));
/** A busy machine may need seconds; one that has ended at once never answers. */
const START_MS = 30_000;
const ENV_FILE = `# Both services read this file when they start.
LOG_LEVEL=info
DATABASE_URL=sqlite:///dev.db
`;

/** Nothing is started or stopped yet. */
export async function openApplication(folder: string): Promise<DemoApplication> {
  const path = (name: string): string => join(folder, name);
  const [script, source, envFile, diary] = [
    path('application.sh'),
    path('dev.db'),
    path('.env'),
    path('diary.ndjson'),
  ];
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const port = await choosePort(script, path('port'));
  writeFileAtomicSync(script, scriptText(folder, diary, port), { mode: 0o755 });
  const url = `http://127.0.0.1:${port}`;
  const [stopCommand, startCommand] = [`${shellWord(script)} stop`, `${shellWord(script)} start`];
  const services = commandServices({ stop: stopCommand, start: startCommand });
  return {
    source,
    diary,
    url,
    cutover: {
      envFiles: [envFile],
      services: [],
      stopCommand,
      startCommand,
      healthUrl: url,
      capture: 'none',
    },
    renew: async (sample) => {
      await services.stop();
      for (const name of ['dev.db', 'dev.db-journal', 'diary.ndjson', 'api.log', 'ws.log'])
        rmSync(path(name), { force: true });
      copyFileSync(sample, source, constants.COPYFILE_FICLONE);
      chmodSync(source, 0o644);
      // It gets a password later on.
      rmSync(envFile, { force: true });
      writeFileSync(envFile, ENV_FILE, { mode: 0o600 });
    },
    start: async () => {
      try {
        await services.start();
        await probe(url, ['/tokens/stats'], { timeoutMs: START_MS });
      } catch (error) {
        throw notRunning(path('api.log'), error);
      }
    },
    stop: () => services.stop(),
    measure: async () => (await measure(url, '/tokens?limit=10'))?.elapsedMs,
    runsOn: () => lastGreeting(path('api.log')),
  };
}

/** Stops what runs from this folder, if there is anything. */
export async function stopApplication(folder: string): Promise<void> {
  const script = join(folder, 'application.sh');
  if (existsSync(script)) await commandServices({ stop: `${shellWord(script)} stop`, start: '' }).stop();
}

/** The one kept in `file`, unless it has been taken while the application was down. */
async function choosePort(script: string, file: string): Promise<number> {
  const kept = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  if (kept > 0 && existsSync(script)) {
    const { stdout } = await execa(script, ['status'], { reject: false });
    if (stdout.includes('api ')) return kept;
  }
  const port = (await freePort(kept)) ?? (await freePort(0));
  if (port === undefined) throw new Error('the kernel gives no port on 127.0.0.1');
  writeFileAtomicSync(file, `${port}\n`);
  return port;
}

/**
 * A pid file outlives a kill and a reboot, and its number may be anybody's by then. So a process counts, and is stopped, only when its
 * own command line is the one that this script starts: with this folder's diary.
 */
function scriptText(folder: string, diary: string, port: number): string {
  return `#!/bin/sh
# The application of the demo, made by ttm-wizard: application.sh start | stop | status
cd ${shellWord(folder)} || exit 1
diary=${shellWord(diary)}
words() {
  if [ -r /proc/self/cmdline ]; then tr '\\0' ' ' < "/proc/$1/cmdline"; else ps -o args= -p "$1"; fi
}
# Whether the service $1 runs, as process $pid: the number in an old pid file may be another process by now.
runs() {
  pid=$(cat $1.pid) && case $(words "$pid") in *" --role $1 --diary $diary "*) ;; *) false ;; esac
} 2> /dev/null
case $1 in
start)
  for role in api ws; do
    runs $role && continue
    port=
    [ $role = api ] && port='--port ${port}'
    ${shellWord(process.execPath)} -- ${shellWord(PROGRAM)} --role $role --diary "$diary" --env-file .env $port \\
      < /dev/null >> $role.log 2>&1 &
    echo $! > $role.pid
  done
  ;;
stop)
  for role in api ws; do
    if runs $role; then kill "$pid" || ! runs $role || exit 1; fi
  done
  tries=0
  while runs api || runs ws; do
    tries=$((tries + 1))
    if [ $tries -gt 400 ]; then echo "process $pid does not end" >&2; exit 1; fi
    sleep 0.05
  done
  rm -f api.pid ws.pid
  ;;
status)
  for role in api ws; do
    if runs $role; then echo "$role $pid"; fi
  done
  ;;
*)
  echo "$0 start | stop | status" >&2
  exit 2
  ;;
esac
`;
}

function lastGreeting(log: string): string {
  const greetings = [...readFileSync(log, 'utf8').matchAll(/^api runs on (.+?)(?: at http:\S+)?$/gm)];
  return greetings.at(-1)?.[1] ?? 'nothing that it has named';
}

function notRunning(log: string, cause: unknown): WizardError {
  return new WizardError({
    code: 'DEMO_APPLICATION',
    message: `the application of the demo does not run: ${messageOf(cause)}`,
    remedies: [`cat ${shellWord(log)}`],
    exitCode: EXIT.usage,
    cause,
  });
}
