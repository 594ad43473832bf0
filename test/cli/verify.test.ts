// ttm-wizard verify, long after the run: it sees what has changed in the target since, and changes nothing itself.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeSample } from '../../src/demo/sample.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { wizard } from './wizard.js';

let folder: string;
let database: TestDatabase;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ttm-verify-'));
  database = await createDatabase();
  const source = join(folder, 'sample.db');
  writeSample(source, { scores: 300 });
  const args = ['run', '--yes', '--no-cutover', '--no-dump', '--source', source, '--backup-dir', folder];
  const { exitCode, stdout } = await wizard(args, { env: { TTM_TARGET: database.url } });
  expect(exitCode, stdout).toBe(0);
});
afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true });
});

const verify = () => wizard(['verify', '--backup-dir', folder], { env: { TTM_TARGET: database.url } });

test('a target as the run left it is equal: exit 0', async () => {
  const { stdout, exitCode } = await verify();
  expect([exitCode, stdout]).toEqual([
    0,
    expect.stringMatching(/^token_scores +300 +300 +[0-9a-f]{12} +equal$/m),
  ]);
});

test('one changed digit is found and named: exit 6', async () => {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('UPDATE token_scores SET score = score + 0.000001 WHERE id = 17');
  await client.end();
  const { stdout, exitCode } = await verify();
  expect(exitCode).toBe(6);
  expect(stdout).toMatch(/token_scores .*DIFFERENT/);
  expect(stdout).toMatch(/\b17\b/);
});
