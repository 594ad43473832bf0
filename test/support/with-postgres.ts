// Runs a command with TTM_TARGET naming an empty database of a private server: tsx test/support/with-postgres.ts COMMAND ARG…
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import pg from 'pg';
import { removePostgres, startPostgres } from '../../src/demo/postgres-server.js';

const folder = mkdtempSync(join(tmpdir(), 'ttm-with-postgres-'));
const server = await startPostgres({ folder });
const admin = new pg.Client({ connectionString: server.url('postgres') });
await admin.connect();
await admin.query('CREATE DATABASE smoke');
await admin.end();
const [command = 'true', ...args] = process.argv.slice(2);
const { exitCode } = await execa(command, args, {
  stdio: 'inherit',
  env: { TTM_TARGET: server.url('smoke') },
  reject: false,
});
await server.stop();
await removePostgres(folder);
rmSync(folder, { recursive: true });
process.exitCode = exitCode ?? 1;
