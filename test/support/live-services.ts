// The application's two services as processes of their own, stopped and started by scripts as an admin would write them. They keep one
// diary of all they commit.
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { CutoverOptions } from '../../src/config/run-options.js';

const PROGRAM = fileURLToPath(new URL('../../dist/src/demo/application/main.js', import.meta.url));

export interface LiveServices {
  /** /etc's file, and the application's own, which it beats. */
  readonly envFiles: readonly [string, string];
  readonly diary: string;
  readonly healthUrl: string;
  readonly stopCommand: string;
  readonly startCommand: string;
  readonly cutover: CutoverOptions;
  /** The same for the command line. */
  readonly flags: readonly string[];
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface LiveOptions {
  readonly scoresPerMinute?: number;
  readonly deletes?: boolean;
}

/** Writes env files and scripts into `folder`; `source` need not be there before `start`. */
export async function writeServices(
  folder: string,
  source: string,
  { scoresPerMinute = 1200, deletes = true }: LiveOptions = {},
): Promise<LiveServices> {
  const port = await freePort();
  const path = (name: string): string => join(folder, name);
  const envFiles: [string, string] = [path('tothemoon.env'), path('.env')];
  const diary = path('diary.ndjson');
  writeFileSync(envFiles[0], 'APP_ENV=prod\n# the database is the default\nLOG_LEVEL=info\n', {
    mode: 0o640,
  });
  writeFileSync(
    envFiles[1],
    `# local\nexport DATABASE_URL="sqlite:///${source}"\r\nTELEGRAM_BOT_TOKEN='a b'`,
  );
  const common = `--env-file '${envFiles[0]}' --env-file '${envFiles[1]}' --diary '${diary}' --scores-per-minute ${scoresPerMinute}`;
  const startCommand = script(
    path('start.sh'),
    `for role in api ws; do
  [ -f $role.pid ] && lives "$(cat $role.pid)" && continue
  port=; [ $role = api ] && port='--port ${port}'
  '${process.execPath}' -- '${PROGRAM}' --role $role $port ${common}${deletes ? ' --deletes' : ''} >> $role.log 2>&1 &
  echo $! > $role.pid
done`,
  );
  const stopCommand = script(
    path('stop.sh'),
    `for role in api ws; do
  [ -f $role.pid ] || continue
  pid=$(cat $role.pid)
  kill "$pid" 2>/dev/null
  while lives "$pid"; do sleep 0.02; done
  rm -f $role.pid
done`,
  );
  const healthUrl = `http://127.0.0.1:${port}`;
  const cutover = { envFiles, services: [], stopCommand, startCommand, healthUrl, capture: 'none' as const };
  return {
    envFiles,
    diary,
    healthUrl,
    stopCommand,
    startCommand,
    cutover,
    flags: [
      ...['--env-file', envFiles.join(), '--health-url', healthUrl],
      ...['--stop-command', stopCommand, '--start-command', startCommand],
    ],
    start: async () => {
      await execa('sh', ['-c', startCommand], { stdio: 'ignore' });
      await untilAnswers(`${healthUrl}/tokens/stats`);
    },
    stop: async () => {
      await execa('sh', ['-c', stopCommand]);
    },
  };
}

function script(file: string, body: string): string {
  // A container's first process may collect the ended ones only every few seconds; until then kill -0 takes them for alive.
  const lives = `lives() { grep -qs '^State:.[^Z]' "/proc/$1/status"; }`;
  writeFileSync(file, `#!/bin/sh\ncd "$(dirname "$0")" || exit 1\n${lives}\n${body}\n`);
  chmodSync(file, 0o755);
  return `'${file}'`;
}

/** Asks until it answers well; fails after 15 s. */
export async function untilAnswers(url: string): Promise<void> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const isGood = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (isGood) return;
    if (Date.now() > deadline) throw new Error(`${url} does not answer`);
    await sleep(50);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no port')),
      );
    });
  });
}
