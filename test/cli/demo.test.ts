// ttm-wizard demo as a newcomer types it, one story in one folder: moved, looked at, taken back, killed and rebooted, moved again,
// and cleaned up. The application writes all the time.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { Database } from '../../src/source/sqlite-driver.js';
import { readDiary, untilDiary } from '../support/diary.js';
import { missingFromDiary } from '../support/missing-from-diary.js';
import { lives, until } from '../support/processes.js';
import { type WizardOptions, wizard } from './wizard.js';

const cwd = mkdtempSync(join(tmpdir(), 'ttm demo test-'));
// So that the user who runs PostgreSQL for root can enter, and the server lies in the folder too.
chmodSync(cwd, 0o755);
const inDemo = (...names: readonly string[]): string => join(cwd, 'ttm-demo', ...names);
const [source, envFile, diary] = ['dev.db', '.env', 'diary.ndjson'].map((name) =>
  inDemo('application', name),
) as [string, string, string];
const script = inDemo('application', 'application.sh');
const original = /^DATABASE_URL=sqlite:\/\/\/dev\.db$/m;

function demo(options: readonly string[] = [], more: WizardOptions = {}) {
  return wizard(['demo', ...options], { cwd, ...more });
}

/** The numbers of all that the demo keeps running: both services and the server. */
async function running(): Promise<number[]> {
  const { stdout } = await execa(script, ['status']);
  const services = [...stdout.matchAll(/^\w+ (\d+)$/gm)].map(([, pid]) => Number(pid));
  const [server] = readFileSync(inDemo('server', 'data', 'postmaster.pid'), 'utf8').split('\n');
  return [...services, Number(server)];
}

function lineWith(text: string, part: string): string {
  return text.split('\n').find((line) => line.includes(part)) ?? '';
}

function run(line: string) {
  return execa('sh', ['-c', line], { reject: false });
}

async function total(said: string): Promise<number> {
  const [url = ''] = /http:\S+\/tokens\/stats/.exec(said) ?? [];
  const body: unknown = await (await fetch(url)).json();
  return typeof body === 'object' && body !== null && 'total' in body ? Number(body.total) : NaN;
}

/** Resolves when the running demo has said `text`. */
function saying(process: ReturnType<typeof demo>, text: string): Promise<void> {
  let said = '';
  return new Promise((resolve, reject) => {
    process.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes(text)) resolve();
    });
    process.once('exit', () => reject(new Error(`it ended before it said "${text}":\n${said}`)));
  });
}

const writtenTo = (side: 'sqlite' | 'postgresql'): number =>
  readDiary(diary).committed.filter(({ on }) => on.startsWith(side)).length;

afterAll(async () => {
  await demo(['--clean']);
  rmSync(cwd, { recursive: true });
});

