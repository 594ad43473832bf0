// A source that this user can read, and SQLite all the same cannot, for want of a file beside it: what is said, and what to type.
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { WizardError } from '../../src/errors.js';
import { openSource } from '../../src/source/sqlite.js';
import { Database } from '../../src/source/sqlite-driver.js';

const MODULE = fileURLToPath(new URL('../../dist/src/source/sqlite.js', import.meta.url));
const NOBODY = 65_534;

const heard = z.object({
  message: z.string().default(''),
  remedies: z.array(z.string()).default([]),
  exitCode: z.number().default(0),
});

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ttm-readable-'));
  path = join(folder, 'dev.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function wal(): Database {
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.exec('CREATE TABLE t (a); INSERT INTO t VALUES (1)');
  return db;
}

/** What a user without rights of its own hears who opens the file. */
async function asStranger(): Promise<z.infer<typeof heard>> {
  chmodSync(folder, 0o755);
  const script = join(folder, 'open.mjs');
  writeFileSync(
    script,
    `import { openSource } from '${MODULE}';
    if (process.getuid() === 0) { process.setgroups([]); process.setgid(${NOBODY}); process.setuid(${NOBODY}); }
    try { openSource('${path}').close(); console.log('{}'); }
    catch ({ message, remedies, exitCode }) { console.log(JSON.stringify({ message, remedies, exitCode })); }`,
    { mode: 0o644 },
  );
  if (process.getuid?.() !== 0) chmodSync(folder, 0o555);
  const { stdout } = await execa(process.execPath, [script]);
  chmodSync(folder, 0o755);
  return heard.parse(JSON.parse(stdout));
}

describe('a source in WAL mode in a folder that this user may not write to', () => {
  it('names the file that has to be made and what to type, when nobody has it open', async () => {
    wal().close();
    const { message, remedies, exitCode } = await asStranger();
    expect(exitCode).toBe(4);
    expect(message).toBe(
      `${path} cannot be read: it is in WAL mode and no process has it open, so ${path}-shm has to be made, and this user may not write to ${folder}`,
    );
    expect(remedies[0]).toContain('sudo');
    expect(remedies[1]).toContain('start the application');
  });

  it('is read when the application has it open', async () => {
    const application = wal();
    try {
      for (const suffix of ['', '-wal', '-shm']) chmodSync(path + suffix, 0o644);
      expect(await asStranger()).toMatchObject({ message: '', exitCode: 0 });
    } finally {
      application.close();
    }
  });

  it('names the WAL when that is what may not be read', async () => {
    const application = wal();
    try {
      chmodSync(`${path}-wal`, 0o000);
      const { message, remedies } = await asStranger();
      expect(message).toBe(`${path} cannot be read: this user may not read ${path}-wal`);
      expect(remedies.join()).toContain(`read rights on ${path}-wal`);
    } finally {
      application.close();
    }
  });
});

describe('a source with a journal that was left by a killed write', () => {
  it('is read when that has been rolled back, as the remedy says', async () => {
    const live = join(folder, 'live.db');
    const db = new Database(live);
    db.exec('CREATE TABLE t (a); PRAGMA cache_size = 1; BEGIN');
    for (let i = 0; i < 500; i++) db.exec('INSERT INTO t VALUES (hex(randomblob(500)))');
    copyFileSync(live, path);
    copyFileSync(`${live}-journal`, `${path}-journal`);
    db.exec('ROLLBACK');
    db.close();
    const remedies = (() => {
      try {
        openSource(path).close();
        return [];
      } catch (error) {
        expect(error).toMatchObject({ code: 'SOURCE_UNREADABLE', exitCode: 4 });
        expect(error).toHaveProperty('message', expect.stringContaining(`${path}-journal is of a write`));
        return error instanceof WizardError ? error.remedies : [];
      }
    })();
    expect(remedies).toHaveLength(1);
    await execa('sh', ['-c', (remedies[0] ?? '').split('    ')[0] ?? '']);
    openSource(path).close();
  });
});
