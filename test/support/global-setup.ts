// One PostgreSQL for the whole test run: the one TTM_TEST_PG_URL names, else a private one that is gone afterwards.
// A machine without any fails the run; no test is skipped for want of a server.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removePostgres, startPostgres } from '../../src/demo/postgres-server.js';

/** Vitest calls this once before all workers, which inherit the environment it leaves, and the function it answers with at the end. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  // Ink draws nothing in a CI and decides that while it is loaded, which is once for all files of a shared worker.
  delete process.env['CI'];
  delete process.env['CONTINUOUS_INTEGRATION'];
  if (process.env.TTM_TEST_PG_URL) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'ttm-test-'));
  const server = await startPostgres({
    folder,
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '60' },
  });
  process.env.TTM_TEST_PG_URL = server.url();
  return async () => {
    delete process.env.TTM_TEST_PG_URL;
    await server.stop();
    await removePostgres(folder);
    await rm(folder, { recursive: true });
  };
}
