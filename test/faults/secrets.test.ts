// A planted password must turn up nowhere: not in what is printed, not in a file, not in the process list, however the wizard got
// it and however the run ends.
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, createDatabase, serverUrl } from '../support/database.js';
import { Workshop } from './workshop.js';
import { type Ending, WizardProcess, filesUnder } from './wizard-process.js';

const PASSWORD = 'p@ss/w:rd#1%$é';
const WRONG = 'wr@ng/p:ss#2%$ü';
const TIMEOUT_MS = 90_000;
const role = `ttm_secret_${process.pid}_${randomBytes(3).toString('hex')}`;

let workshop: Workshop;
let folder: string;
let database: TestDatabase;

/** How a run gets its target: arguments and environment. */
interface Way {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const WAYS: Readonly<Record<string, () => Way>> = {
  'in the URL in TTM_TARGET': () => ({ args: [], env: { TTM_TARGET: targetUrl(PASSWORD) } }),
  'in PGPASSWORD': () => ({ args: ['--target', targetUrl()], env: { PGPASSWORD: PASSWORD } }),
  'in the URL after --target': () => ({ args: ['--target', targetUrl(PASSWORD)], env: {} }),
  'in a pgpass file': () => {
    const { hostname, port } = new URL(serverUrl());
    const escaped = PASSWORD.replaceAll('\\', '\\\\').replaceAll(':', '\\:');
    const file = writeSecret('pgpass', `${hostname}:${port}:${database.name}:${role}:${escaped}\n`);
    return { args: ['--target', targetUrl()], env: { PGPASSFILE: file } };
  },
  'in the file of --target-url-file': () => {
    return { args: ['--target-url-file', writeSecret('url', `${targetUrl(PASSWORD)}\n`)], env: {} };
  },
};

beforeAll(async () => {
  workshop = new Workshop(800);
  await onServer(`CREATE ROLE ${role} LOGIN PASSWORD '${PASSWORD}'`);
}, TIMEOUT_MS);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ttm-secret-'));
  for (const name of ['tmp', 'home']) mkdirSync(join(folder, name));
  database = await createDatabase();
  await onServer(`ALTER DATABASE ${database.name} OWNER TO ${role}`);
});