describe('the demo', () => {
  let said = '';

  test('moves an application that writes all the time, and proves by its diary that nothing is missing', async () => {
    const { exitCode, stdout, stderr } = await demo();
    said = stdout;
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(said).toContain('Writing a sample with 50,000 scores');
    expect(said).toMatch(/^token_scores +50,0\d\d +50,0\d\d +[0-9a-f]{12} +equal$/m);
    expect(said).toMatch(/^The application was down for \S+ m?s\.$/m);
    expect(said).toMatch(/^Its \/tokens took \S+ m?s on SQLite and takes \S+ m?s now\.$/m);
    const [, changes] =
      /wrote (\d+) changes to \d+ rows of SQLite\. PostgreSQL has every one/.exec(said) ?? [];
    expect(Number(changes)).toBeGreaterThan(0);
    expect(Number(changes)).toBeLessThanOrEqual(writtenTo('sqlite'));
  }, 120_000);

  test('leaves the application running on PostgreSQL, and the old file closed', async () => {
    expect(await running()).toHaveLength(3);
    const before = writtenTo('postgresql');
    await untilDiary(diary, () => writtenTo('postgresql') > before);
    expect(await total(said)).toBeGreaterThan(140);
    expect(readFileSync(envFile, 'utf8')).toMatch(/^DATABASE_URL=postgresql:\/\/postgres:/m);
    expect(statSync(source).mode & 0o777).toBe(0o440);
    expect(said).toContain(`It goes on writing, to postgresql://127.0.0.1:`);
  });

  test('says how to look at the data, in a line that works as it stands, and shows no password', async () => {
    const [, , , , password = ''] = readFileSync(inDemo('pgpass'), 'utf8').trim().split(':');
    expect(password.length).toBeGreaterThan(20);
    expect(said).not.toContain(password);
    expect(readFileSync(envFile, 'utf8')).toContain(password);
    const look = await run(lineWith(said, ' -c ') || lineWith(said, ' -e '));
    expect([look.exitCode, look.stderr]).toEqual([0, '']);
    expect(look.stdout).toContain('created_at');
  });

  test('is taken back by the line that it names, with all that was written since', async () => {
    const taken = await run(`cd '${cwd}' && ${lineWith(said, 'demo --rollback')}`);
    expect([taken.exitCode, taken.stderr]).toEqual([0, '']);
    const [, carried] = /notice +carried back into the source: (\d+) rows? inserted/.exec(taken.stdout) ?? [];
    expect(Number(carried)).toBeGreaterThan(0);
    expect(taken.stdout).toMatch(
      /On PostgreSQL the application wrote \d+ changes to \d+ rows\. SQLite has every one/,
    );
    expect(taken.stdout).toContain(`It goes on writing, to sqlite:${source}`);
    expect(await total(taken.stdout)).toBeGreaterThan(140);
    expect(readFileSync(envFile, 'utf8')).toMatch(original);
    expect(writtenTo('postgresql')).toBeGreaterThan(0);
    await execa(script, ['stop']);
    expect(await missingFromDiary(diary, source)).toEqual([]);
  }, 60_000);

  test('that has been taken back says so, starts its application again, and tells of a value that is not as it was written', async () => {
    const inserted = readDiary(diary).committed.findLast(
      ({ table, operation }) => table === 'tokens' && operation === 'insert',
    );
    const db = new Database(source);
    const change = (address: string): void => {
      db.prepare(`UPDATE tokens SET mint_address = ${address} WHERE id = ?`).run(inserted?.key);
    };
    change(`mint_address || 'x'`);
    const again = await demo(['--rollback']);
    expect(again.stdout).toContain('The last demo has been taken back before.');
    expect(again.stdout).toContain("SQLite LACKS 1 value of the application's own diary");
    expect(again.exitCode).toBe(6);
    expect(await running()).toHaveLength(3);
    change(`rtrim(mint_address, 'x')`);
    db.close();
  }, 60_000);

  test('killed on its way, and found after a reboot that gave a process number to somebody else, goes on', async () => {
    const killed = demo();
    await saying(killed, 'copy       Copy the rows');
    killed.kill('SIGKILL');
    await killed;
    const [api = 0, ws = 0, server = 0] = await running();
    for (const pid of [api, ws]) process.kill(pid, 'SIGKILL');
    process.kill(server, 'SIGQUIT');
    await until(() => !lives(server));
    const stranger = execa('sleep', ['600'], { reject: false });
    writeFileSync(inDemo('application', 'api.pid'), `${stranger.pid ?? ''}\n`);
    try {
      const { exitCode, stdout, stderr } = await demo(['--json']);
      expect([exitCode, stderr]).toEqual([0, expect.stringContaining('The last demo was cut short')]);
      expect(stderr).toContain('PostgreSQL has every one of them');
      const types = stdout.split('\n').map((line) => String(Reflect.get(Object(JSON.parse(line)), 'type')));
      expect([types[0], types.at(-1)]).toEqual(['run.resumed', 'run.completed']);
      expect(lives(stranger.pid ?? 0)).toBe(true);
      expect(await running()).toHaveLength(3);
    } finally {
      stranger.kill();
      await stranger;
    }
  }, 120_000);

  test('repeated when it is complete begins anew; meanwhile nobody else may use its folder', async () => {
    const again = demo();
    await saying(again, 'and writes all the time');
    for (const options of [[], ['--clean'], ['--rollback']]) {
      const second = await demo(options);
      expect([second.exitCode, options]).toEqual([8, options]);
      expect(second.stderr).toContain(`process ${again.pid ?? '?'}`);
    }
    again.kill('SIGKILL');
    await again;
    expect(readFileSync(envFile, 'utf8')).toMatch(original);
    expect(writtenTo('postgresql')).toBe(0);
    expect(statSync(source).mode & 0o777).toBe(0o644);
  }, 60_000);

  test('is cleaned up without a trace', async () => {
    const pids = await running();
    expect(pids).toHaveLength(3);
    const clean = await demo(['--clean']);
    expect([clean.exitCode, clean.stderr]).toEqual([0, '']);
    expect(pids.filter(lives)).toEqual([]);
    expect(existsSync(inDemo())).toBe(false);
    expect((await run(lineWith(said, ' -c '))).exitCode).not.toBe(0);
    expect((await demo(['--clean'])).stdout).toContain('There is no demo in');
  });
});

describe('without a demo', () => {
  afterEach(() => rmSync(join(cwd, 'precious'), { force: true }));

  test('there is nothing to take back, and nothing is made', async () => {
    const { exitCode, stderr } = await demo(['--rollback']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('there is no demo in');
    expect(existsSync(inDemo())).toBe(false);
  });

  test('a folder with something else in it is left alone', async () => {
    writeFileSync(join(cwd, 'precious'), 'x');
    for (const more of [[], ['--clean'], ['--rollback']]) {
      const { stderr, exitCode } = await demo(['--folder', '.', ...more]);
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(/something else in it|there is no demo/);
    }
    expect(existsSync(join(cwd, 'precious'))).toBe(true);
  });

  test('taking back and cleaning up are not asked for at once', async () => {
    const { exitCode, stderr } = await demo(['--rollback', '--clean']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('exclude each other')]);
  });
});
