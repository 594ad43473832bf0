// Real processes that have the source open, and whether the wizard waits for them, names them, and admits what it cannot see.
import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { showHolder, waitUntilReleased } from '../../src/app/quiet-file.js';
import { type FileHolder, processesHolding, unitIn } from '../../src/source/open-files.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { failureOf, textIn, until } from '../support/processes.js';

const ENTRY = fileURLToPath(new URL('../../dist/src/app/quiet-file.js', import.meta.url));
const QUICK = { timeoutMs: 300, pollMs: 20 };

let folder: string;
let source: string;
let children: ChildProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ttm-quiet-'));
  source = join(folder, 'dev.db');
  const db = new Database(source);
  db.pragma('journal_mode = wal');
  db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY)');
  db.close();
  children = [];
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

/** A child that has a file open until it is ended; resolves once it has. */
async function hold(file: string): Promise<{ pid: number; release: () => void }> {
  const ready = join(folder, `ready-${children.length}`);
  const child = spawn('sh', ['-c', `exec 9<'${file}'; echo yes > '${ready}'; exec sleep 300`]);
  children.push(child);
  await until(() => textIn(ready));
  return { pid: await until(() => child.pid), release: () => void child.kill('SIGKILL') };
}

describe('waiting until nobody has the source open', () => {
  it('ends at once when nobody has', async () => {
    const waited: unknown[] = [];
    await waitUntilReleased(source, { ...QUICK, onWait: (holders) => waited.push(holders) });
    expect(waited).toEqual([]);
  });

  it('does not count this process itself', async () => {
    const db = new Database(source, { readonly: true });
    db.prepare('SELECT * FROM t').all();
    await waitUntilReleased(source, QUICK);
    db.close();
  });

  it('tells whoever only reads from whoever may write', async () => {
    const reader = await hold(source);
    const writer = spawn('sh', ['-c', `exec 9<>'${source}'; exec sleep 300`]);
    children.push(writer);
    const holders = await until(() => {
      const found = processesHolding(source);
      return found.length === 2 ? found : undefined;
    });
    expect(holders.find(({ isReader }) => isReader)?.pid).toBe(reader.pid);
    expect(holders.find(({ isReader }) => !isReader)?.pid).toBe(writer.pid);
  });

  it('goes on until the last process has let go, and tells of each change once', async () => {
    const [one, two] = [await hold(source), await hold(source)];
    const waited: number[][] = [];
    const onWait = (holders: readonly FileHolder[]): void => {
      waited.push(holders.map(({ pid }) => pid));
      if (waited.length === 1) setTimeout(one.release, 100);
      if (waited.length === 2) setTimeout(two.release, 100);
    };

    await waitUntilReleased(source, { timeoutMs: 20_000, pollMs: 20, onWait });

    expect(waited).toEqual([[one.pid, two.pid], [two.pid]]);
  });

  it('fails after the time, naming each process and what to type', async () => {
    const [one, two] = [await hold(source), await hold(source)];

    const error = await failureOf(waitUntilReleased(source, QUICK));

    expect(error).toMatchObject({ code: 'SOURCE_HELD', exitCode: 7 });
    expect(error.message).toBe(
      `after 300 ms ${source} is still open in sleep (pid ${one.pid}), sleep (pid ${two.pid})`,
    );
    expect(error.remedies).toContain(`ps -fp ${one.pid}    what it is`);
    expect(error.remedies).toContain(`kill ${two.pid}    if it may end`);
  });

  it.each(['-wal', '-shm', '-journal'])('sees who has only its %s open', async (suffix) => {
    await writeFile(source + suffix, '');
    const { pid } = await hold(source + suffix);
    expect((await failureOf(waitUntilReleased(source, QUICK))).message).toContain(`(pid ${pid})`);
  });

  it('sees through symbolic links on either side, and other names of the same file', async () => {
    await mkdir(join(folder, 'elsewhere'));
    const link = join(folder, 'elsewhere/link.db');
    await symlink(source, link);
    await writeFile(`${source}-wal`, '');
    const { pid } = await hold(`${source}-wal`);
    expect((await failureOf(waitUntilReleased(link, QUICK))).message).toContain(`(pid ${pid})`);

    const other = join(folder, 'elsewhere/hard.db');
    await execa('ln', [source, other]);
    const holder = await hold(other);
    expect(processesHolding(source)).toEqual([{ pid: holder.pid, command: 'sleep', isReader: true }]);
  });

  it('is not misled by a file of the same name that has been removed', async () => {
    const { pid } = await hold(source);
    expect(processesHolding(source).map((holder) => holder.pid)).toEqual([pid]);
    rmSync(source);
    await writeFile(source, '');
    await waitUntilReleased(source, QUICK);
  });

  it('is an error of the source when there is no such file', async () => {
    const error = await failureOf(waitUntilReleased(join(folder, 'none.db'), QUICK));
    expect(error).toMatchObject({ code: 'SOURCE_UNREADABLE', exitCode: 4 });
  });

  it('names the service that a process belongs to', () => {
    expect(unitIn('0::/system.slice/tothemoon.service')).toBe('tothemoon.service');
    expect(unitIn('12:pids:/x\n1:name=systemd:/system.slice/system-app.slice/app@1.service/sub\n')).toBe(
      'app@1.service',
    );
    expect(unitIn('0::/user.slice/user-1000.slice/user@1000.service/app.slice/x.service')).toBeUndefined();
    expect(unitIn('0::/system.slice/docker-0a1b.scope')).toBeUndefined();
    expect(showHolder({ pid: 812, command: 'python3', unit: 'tothemoon-ws.service' })).toBe(
      'python3 (pid 812, tothemoon-ws.service)',
    );
  });
});

describe('a user who may not look into the processes of others', () => {
  it('is told how many those are, without kernel threads', async ({ skip }) => {
    if (process.getuid?.() !== 0) skip('only root can become somebody else');
    const { pid } = await hold(source);
    await chmod(folder, 0o755);
    const script = `
      const { waitUntilReleased } = await import(process.argv[1]);
      process.setgroups([]); process.setgid(65534); process.setuid(65534);
      console.log(JSON.stringify(await waitUntilReleased(process.argv[2], { timeoutMs: 1000 })));`;
    const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', script, ENTRY, source]);

    const { uninspected } = z.object({ uninspected: z.number() }).parse(JSON.parse(stdout));
    expect(uninspected).toBeGreaterThan(0);
    const { stdout: listed } = await execa('ps', ['-eo', 'ppid=']);
    const parents = listed.split('\n').map(Number);
    // Kernel threads are children of 2; other processes come and go meanwhile.
    expect(uninspected).toBeLessThan(parents.filter((ppid) => ppid !== 2).length + 10);
    expect(processesHolding(source).map((holder) => holder.pid)).toEqual([pid]);
  });
});
