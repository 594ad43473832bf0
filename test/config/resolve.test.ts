// From what was typed to what a run does, and everything that keeps it from starting.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveComparing, resolveReading, resolveRollback, resolveRun } from '../../src/config/resolve.js';
import { secretsOf, withPassword } from '../../src/config/target-url.js';

const URL = 'postgresql://app@db.example/moon';
const USUAL = { target: URL, yes: true, 'no-cutover': true } as const;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ttm-resolve-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

function failing(flags: object, env: Record<string, string> = {}, isTerminal = false): unknown {
  try {
    resolveRun(flags, env, isTerminal);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('a run', () => {
  test('takes source and backup folder from the plan, and stops at whatever would be lost', () => {
    const { options, target } = resolveRun(USUAL, {}, false);
    expect(target).toBe(URL);
    expect(options).toMatchObject({
      source: '/srv/tothemoon/dev.db',
      backupDir: '/srv/tothemoon/backups',
      jobs: 3,
      onBadValue: 'stop',
      onDrift: 'stop',
      dump: true,
      resume: false,
      restart: false,
      dryRun: false,
    });
    expect(options.plan.name).toBe('tothemoon');
  });

  test('takes every choice from the flags', () => {
    const flags = {
      source: 'a.db',
      'backup-dir': 'b',
      jobs: '7',
      'on-bad-value': 'quarantine',
      'on-drift': 'carry',
    };
    const { options } = resolveRun(
      { ...USUAL, ...flags, 'no-dump': true, resume: true, 'dry-run': true },
      {},
      false,
    );
    expect(options).toMatchObject({
      source: resolve('a.db'),
      backupDir: resolve('b'),
      jobs: 7,
      onBadValue: 'quarantine',
      onDrift: 'carry',
      dump: false,
      resume: true,
      dryRun: true,
    });
  });

  test('switches the application over, with --no-cutover it does not', () => {
    expect(resolveRun({ target: URL, yes: true }, {}, false).options.cutover).toEqual({
      envFiles: [],
      services: [],
      capture: 'none',
    });
    expect(resolveRun(USUAL, {}, false).options).not.toHaveProperty('cutover');
    expect(resolveRun({ ...USUAL, service: 'moon' }, {}, false).options).not.toHaveProperty('cutover');
  });

  test('says which options --no-cutover leaves unused', () => {
    const [capture, env] = [
      { target: URL, yes: true, capture: 'triggers' },
      { TTM_SERVICE: 'moon' },
    ] as const;
    const unused = '--service, --capture: not used with --no-cutover';
    expect(resolveRun({ ...USUAL, ...capture }, env, false).notices).toContain(unused);
    expect(resolveRun(USUAL, {}, false).notices).not.toContain(unused);
    expect(resolveRun(capture, env, false).notices).not.toContain(unused);
  });

  test('may start though neither services nor commands are named, because the machine may have those of the plan', () => {
    expect(failing({ target: URL, yes: true })).toBeUndefined();
    expect(failing({ target: URL, yes: true, json: true })).toBeUndefined();
  });

  test('refuses --resume together with --restart, and a plan it does not know', () => {
    expect(failing({ ...USUAL, resume: true, restart: true })).toMatchObject({ exitCode: 2 });
    expect(failing({ ...USUAL, plan: 'mars' })).toMatchObject({
      exitCode: 2,
      message: 'there is no plan named mars',
      remedies: ['--plan tothemoon'],
    });
  });

  test('without a target ends with exit 9 and the ways to name one when nobody can be asked', () => {
    expect(failing({ yes: true, 'no-cutover': true })).toMatchObject({
      exitCode: 9,
      remedies: [
        expect.stringContaining('TTM_TARGET'),
        expect.stringMatching(/PGPASSWORD.*pgpass.*--target-url-file/),
      ],
    });
  });

  test('without --yes ends with exit 9 when nobody can be asked whether to start; a dry run needs no yes', () => {
    expect(failing({ target: URL, 'no-cutover': true })).toMatchObject({ exitCode: 9 });
    expect(failing({ target: URL, 'no-cutover': true, json: true }, {}, true)).toMatchObject({ exitCode: 9 });
    expect(failing({ target: URL, 'no-cutover': true, 'dry-run': true })).toBeUndefined();
  });

  test('asks at a terminal, but not with --yes', () => {
    expect(resolveRun({ 'no-cutover': true }, {}, true)).toMatchObject({ canAsk: true, target: undefined });
    expect(resolveRun(USUAL, {}, true).canAsk).toBe(false);
  });

  test('reports a missing answer together with other problems as exit 2', () => {
    const error = failing({ jobs: '0', 'stop-command': 'stop it', 'health-url': 'moon' });
    expect(error).toMatchObject({ exitCode: 2 });
    expect(String(error)).toMatch(/--jobs[^]*--health-url[^]*--start-command[^]*no target/);
  });
});

describe('a rollback', () => {
  test('knows its target and backup folder, and by itself neither how to stop nor what to give up', () => {
    expect(resolveRollback({ target: URL, 'backup-dir': 'b', jobs: '2' }, {}, false)).toMatchObject({
      target: URL,
      options: { backupDir: resolve('b'), jobs: 2 },
      cutover: { envFiles: [], services: [], capture: 'none' },
      discardTargetWrites: false,
    });
  });

  test('can be told how to stop and start, and to give up what the target got', () => {
    const env = {
      TTM_STOP_COMMAND: 'stop it',
      TTM_START_COMMAND: 'start it',
      TTM_DISCARD_TARGET_WRITES: '1',
    };
    expect(resolveRollback({ target: URL, 'env-file': '/etc/moon.env' }, env, false)).toMatchObject({
      cutover: { envFiles: ['/etc/moon.env'], stopCommand: 'stop it', startCommand: 'start it' },
      discardTargetWrites: true,
    });
  });

  test('asks at a terminal, but neither with --yes nor with --json', () => {
    expect(resolveRollback({}, {}, true)).toMatchObject({ canAsk: true, target: undefined });
    expect(resolveRollback({ target: URL, yes: true }, {}, true).canAsk).toBe(false);
    expect(resolveRollback({ target: URL, json: true }, {}, true).canAsk).toBe(false);
    expect(resolveRollback({ target: URL }, {}, false).canAsk).toBe(false);
  });

  test('without a target ends with exit 9 when nobody can be asked, and with exit 2 for anything else wrong', () => {
    expect(() => resolveRollback({ yes: true }, {}, true)).toThrow(expect.objectContaining({ exitCode: 9 }));
    expect(() => resolveRollback({ target: URL, 'start-command': 'start it' }, {}, false)).toThrow(
      expect.objectContaining({ exitCode: 2 }),
    );
  });
});

describe('the target URL', () => {
  test('is refused without quoting it when it is no URL', () => {
    const error = failing({ ...USUAL, target: 'mysql://u:geheim@h/d' });
    expect(error).toMatchObject({ code: 'BAD_TARGET_URL', exitCode: 2 });
    expect(String(error)).not.toContain('geheim');
  });

  test('comes from a file that only its owner may read', () => {
    const urlFile = file('url', 'postgresql://app:geheim@db/moon\n');
    const { target, notices } = resolveRun(
      { yes: true, 'no-cutover': true, 'target-url-file': urlFile },
      {},
      false,
    );
    expect([target, notices]).toEqual(['postgresql://app:geheim@db/moon', []]);
  });

  test('in a file that others may read gets a warning with the line to type', () => {
    const urlFile = file('open-url', 'postgresql://app:geheim@db/moon\n', 0o644);
    const { notices } = resolveRun({ yes: true, 'no-cutover': true, 'target-url-file': urlFile }, {}, false);
    expect(notices).toEqual([expect.stringContaining(`chmod 600 ${urlFile}`)]);
  });

  test('whose file is missing is a problem of exit 2', () => {
    const error = failing({ yes: true, 'no-cutover': true, 'target-url-file': join(folder, 'nowhere') });
    expect(error).toMatchObject({ code: 'TARGET_URL_FILE', exitCode: 2 });
  });

  test('given twice in the same place is a problem; in two places the usual order decides', () => {
    const urlFile = file('url', 'postgresql://from@file/moon');
    expect(failing({ ...USUAL, 'target-url-file': urlFile })).toMatchObject({
      code: 'TWO_TARGETS',
      exitCode: 2,
    });
    const flags = { yes: true, 'no-cutover': true } as const;
    const fileFirst = resolveRun({ ...flags, 'target-url-file': urlFile }, { TTM_TARGET: URL }, false);
    expect(fileFirst.target).toBe('postgresql://from@file/moon');
    const urlFirst = resolveRun({ ...flags, target: URL }, { TTM_TARGET_URL_FILE: urlFile }, false);
    expect(urlFirst.target).toBe(URL);
  });

  test('with a password on the command line is taken, with a warning that names the safe places', () => {
    const withSecret = 'postgresql://app:geheim@db/moon';
    const { target, notices } = resolveRun({ ...USUAL, target: withSecret }, {}, false);
    expect(target).toBe(withSecret);
    expect(notices).toEqual([
      expect.stringMatching(/\(ps\).*TTM_TARGET, PGPASSWORD, ~\/\.pgpass or --target-url-file/),
    ]);
    expect(notices.join()).not.toContain('geheim');
    expect(resolveRun({ yes: true, 'no-cutover': true }, { TTM_TARGET: withSecret }, false).notices).toEqual(
      [],
    );
  });

  test('is not needed by the commands that only read', () => {
    expect(resolveReading('status', {}, {}).options.backupDir).toBe('/srv/tothemoon/backups');
  });

  test.each([['verify'], ['catch-up']] as const)(
    'is asked for by %s where somebody can be asked',
    (command) => {
      expect(resolveComparing(command, {}, {}, true).target).toBeUndefined();
      expect(resolveComparing(command, {}, { TTM_TARGET: URL }, false).target).toBe(URL);
      // Who reads JSON is a program, wherever that was said.
      for (const [flags, env, isTerminal] of [
        [{}, {}, false],
        [{ json: true }, {}, true],
        [{}, { TTM_JSON: '1' }, true],
      ] as const)
        expect(() => resolveComparing(command, flags, env, isTerminal)).toThrow(
          expect.objectContaining({ exitCode: 9 }),
        );
    },
  );

  test('gets a password typed by hand, whatever is in it', () => {
    expect(withPassword('postgresql://app@db:5432/moon?sslmode=require', 'a@b:c/d#%')).toBe(
      'postgresql://app:a%40b%3Ac%2Fd%23%25@db:5432/moon?sslmode=require',
    );
  });
});

describe('secrets', () => {
  test('are the password as written, decoded and encoded, and the whole URL that holds it', () => {
    const url = 'postgresql://app:p%40ss%20w@db/moon';
    expect(secretsOf(url, {})).toEqual([url, 'p%2540ss%2520w', 'p%40ss%20w', 'p@ss w']);
  });

  test('are also PGPASSWORD and the parameter of a URL', () => {
    expect(secretsOf('postgresql://app@db/moon', { PGPASSWORD: 'aus der umgebung' })).toEqual([
      'aus%20der%20umgebung',
      'aus der umgebung',
    ]);
    expect(secretsOf('postgresql://db/moon?user=app&password=geheim', {})).toContain('geheim');
  });

  test('are none where there is no password', () => {
    expect(secretsOf('postgresql://app@db/moon', {})).toEqual([]);
  });

  test('with a broken percent sign do not break the wizard', () => {
    expect(secretsOf('postgresql://app:100%@db/moon', {})).toContain('100%');
  });
});
