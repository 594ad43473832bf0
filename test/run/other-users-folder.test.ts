// A backup folder in which somebody else has worked: what a user without rights there is told. It is no bug, and never "no run".
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { lockFolder } from '../../src/run/lock.js';

const MODULES = fileURLToPath(new URL('../../dist/src/run', import.meta.url));
const NOBODY = 65_534;

const heard = z.object({ code: z.string(), message: z.string(), exitCode: z.number() });

let place: string;
let backups: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'ttm-other-'));
  chmodSync(place, 0o755);
  backups = join(place, 'backups');
  mkdirSync(backups, { mode: 0o755 });
});
afterEach(() => {
  chmodSync(backups, 0o755);
  rmSync(place, { recursive: true, force: true });
});

/** What `call` of a module throws for somebody who is neither root nor, where we are root, the owner. */
async function asStranger(module: string, call: string): Promise<z.infer<typeof heard>> {
  const script = join(place, 'try.mjs');
  writeFileSync(
    script,
    `import * as run from '${MODULES}/${module}.js';
    if (process.getuid() === 0) { process.setgroups([]); process.setgid(${NOBODY}); process.setuid(${NOBODY}); }
    try { run.${call}('${backups}'); console.log('{}'); }
    catch ({ code, message, exitCode }) { console.log(JSON.stringify({ code, message, exitCode })); }`,
    { mode: 0o644 },
  );
  const { stdout } = await execa(process.execPath, [script]);
  return heard.parse(JSON.parse(stdout));
}

const REFUSED = { code: 'BACKUP_DIR', exitCode: 2 };

describe('a backup folder of somebody else', () => {
  it('that may not be written to cannot be locked, and is named', async () => {
    chmodSync(backups, 0o555);
    const { message, ...rest } = await asStranger('lock', 'lockFolder');
    expect(rest).toEqual(REFUSED);
    expect(message).toContain(`${backups} cannot be used: EACCES`);
  });

  it('whose lock is theirs cannot be locked either', () => {
    mkdirSync(join(backups, '.ttm-wizard.lock'));
    expect(() => lockFolder(backups)).toThrow(expect.objectContaining(REFUSED));
  });

  it('that may not be read is not a folder without runs', async () => {
    chmodSync(backups, 0o000);
    expect(await asStranger('folder', 'listRuns')).toMatchObject(REFUSED);
  });

  it('with a run that only its owner may read is not a folder without runs', async () => {
    const run = join(backups, '20260131-020000-3f9a');
    mkdirSync(run);
    writeFileSync(join(run, 'state.json'), '{}');
    chmodSync(run, 0o000);
    const { message, ...rest } = await asStranger('folder', 'listRuns');
    chmodSync(run, 0o755);
    expect(rest).toEqual(REFUSED);
    expect(message).toContain('20260131-020000-3f9a');
  });
});
