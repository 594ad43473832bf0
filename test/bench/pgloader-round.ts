// pgloader with its default settings on the same file, where it is installed.
import { execa } from 'execa';
import pg from 'pg';
import type { PostgresServer } from '../../src/demo/postgres-server.js';

export async function findPgloader(): Promise<boolean> {
  const { failed } = await execa('pgloader', ['--version'], { reject: false });
  return !failed;
}

/** Milliseconds, or Infinity when it ends with an error. */
export async function runPgloader(server: PostgresServer, source: string): Promise<number> {
  const database = 'bench_pgloader';
  const admin = new pg.Client({ connectionString: server.url('postgres') });
  await admin.connect();
  await admin.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
  await admin.query(`CREATE DATABASE ${database}`);
  const url = new URL(server.url(database));
  const target = `postgresql://${url.username}@${url.host}/${database}`;
  const startedAt = performance.now();
  const env = { PGPASSWORD: decodeURIComponent(url.password) };
  const { failed } = await execa('pgloader', [source, target], {
    env,
    reject: false,
    stdout: 'ignore',
    stderr: 'ignore',
  });
  const elapsedMs = Math.round(performance.now() - startedAt);
  await admin.query(`DROP DATABASE ${database} WITH (FORCE)`);
  await admin.end();
  return failed ? Number.POSITIVE_INFINITY : elapsedMs;
}
