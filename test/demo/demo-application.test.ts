// The application of the demo, stopped and started by its script: what runs stays, what is gone is started, and a process that only
// has the number of an old pid file is left alone.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DemoApplication, openApplication, stopApplication } from '../../src/demo/demo-application.js';
import { writeSample } from '../../src/demo/sample.js';
import { untilDiary } from '../support/diary.js';
import { missingFromDiary } from '../support/missing-from-diary.js';
import { failureOf, lives } from '../support/processes.js';

const base = mkdtempSync(join(tmpdir(), 'ttm-demo-application-'));
const sample = join(base, 'sample.db');
let count = 0;
let folder: string;
let application: DemoApplication;

/** The numbers of the running services, by role, as the script tells them. */
async function running(): Promise<Record<string, number>> {
  const { stdout } = await execa(join(folder, 'application.sh'), ['status']);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return Object.fromEntries(
    lines.map((line) => line.split(' ')).map(([role = '', pid]) => [role, Number(pid)]),
  );
}

async function totalOfTokens(): Promise<number> {
  const response = await fetch(`${application.url}/tokens/stats`);
  const body: unknown = await response.json();
  return typeof body === 'object' && body !== null && 'total' in body ? Number(body.total) : NaN;
}

beforeAll(() => writeSample(sample, { scores: 500 }));
beforeEach(async () => {
  // Everything a path may hold that a shell reads in its own way.
  folder = join(base, `a folder's $HOME "${++count}" *`);
  mkdirSync(folder);
  application = await openApplication(folder);
  await application.renew(sample);
});
afterEach(() => stopApplication(folder));
afterAll(() => rmSync(base, { recursive: true }));

describe('the application of the demo', () => {
  it('runs as two services on its own copy of the sample, answers, and writes what its diary says', async () => {
    await application.start();
    expect(application.runsOn()).toBe(`sqlite:${join(folder, 'dev.db')}`);
    expect(await totalOfTokens()).toBeGreaterThan(0);
    expect(Object.keys(await running())).toEqual(['api', 'ws']);
    await untilDiary(application.diary, ({ committed }) => committed.length > 5);
    await application.stop();
    expect(await missingFromDiary(application.diary, application.source)).toEqual([]);
    expect(await running()).toEqual({});
    expect(statSync(join(folder, '.env')).mode & 0o777).toBe(0o600);
  });

  it('is not started twice, and a service that was killed is started alone', async () => {
    await application.start();
    const first = await running();
    await application.start();
    expect(await running()).toEqual(first);
    process.kill(first['ws'] ?? 0, 'SIGKILL');
    await application.start();
    const second = await running();
    expect(second['api']).toBe(first['api']);
    expect(second['ws']).not.toBe(first['ws']);
  });

  it('goes on when whoever has started it is gone, in a process group of its own', async () => {
    await application.start();
    const { api = 0 } = await running();
    const [, , group] = readFileSync(`/proc/${api}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const [, , own] = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    expect(group).not.toBe(own);
  });

  it('stops and starts beside a stranger that has got the number in its pid file', async () => {
    const stranger = execa('sleep', ['600'], { reject: false });
    const { pid = 0 } = stranger;
    for (const role of ['api', 'ws']) writeFileSync(join(folder, `${role}.pid`), `${pid}\n`);
    try {
      await application.stop();
      expect(lives(pid)).toBe(true);
      writeFileSync(join(folder, 'api.pid'), `${pid}\n`);
      await application.start();
      expect(Object.values(await running())).not.toContain(pid);
      await application.stop();
      expect(lives(pid)).toBe(true);
    } finally {
      stranger.kill();
      await stranger;
    }
  });

  it('of another folder is a stranger too', async () => {
    await application.start();
    const { api = 0, ws = 0 } = await running();
    const elsewhere = join(base, 'elsewhere');
    mkdirSync(elsewhere);
    const other = await openApplication(elsewhere);
    writeFileSync(join(elsewhere, 'api.pid'), `${api}\n`);
    writeFileSync(join(elsewhere, 'ws.pid'), `${ws}\n`);
    await other.stop();
    expect(await running()).toEqual({ api, ws });
  });

  it.each(['', 'nonsense\n', '0\n', '-1\n', '1\n'])('passes over a pid file that holds %j', async (text) => {
    for (const role of ['api', 'ws']) writeFileSync(join(folder, `${role}.pid`), text);
    expect(await running()).toEqual({});
    await application.stop();
    expect(existsSync(join(folder, 'api.pid'))).toBe(false);
  });

  it('keeps its port, also while it runs, unless somebody has taken it meanwhile', async () => {
    await application.start();
    expect((await openApplication(folder)).url).toBe(application.url);
    await application.stop();
    expect((await openApplication(folder)).url).toBe(application.url);
    const holder = await hold(Number(new URL(application.url).port));
    try {
      const moved = await openApplication(folder);
      expect(moved.url).not.toBe(application.url);
      await moved.start();
      application = moved;
      expect(await totalOfTokens()).toBeGreaterThan(0);
    } finally {
      holder.close();
    }
  });

  it('is made anew as it was at first, with nothing of its earlier life', async () => {
    await application.start();
    const before = await totalOfTokens();
    await untilDiary(application.diary, ({ committed }) => committed.some(({ table }) => table === 'tokens'));
    await application.renew(sample);
    expect(await running()).toEqual({});
    expect(readFileSync(application.source).equals(readFileSync(sample))).toBe(true);
    expect(existsSync(application.diary)).toBe(false);
    await application.start();
    expect(Math.abs((await totalOfTokens()) - before)).toBeLessThanOrEqual(1);
  });

  it('that cannot be started says where its log is', async () => {
    rmSync(join(folder, 'application.sh'));
    const error = await failureOf(application.start());
    expect(error).toMatchObject({ code: 'DEMO_APPLICATION', exitCode: 2 });
    expect(error.remedies.join()).toContain('api.log');
  });
});

function hold(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