afterEach(async () => {
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

afterAll(async () => {
  await onServer(`DROP ROLE ${role}`);
  workshop.remove();
});

describe('a password given', () => {
  for (const [place, wayOf] of Object.entries(WAYS)) {
    it(
      `${place} is in no output, no file and no child's arguments of any command`,
      async () => {
        const way = wayOf();
        const first = await run(way, '--json');
        expect(first.code, first.stderr).toBe(0);
        expect(first.stderr).not.toContain('Warning');
        expect(first.children.some((line) => line.includes('pg_dump'))).toBe(true);
        const endings = [first, await run(way, '--plain', '--resume', '--debug')];
        for (const command of ['verify', 'doctor', 'status', 'report']) {
          const isReading = command === 'status' || command === 'report';
          // These read nothing but the files, and no file holds it, however the wizard got it.
          if (isReading && place !== 'in the URL in TTM_TARGET') continue;
          const args = [command, ...(isReading ? [] : way.args), '--backup-dir', backupDir(), '--debug'];
          endings.push(await wizard(args, way.env), await wizard([...args, '--json'], way.env));
        }
        for (const ending of endings)
          expect(ending.code, ending.stderr).toBe(ending.command === 'doctor' ? 3 : 0);
        for (const ending of endings) expectNoSecret(PASSWORD, ending);
        expectNoSecretInFiles(PASSWORD);
        expectPrivateFiles();
      },
      TIMEOUT_MS,
    );
  }
});

describe('a password stays out of sight when a run fails', () => {
  it(
    'because it is wrong',
    async () => {
      for (const way of [
        { args: [], env: { TTM_TARGET: targetUrl(WRONG) } },
        { args: ['--target', targetUrl()], env: { PGPASSWORD: WRONG } },
      ]) {
        for (const ending of [await run(way, '--plain', '--debug'), await run(way, '--json')]) {
          expect(ending.code, ending.stderr).toBe(5);
          expectNoSecret(WRONG, ending);
        }
      }
      expectNoSecretInFiles(WRONG);
      expectPrivateFiles();
    },
    TIMEOUT_MS,
  );

  it(
    'because the server cannot be reached',
    async () => {
      const url = new URL(targetUrl(PASSWORD));
      url.port = String(await closedPort());
      for (const mode of ['--plain', '--json']) {
        const ending = await run({ args: [], env: { TTM_TARGET: url.href } }, mode, '--debug');
        expect(ending.code, ending.stderr).toBe(5);
        expectNoSecret(PASSWORD, ending);
      }
      expectNoSecretInFiles(PASSWORD);
    },
    TIMEOUT_MS,
  );

  it(
    'because the server refuses an SQL statement',
    async () => {
      await onServer(
        `CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no app_settings here'; END $$;
         CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION refuse()`,
        database.name,
      );
      const way = { args: [], env: { TTM_TARGET: targetUrl(PASSWORD) } };
      for (const mode of ['--plain', '--json']) {
        const ending = await run(way, mode, '--debug');
        expect(ending.code, ending.stderr).toBe(5);
        expect(ending.stdout + ending.stderr).toContain('app_settings');
        expectNoSecret(PASSWORD, ending);
      }
      expectNoSecretInFiles(PASSWORD);
      expectPrivateFiles();
    },
    TIMEOUT_MS,
  );

  it(
    'because its URL is not percent-encoded: not even parts of it are shown',
    async () => {
      const bare = targetUrl('SECRET').split('SECRET');
      for (const password of [PASSWORD, '12/ab@cd', '12?ab@cd', '12#ab@cd', 'ab/cd', 'a@b/c@d', '%zz/1']) {
        const url = bare.join(password);
        const file = writeSecret('raw', url);
        const ways = [
          { args: [], env: { TTM_TARGET: url } },
          { args: ['--target', url], env: {} },
          { args: ['--target-url-file', file], env: {} },
        ];
        // All are read by the same parser: one password goes every way.
        for (const way of password === PASSWORD ? ways : ways.slice(0, 1)) {
          const ending = await run(way, '--json', '--debug');
          expect(ending.code, `${password}\n${ending.stderr}`).toBe(2);
          expect(ending.stderr).toContain('percent-encoded');
          for (const part of [password, ...password.split(/[@/:?]/).filter(({ length }) => length > 3)])
            expectNoSecret(part, ending);
        }
      }
      expectNoSecretInFiles(PASSWORD);
    },
    TIMEOUT_MS,
  );
});

type Observed = Ending & { readonly command: string; readonly children: readonly string[] };

function run({ args, env }: Way, ...more: readonly string[]): Promise<Observed> {
  const given = ['--source', workshop.source, '--backup-dir', backupDir(), ...args, ...more];
  return wizard(['run', '--yes', '--no-cutover', ...given], env);
}

/** Runs a command and watches the arguments of all its descendants in /proc. */
async function wizard(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Observed> {
  const started = new WizardProcess(args, {
    TMPDIR: join(folder, 'tmp'),
    HOME: join(folder, 'home'),
    ...env,
  });
  const own = commandLine(started.pid);
  const seen = new Set<string>();
  const timer = setInterval(() => {
    // Between fork and exec a child still has its parent's arguments, which the person chose.
    for (const pid of descendants(started.pid)) if (commandLine(pid) !== own) seen.add(commandLine(pid));
  }, 2);
  const ending = await started.ended;
  clearInterval(timer);
  return { ...ending, command: args[0] ?? '', children: [...seen] };
}

function descendants(pid: number): number[] {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8')
        .trim()
        .split(' ')
        .filter(Boolean)
        .map(Number),
    );
    return children.flatMap((child) => [child, ...descendants(child)]);
  } catch {
    return [];
  }
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** The password as it is, and in the ways in which it may stand in a URL. */
function spellings(password: string): string[] {
  const encoded = encodeURIComponent(password);
  const lowerCase = encoded.replace(/%../g, (code) => code.toLowerCase());
  const sparing = encoded.replaceAll('%24', '$');
  return [...new Set([password, encoded, lowerCase, sparing, encodeURI(password)])];
}

function expectNoSecret(password: string, { command, stdout, stderr, children }: Observed): void {
  for (const spelling of spellings(password)) {
    expect(stdout.includes(spelling), `stdout of ${command}: ${stdout}`).toBe(false);
    expect(stderr.includes(spelling), `stderr of ${command}: ${stderr}`).toBe(false);
    expect(children.join('\n').includes(spelling), children.join('\n')).toBe(false);
  }
}

/** Whatever was written: run folders with snapshot and dump, temporary files, the home. */
function expectNoSecretInFiles(password: string): void {
  for (const place of ['backups', 'tmp', 'home'].map((name) => join(folder, name))) {
    for (const file of statSync(place, { throwIfNoEntry: false }) === undefined ? [] : filesUnder(place)) {
      const content = readFileSync(file);
      for (const spelling of spellings(password)) expect(content.includes(spelling), file).toBe(false);
    }
  }
}

function expectPrivateFiles(): void {
  const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
  expect(filesUnder(backupDir()).length).toBeGreaterThan(3);
  expect(modeOf(backupDir())).toBe('700');
  for (const entry of readdirSync(backupDir(), { withFileTypes: true }))
    if (entry.isDirectory()) expect(modeOf(join(backupDir(), entry.name)), entry.name).toBe('700');
  for (const file of filesUnder(backupDir())) expect(['600', '400'], file).toContain(modeOf(file));
}

function backupDir(): string {
  return join(folder, 'backups');
}

/** The URL of the test's database for its role. */
function targetUrl(password?: string): string {
  const { host } = new URL(serverUrl());
  const secret =
    password === undefined ? '' : `:${password === 'SECRET' ? password : encodeURIComponent(password)}`;
  return `postgresql://${role}${secret}@${host}/${database.name}`;
}

function writeSecret(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  chmodSync(file, 0o600);
  return file;
}

async function closedPort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 1;
}

async function onServer(sql: string, name?: string): Promise<void> {
  const url = new URL(serverUrl());
  if (name !== undefined) url.pathname = `/${name}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
