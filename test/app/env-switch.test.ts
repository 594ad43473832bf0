// Switching env files on a real disk: bytes, mode, owner, links, and failures before and in the middle.
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { planSwitch, restoreFiles } from '../../src/app/env-switch.js';
import { KEY, URL } from './env-case.js';
import { NEW, OLD, type Server, makeServer, pictureOf, read, switchAll, thrownBy } from './server-folder.js';

const isRoot = process.geteuid?.() === 0;

let server: Server;
let home: string;
let folder: string;
let etc: string;
let dot: string;

beforeEach(() => {
  server = makeServer();
  ({ home, folder, etc, dot } = server);
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(home, { recursive: true });
});

describe('a switch', () => {
  test('sets the key in every file, and a restore gives back every byte, mode and owner', () => {
    const before = pictureOf(server);
    const outcomes = switchAll(server, [etc, dot]).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['changed', 'changed']);
    expect(read(etc)).toBe(NEW);
    expect(read(dot)).toBe(`APP_ENV=prod\r\nDATABASE_URL=${URL}\r\n`);
    expect(restoreFiles(folder).map(({ outcome }) => outcome)).toEqual(['restored', 'restored']);
    expect(pictureOf(server)).toEqual(before);
  });

  test.each([0o600, 0o640, 0o644, 0o664, 0o400])('keeps mode %o', (mode) => {
    chmodSync(etc, mode);
    switchAll(server, [etc]);
    expect(statSync(etc).mode & 0o7777).toBe(mode);
    restoreFiles(folder);
    expect(statSync(etc).mode & 0o7777).toBe(mode);
  });

  test('keeps the owner, or refuses where only root could', () => {
    // As root any owner; as somebody else our own is all there is.
    const [uid, gid] = isRoot ? [1234, 4321] : [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
    chownSync(etc, uid, gid);
    switchAll(server, [etc]);
    expect(statSync(etc)).toMatchObject({ uid, gid });
    restoreFiles(folder);
    expect(statSync(etc)).toMatchObject({ uid, gid });
  });

  test('makes a missing file for the owner of its folder, and a restore removes it', () => {
    if (isRoot) chownSync(join(home, 'srv'), 1234, 1234);
    rmSync(dot);
    const before = pictureOf(server);
    expect(switchAll(server, [etc, dot])[1]?.outcome).toBe('created');
    expect(read(dot)).toBe(`DATABASE_URL=${URL}\n`);
    const { uid, gid } = statSync(join(home, 'srv'));
    expect(statSync(dot)).toMatchObject({ uid, gid, mode: 0o100600 });
    expect(restoreFiles(folder)[1]?.outcome).toBe('removed');
    expect(pictureOf(server)).toEqual(before);
  });

  test('leaves no temporary file and nothing of the URL in the manifest', () => {
    switchAll(server, [etc, dot]);
    expect(readdirSync(join(home, 'etc'))).toEqual(['tothemoon.env']);
    const manifest = readFileSync(join(folder, 'env', 'manifest.json'), 'utf8');
    expect(manifest).not.toContain('s3cret');
    expect(manifest).not.toContain('postgresql');
    expect(readdirSync(join(folder, 'env')).sort()).toEqual(['1-.env', '1-tothemoon.env', 'manifest.json']);
    for (const name of readdirSync(join(folder, 'env'))) {
      expect(statSync(join(folder, 'env', name)).mode & 0o777).toBe(0o600);
    }
    expect(statSync(join(folder, 'env')).mode & 0o777).toBe(0o700);
  });

  test('done twice keeps the first copy: the resumed one must not save the switched file as the old one', () => {
    const before = pictureOf(server);
    switchAll(server, [etc, dot]);
    expect(switchAll(server, [etc, dot]).map(({ outcome }) => outcome)).toEqual(['unchanged', 'unchanged']);
    restoreFiles(folder);
    expect(pictureOf(server)).toEqual(before);
  });

  test('done again with another URL still goes back to the old files', () => {
    const before = pictureOf(server);
    switchAll(server, [etc, dot]);
    switchAll(server, [etc, dot], 'postgresql://other:pw@h/d');
    expect(restoreFiles(folder).map(({ outcome }) => outcome)).toEqual(['restored', 'restored']);
    expect(pictureOf(server)).toEqual(before);
  });

  test('after a restore and an edit starts from the edited file', () => {
    switchAll(server, [etc]);
    restoreFiles(folder);
    writeFileSync(etc, 'EDITED=1\n');
    switchAll(server, [etc]);
    restoreFiles(folder);
    expect(read(etc)).toBe('EDITED=1\n');
  });
});

