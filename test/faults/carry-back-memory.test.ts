// Taking back very much that was written to the target: within the memory that a run may take, whatever its size.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeSample } from '../../src/demo/sample.js';
import { fitPlan } from '../../src/source/drift.js';
import { inspectSource } from '../../src/source/inspect.js';
import { openSource } from '../../src/source/sqlite.js';
import { WorkerPool } from '../../src/chunk/pool.js';
import { tothemoon } from '../../src/plans/tothemoon.js';
import { startWizard } from '../support/live-commands.js';
import { type LiveSite, createLiveSite } from '../support/live-site.js';

/** design.md: memory stays under 350 MB whatever the size of the source. */
const MOST_MB = 350;
const ROWS = 60_000;

let site: LiveSite;
beforeEach(async () => {
  site = await createLiveSite({ deletes: false, scoresPerMinute: 60 });
  writeSample(site.source, { scores: 800 });
});
afterEach(() => site.remove());

const BULK = `INSERT INTO token_scores (token_id, score, metrics, created_at, scoring_model)
  SELECT 1, round(n / 7.0, 6), jsonb_build_object('n', n, 'text', repeat('x', 1500)), now(), 'bulk' FROM generate_series(1, ${ROWS}) AS n`;

it('a rollback of very many rows stays under 350 MB', { timeout: 180_000 }, async () => {
  await site.start();
  const moved = await startWizard(site, 'run').ended;
  expect(moved.code, moved.stderr).toBe(0);
  // The application's trigger would rewrite one row of latest_token_scores ROWS times, each past all it has left dead in this transaction:
  // a minute for a table that nothing carries back.
  await site.query(`SET session_replication_role = replica`);
  await site.query(BULK);
  await site.disconnect();
  const wizard = startWizard(site, 'rollback', '--jobs', '3');
  let peakMb = 0;
  const look = setInterval(() => (peakMb = Math.max(peakMb, peakOf(wizard.pid))), 50);
  const taken = await wizard.ended;
  clearInterval(look);
  expect(taken.code, taken.stderr).toBe(0);
  expect(peakMb).toBeGreaterThan(50);
  expect(peakMb).toBeLessThan(MOST_MB);
  const db = openSource(site.source);
  const count = db.prepare(`SELECT count(*) FROM token_scores WHERE scoring_model = 'bulk'`).pluck().get();
  db.close();
  expect(count).toBe(BigInt(ROWS));
});

/** 0 when the process has ended. */
function peakOf(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

it('a thread whose rows cannot be taken ends its job before it gets another', async () => {
  expect((await site.migrate()).exitCode).toBe(0);
  await site.query(`UPDATE token_scores SET score = 0.5`);
  const db = openSource(site.source);
  const { tables, present } = fitPlan(tothemoon, inspectSource(db), 'stop');
  db.close();
  const target = { url: site.target, applicationName: 'a test' };
  const pool = new WorkerPool({ file: site.source, tables, present, target }, 1);
  const chunk = { table: 'token_scores', number: 0, low: null, high: null };
  const rows = async (take: (count: number) => void): Promise<number> => {
    let count = 0;
    const jobs = [{ kind: 'carry-back' as const, chunk, orphans: [], isSourceSuspect: false }];
    const never = new AbortController().signal;
    const done = (): void => undefined;
    await pool.run(jobs.values(), done, never, 'steady', (_, { changes }) => {
      count += changes.length;
      take(count);
    });
    return count;
  };
  try {
    const full = rows(() => {
      throw new Error('the disk is full');
    });
    await expect(full).rejects.toThrow('the disk is full');
    expect(await rows(() => undefined)).toBe(800);
  } finally {
    await pool.close();
  }
});
