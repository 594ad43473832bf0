// Command lines of the admin, run for real: failing, hanging, and leaving a daemon that must outlive us.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { commandServices } from '../../src/app/command-services.js';
import { failureOf, lives, textIn, until } from '../support/processes.js';

const ENTRY = fileURLToPath(new URL('../../dist/src/app/command-services.js', import.meta.url));

let folder: string;
let started: number[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ttm-commands-'));
  started = [];
});

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const pid of started.filter(lives)) process.kill(pid, 'SIGKILL');
  await rm(folder, { recursive: true });
});

/** What a command line wrote the number of a process to. */
async function pidIn(name: string): Promise<number> {
  const pid = Number(await until(() => textIn(join(folder, name))));
  started.push(pid);
  return pid;
}

/** `true` for the command that a test does not use. */
function services(lines: { stop?: string; start?: string; timeoutMs?: number; without?: readonly string[] }) {
  return commandServices({ stop: 'true', start: 'true', outputDir: folder, ...lines });
}

describe('commands that stop and start the services', () => {
  it('run through the shell, each as often as it is asked for', async () => {
    const both = services({
      stop: `echo "stop it" >> '${folder}/said' && true`,
      start: `echo start >> '${folder}/said'`,
    });
    await both.stop();
    await both.stop();
    await both.start();

    expect(readFileSync(join(folder, 'said'), 'utf8')).toBe('stop it\nstop it\nstart\n');
    expect(both.describe).toContain('echo start');
    expect(both.howStopped).toMatch(/^by 'echo "stop it" >> .*'$/);
    expect(await both.running()).toEqual([]);
  });

  it('leave nothing that others may read, and have the umask of the admin', async () => {
    const stop = `umask > '${folder}/umask'`;
    await services({ stop }).stop();

    for (const name of ['command.stat', 'stop-command.log'])
      expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
    expect(textIn(join(folder, 'umask'))).toBe((await execa('sh', ['-c', 'umask'])).stdout);
  });

  it('that fail are told with their exit code and the last five lines, made safe', async () => {
    const stop = String.raw`for i in 1 2 3 4 5 6; do echo "line $i"; done; printf '\033[2Jbad\n' >&2; exit 3`;

    const error = await failureOf(services({ stop }).stop());

    expect(error).toMatchObject({ code: 'SERVICES_STOP', exitCode: 7 });
    const [first, ...lines] = error.message.split('\n');
    expect(first).toMatch(/^the stop command ends with exit code 3: for i in 1 2/);
    expect(lines).toEqual(['line 3', 'line 4', 'line 5', 'line 6', '\\u{1b}[2Jbad']);
    expect(error.remedies.join('\n')).toContain(join(folder, 'stop-command.log'));
  });

  it('show only what this call wrote, while the log keeps all and is closed to others', async () => {
    await services({ start: 'echo first' }).start();
    const error = await failureOf(services({ start: 'echo second; exit 1' }).start());

    expect(error).toMatchObject({ code: 'SERVICES_START', exitCode: 7 });
    expect(error.message.split('\n').slice(1)).toEqual(['second']);
    const log = join(folder, 'start-command.log');
    expect(readFileSync(log, 'utf8')).toBe('first\nsecond\n');
    expect(statSync(log).mode & 0o777).toBe(0o600);
  });

  it('that nobody knows, and those that a signal ends, are told', async () => {
    expect((await failureOf(services({ start: 'no-such-program' }).start())).message).toMatch(
      /exit code 127[^\n]*\n.*not found/,
    );
    expect((await failureOf(services({ stop: 'kill -9 $$' }).stop())).message).toMatch(
      /^the stop command is ended by SIGKILL: /,
    );
  });

  it('that hang are ended with all they started, also what does not listen', async () => {
    const start = `(trap '' TERM; echo $(exec sh -c 'echo $PPID') > '${folder}/deaf'; while :; do sleep 1; done) & sleep 300`;

    const error = await failureOf(services({ start, timeoutMs: 300 }).start());

    expect(error.code).toBe('SERVICES_START');
    expect(error.message).toMatch(/^the start command has not ended within 300 ms: /);
    expect(error.remedies[0]).toContain('&');
    const deaf = await pidIn('deaf');
    await until(() => !lives(deaf));
  });

  it('do not get the secrets of the wizard, nor what would beat the env file', async () => {
    vi.stubEnv('TTM_TARGET', 'postgresql://app:secret@db/prod');
    vi.stubEnv('TTM_ANYTHING', 'secret');
    vi.stubEnv('PGPASSWORD', 'secret');
    vi.stubEnv('DATABASE_URL', 'sqlite:///old.db');
    vi.stubEnv('KEPT', 'as it is');

    await services({ start: `env > '${folder}/env'`, without: ['DATABASE_URL'] }).start();

    const environment = readFileSync(join(folder, 'env'), 'utf8');
    expect(environment).toContain('KEPT=as it is\n');
    expect(environment).not.toMatch(/^(TTM_|PGPASSWORD|DATABASE_URL)/m);
    expect(environment).not.toContain('secret');
  });
});

