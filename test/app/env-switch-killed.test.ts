// A process killed before any one of its changes to the disk, in a switch and in a restore: what is left can always be taken back.
import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { restoreFiles, switchFiles } from '../../src/app/env-switch.js';
import { KEY, URL } from './env-case.js';

const MODULE = new globalThis.URL('../../dist/src/app/env-switch.js', import.meta.url).href;
// Between any two of these the disk differs; a sync, a close or a look changes nothing that a killed process leaves.
const CHILD = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const [limit, action, folder, url, ...files] = process.argv.slice(1);
const { restoreFiles, switchFiles } = await import('${MODULE}');
let count = 0;
for (const name of ['openSync', 'writeFileSync', 'fchmodSync', 'fchownSync', 'renameSync', 'rmSync', 'mkdirSync']) {
  const real = fs[name];
  fs[name] = (...values) => {
    const isLook = name === 'openSync' && values[1] === 'r';
    if (!isLook && ++count === Number(limit)) process.kill(process.pid, 'SIGKILL');
    return real(...values);
  };
}
syncBuiltinESMExports();
if (action === 'switch') switchFiles(files, 'DATABASE_URL', url, { folder });
else restoreFiles(folder);
`;
const FIRST = 'A=1\nDATABASE_URL=sqlite:///dev.db\n';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'ttm-killed-'));
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

interface Server {
  readonly folder: string;
  readonly etc: string;
  readonly files: readonly [string, string];
}

/** A server of its own for each try: one env file that exists and one that does not. */
function makeServer(name: string): Server {
  const folder = join(home, name, 'run');
  const etc = join(home, name, 'etc');
  mkdirSync(folder, { recursive: true });
  mkdirSync(etc);
  writeFileSync(join(etc, 'a.env'), FIRST, { mode: 0o640 });
  return { folder, etc, files: [join(etc, 'a.env'), join(etc, 'b.env')] };
}

/** How the child ended: killed before its n-th change, or done because it has fewer. */
function runChild(limit: number, action: 'switch' | 'restore', server: Server): Promise<'killed' | 'done'> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        CHILD,
        '--',
        String(limit),
        action,
        server.folder,
        URL,
        ...server.files,
      ],
      (error, _, stderr) => {
        if (error === null) resolve('done');
        else if (error.signal === 'SIGKILL') resolve('killed');
        else reject(new Error(stderr));
      },
    );
  });
}

function expectAsBefore({ etc, files }: Server): void {
  expect(readdirSync(etc)).toEqual(['a.env']);
  expect(readFileSync(files[0], 'utf8')).toBe(FIRST);
  expect(statSync(files[0]).mode & 0o777).toBe(0o640);
}

/** Every file is at any moment either the old or the new one, whole. */
function expectWhole({ etc, files }: Server): void {
  expect([FIRST, FIRST.replace('sqlite:///dev.db', URL)]).toContain(readFileSync(files[0], 'utf8'));
  if (readdirSync(etc).includes('b.env')) {
    expect(readFileSync(files[1], 'utf8')).toBe(`DATABASE_URL=${URL}\n`);
  }
}

/** Calls `attempt` with 1, 2, 3 … until the child gets through, and says how often it was killed. */
async function untilDone(attempt: (limit: number) => Promise<'killed' | 'done'>): Promise<number> {
  for (let limit = 1; ; limit++) {
    if ((await attempt(limit)) === 'done') return limit - 1;
  }
}

test('a switch killed anywhere is taken back completely, at once or after it was done again', async () => {
  const kills = await untilDone(async (limit) => {
    const server = makeServer(String(limit));
    const ending = await runChild(limit, 'switch', server);
    expectWhole(server);
    const killed = join(home, 'killed');
    cpSync(join(home, String(limit)), killed, { recursive: true });
    restoreFiles(server.folder);
    expectAsBefore(server);

    rmSync(join(home, String(limit)), { recursive: true });
    renameSync(killed, join(home, String(limit)));
    switchFiles(server.files, KEY, URL, { folder: server.folder });
    expect(readdirSync(server.etc)).toEqual(['a.env', 'b.env']);
    restoreFiles(server.folder);
    expectAsBefore(server);
    return ending;
  });
  // Fewer would mean that the child no longer counts what the switch does.
  expect(kills).toBeGreaterThan(15);
}, 120_000);

test('a restore killed anywhere and done again ends in the old files', async () => {
  const kills = await untilDone(async (limit) => {
    const server = makeServer(String(limit));
    switchFiles(server.files, KEY, URL, { folder: server.folder });
    const ending = await runChild(limit, 'restore', server);
    expectWhole(server);
    restoreFiles(server.folder);
    expectAsBefore(server);
    return ending;
  });
  expect(kills).toBeGreaterThan(8);
}, 120_000);