describe('a symbolic link', () => {
  test.each([
    ['absolute', () => etc],
    ['relative', () => '../etc/tothemoon.env'],
  ])('%s stays, and the file behind it is switched', (_, target) => {
    const link = join(home, 'srv', 'link.env');
    symlinkSync(target(), link);
    const before = pictureOf(server);
    switchAll(server, [link]);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(lstatSync(etc).isFile()).toBe(true);
    expect(read(etc)).toBe(NEW);
    restoreFiles(folder);
    expect(pictureOf(server)).toEqual(before);
  });

  test('of a link, in a linked folder, leads to one file that is switched once', () => {
    symlinkSync(join(home, 'etc'), join(home, 'srv', 'conf'));
    symlinkSync('conf/tothemoon.env', join(home, 'srv', 'one.env'));
    symlinkSync('one.env', join(home, 'srv', 'two.env'));
    const before = pictureOf(server);
    const done = switchAll(server, [join(home, 'srv', 'two.env'), etc, join(home, 'srv', 'one.env')]);
    expect(done).toEqual([{ path: join(home, 'srv', 'two.env'), realPath: etc, outcome: 'changed' }]);
    restoreFiles(folder);
    expect(pictureOf(server)).toEqual(before);
  });

  test('to a file that is not there yet makes that file', () => {
    const link = join(home, 'srv', 'link.env');
    symlinkSync('../etc/new.env', link);
    const before = pictureOf(server);
    switchAll(server, [link]);
    expect(read(join(home, 'etc', 'new.env'))).toBe(`DATABASE_URL=${URL}\n`);
    restoreFiles(folder);
    expect(pictureOf(server)).toEqual(before);
  });

  test('that leads in a circle is refused', () => {
    const link = join(home, 'srv', 'loop.env');
    symlinkSync('loop.env', link);
    expect(thrownBy(() => planSwitch([link], KEY, URL)).message).toContain('circle');
  });
});

describe('a file that cannot be switched', () => {
  test.each([
    ['its folder is missing', () => join(home, 'no', 'such.env'), 'folder does not exist'],
    ['its folder is a file', () => join(etc, 'x.env'), 'not a folder'],
    ['it is a folder itself', () => join(home, 'srv'), 'not a regular file'],
  ])('is refused before anything changes: %s', (_, path, why) => {
    const before = pictureOf(server);
    for (const action of [
      () => planSwitch([etc, path()], KEY, URL),
      () => switchAll(server, [etc, path()]),
    ]) {
      const error = thrownBy(action);
      expect(error).toMatchObject({ code: 'ENV_FILE', exitCode: 3 });
      expect(error.message).toContain(path());
      expect(error.message).toContain(why);
      expect(error.remedies.length).toBeGreaterThan(0);
    }
    expect(pictureOf(server)).toEqual(before);
    expect(existsSync(join(folder, 'env'))).toBe(false);
  });

  test('in the middle: the files before it are put back, and the error says which and why', () => {
    // A folder where the temporary file should be stops root and everybody else alike.
    mkdirSync(join(home, 'srv', '..env.ttm-wizard'));
    const before = pictureOf(server);
    const error = thrownBy(() => switchAll(server, [etc, dot]));
    expect(error).toMatchObject({ code: 'ENV_FILE', exitCode: 7 });
    expect(error.message).toContain(dot);
    expect(error.message).toContain('as they were');
    expect([error.message, ...error.remedies].join(' ')).not.toContain('s3cret');
    expect(pictureOf(server)).toEqual(before);
  });

  test('and cannot be put back either: exit 10 with the command for it', () => {
    switchAll(server, [etc, dot]);
    rmSync(dirname(etc), { recursive: true });
    const error = thrownBy(() => restoreFiles(folder));
    expect(error).toMatchObject({ code: 'ENV_FILE', exitCode: 10 });
    expect(error.remedies[0]).toMatch(/^install -o \d+ -g \d+ -m 0644 .*1-tothemoon\.env .*tothemoon\.env$/);
    // The other one is back all the same, and the next try goes on.
    expect(read(dot)).toBe('APP_ENV=prod\r\n');
    mkdirSync(dirname(etc));
    restoreFiles(folder);
    expect(read(etc)).toBe(OLD);
  });

  test('because only root could keep its owner is refused before anything changes', () => {
    vi.spyOn(process, 'geteuid').mockReturnValue(54321);
    const before = pictureOf(server);
    const error = thrownBy(() => switchAll(server, [dot, etc]));
    expect(error).toMatchObject({ code: 'ENV_FILE', exitCode: 3 });
    expect(error.message).toMatch(/belongs to \d+:\d+, which only root can keep/);
    expect(error.remedies[0]).toContain('as root');
    expect(pictureOf(server)).toEqual(before);
  });

  test('because its quotes do not close is named', () => {
    writeFileSync(etc, 'A="1\n');
    const error = thrownBy(() => planSwitch([etc], KEY, URL));
    expect(error.code).toBe('ENV_SYNTAX');
    expect(error.message).toContain(`${etc}: line 1 `);
  });

  test('because the old copies cannot be saved', () => {
    rmSync(folder, { recursive: true });
    writeFileSync(folder, '');
    const before = pictureOf(server);
    expect(thrownBy(() => switchAll(server, [etc])).message).toContain('none was changed');
    expect(pictureOf(server)).toEqual(before);
    rmSync(folder);
  });
});
