// Nobody else is talked to: every connection that the wizard's own process opens, worker threads included, is written down and
// leads to the target.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { writeSample } from '../../src/demo/sample.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { wizard } from './wizard.js';

/** Every TCP connection and every pipe of Node goes through this one method. */
const PRELOAD = `
import { appendFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';
const { connect } = Socket.prototype;
Socket.prototype.connect = function (...args) {
  const [first, second] = args.flat();
  const { host = 'localhost', port, path } = typeof first === 'object' ? first : { port: first, host: second };
  const thread = isMainThread ? 'main' : 'worker';
  appendFileSync(process.env.NOTES, thread + ' ' + (path ?? host + ':' + port) + '\\n');
  return connect.apply(this, args);
};
`;

let folder: string;
let database: TestDatabase;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ttm-sockets-'));
  writeFileSync(join(folder, 'preload.mjs'), PRELOAD);
  writeSample(join(folder, 'sample.db'), { scores: 6000 });
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

/** Where the command line connects to, each place once. */
async function placesOf(args: readonly string[]): Promise<string[]> {
  const notes = join(folder, 'notes');
  writeFileSync(notes, '');
  const preload = `--import=${pathToFileURL(join(folder, 'preload.mjs')).href}`;
  const ending = await wizard(args, {
    env: { NODE_OPTIONS: preload, NOTES: notes, TTM_TARGET: database.url },
  });
  expect(ending.exitCode, ending.stderr).toBe(0);
  return [...new Set(readFileSync(notes, 'utf8').trim().split('\n'))].filter((place) => place !== '');
}

test('a run, a comparison and doctor connect to the target and to nobody else', async () => {
  const { hostname, port } = new URL(database.url);
  const places = ['--source', join(folder, 'sample.db'), '--backup-dir', join(folder, 'backups')];
  const [main, worker] = [`main ${hostname}:${port}`, `worker ${hostname}:${port}`];
  expect(await placesOf(['doctor', ...places])).toEqual([main]);
  expect(await placesOf(['run', '--yes', '--no-cutover', '--no-dump', ...places])).toEqual([main, worker]);
  expect(await placesOf(['verify', '--backup-dir', join(folder, 'backups')])).toEqual([main, worker]);
});

test('what needs no target connects to nobody', async () => {
  for (const args of [
    ['--help'],
    ['--version'],
    ['status', '--backup-dir', folder],
    ['config', 'show', '--json'],
  ])
    expect(await placesOf(args)).toEqual([]);
});