describe('a service left in the background by the start command', () => {
  it('does not keep the wizard waiting, and its output goes on into the log', async () => {
    const app = `sh -c 'echo up; while ! test -e "${folder}/go"; do sleep 0.02; done; echo later; exec sleep 300'`;
    const begin = performance.now();
    await services({ start: `${app} & echo $! > '${folder}/app'` }).start();
    expect(performance.now() - begin).toBeLessThan(5000);

    const pid = await pidIn('app');
    await writeFile(join(folder, 'go'), '');
    await until(() => textIn(join(folder, 'start-command.log')) === 'up\nlater');
    expect(lives(pid)).toBe(true);
    await services({ stop: `kill ${pid}` }).stop();
    await until(() => !lives(pid));
  });

  it('survives the Ctrl-C and the end of the wizard that started it', async () => {
    const script = `
      const { commandServices } = await import(process.argv[1]);
      const start = "sleep 300 & echo $! > '${folder}/app'";
      await commandServices({ stop: 'true', start, outputDir: '${folder}' }).start();
      setInterval(() => undefined, 1000);`;
    const wizard = execa(process.execPath, ['--input-type=module', '-e', script, ENTRY], {
      detached: true,
      reject: false,
    });
    const app = await pidIn('app');
    // A terminal sends Ctrl-C to the whole process group.
    process.kill(-(wizard.pid ?? 0), 'SIGINT');

    expect((await wizard).signal).toBe('SIGINT');
    expect(lives(app)).toBe(true);
  });

  it('waits for a command that a killed wizard has left running', async () => {
    const script = `
      const { commandServices } = await import(process.argv[1]);
      const stop = "echo $$ > '${folder}/pid'; sleep 1; echo stopped >> '${folder}/said'";
      await commandServices({ stop, start: 'true', outputDir: '${folder}' }).stop();`;
    const wizard = execa(process.execPath, ['--input-type=module', '-e', script, ENTRY], { reject: false });
    await pidIn('pid');
    wizard.kill('SIGKILL');
    await wizard;

    await services({ start: `echo started >> '${folder}/said'` }).start();

    expect(textIn(join(folder, 'said'))).toBe('stopped\nstarted');
  });

  it('keeps its log where no folder is given; without it nothing stays behind', async () => {
    const home = join(folder, 'tmp');
    await execa('mkdir', [home]);
    vi.stubEnv('TMPDIR', home);
    const start = `sleep 300 & echo $! > '${folder}/app'`;

    await commandServices({ stop: 'true', start }).stop();
    expect(await readdir(home)).toEqual([]);

    await commandServices({ stop: 'true', start }).start();
    await pidIn('app');
    const [kept = ''] = await readdir(home);
    expect(existsSync(join(home, kept, 'start-command.log'))).toBe(true);
  });
});
