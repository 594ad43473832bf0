// A run that ends anywhere goes on where it ended, and the result is the same as without the interruption.
import { appendFileSync, chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSample } from '../../src/demo/sample.js';
import type { StepName } from '../../src/events.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { differencesByHand } from '../support/compare-by-hand.js';
import {
  type Migration,
  type Site,
  createSite,
  endingOf,
  findingsOf,
  newestRun,
  notices,
} from '../support/migrate.js';
import { writeRows } from '../support/sample-of-rows.js';

let site: Site;
beforeEach(async () => {
  site = await createSite();
});
afterEach(() => site.remove());

/** Runs until `step` is completed, then asks it to stop as Ctrl-C does. */
async function stopAfter(step: StepName): Promise<Migration> {
  const stop = new AbortController();
  return site.migrate(
    {},
    {
      stop,
      onEvent: (event) => {
        if (event.type === 'step.completed' && event.step === step) stop.abort('SIGINT');
      },
    },
  );
}

function startedSteps({ events }: Migration): string[] {
  return events.filter((event) => event.type === 'step.started').map(({ step }) => step);
}

describe('a run that is stopped after a step', () => {
  it('goes on at the next one, time after time, and ends like one that was left alone', async () => {
    writeSample(site.source, { scores: 300 });
    const steps: readonly StepName[] = ['preflight', 'backup', 'schema', 'copy', 'constrain', 'verify'];
    const runs = new Set<string>();
    for (const [at, step] of steps.entries()) {
      const run = await stopAfter(step);
      runs.add(run.view.run);
      expect(startedSteps(run), `stopped after ${step}`).toEqual([step]);
      expect(endingOf(run)).toMatchObject({ type: 'run.failed', exitCode: 130, code: 'STOPPED' });
      expect(run.view.remedies).toEqual(['the same command with --resume goes on']);
      if (at > 0) {
        expect(run.events[0]).toMatchObject({ type: 'run.resumed', done: steps.slice(0, at) });
        expect(run.view.message).not.toBe('');
      }
    }
    const last = await site.migrate();
    expect(runs.size).toBe(1);
    expect(last.exitCode).toBe(0);
    expect(startedSteps(last)).toEqual([]);
    expect(await differencesByHand(site.source, site)).toEqual([]);
    const sequence = last.events.map(({ seq }) => seq);
    expect(sequence).toEqual(sequence.map((_, n) => (sequence[0] ?? 0) + n));
    expect(sequence[0]).toBeGreaterThan(30);
  });

  it('ends with exit code 143 when SIGTERM stopped it', async () => {
    writeSample(site.source, { scores: 10 });
    const stop = new AbortController();
    stop.abort('SIGTERM');
    expect((await site.migrate({}, { stop })).exitCode).toBe(143);
  });
});

describe('a run that is stopped in the middle of the copy', () => {
  it('keeps the chunks that are in, says so, and copies only the others', async () => {
    writeRows(site.source, 12_000);
    const stop = new AbortController();
    const first = await site.migrate(
      {},
      {
        stop,
        onEvent: (event) => {
          if (event.type === 'step.progress' && event.step === 'copy' && event.table === 'token_scores')
            stop.abort('SIGINT');
        },
      },
    );
    expect(first.exitCode).toBe(130);
    const before = await site.query(
      'SELECT table_name, number, copied_at FROM ttm_wizard.chunk ORDER BY table_name, number',
    );
    expect(before.length).toBeGreaterThan(2);
    expect(before.length).toBeLessThan(6);
    const copiedRows = Number((await site.query('SELECT count(*) AS n FROM token_scores'))[0]?.['n']);
    expect(copiedRows % 5000).toBe(0);
    expect(copiedRows).toBeLessThan(12_000);

    const second = await site.migrate({ resume: true });
    expect(second.exitCode).toBe(0);
    expect(startedSteps(second)).toEqual(['copy', 'constrain', 'verify']);
    expect(notices(second).join()).toContain(`${before.length} of 6 chunks are in already`);
    const after = await site.query('SELECT table_name, number, copied_at FROM ttm_wizard.chunk');
    expect(after).toHaveLength(6);
    expect(after).toEqual(expect.arrayContaining(before));
    expect(await differencesByHand(site.source, site)).toEqual([]);
    expect(second.view.totals).toMatchObject({ tables: 4, quarantined: 0 });
  });
});

describe('a run that has been completed', () => {
  beforeEach(async () => {
    writeSample(site.source, { scores: 300 });
    expect((await site.migrate()).exitCode).toBe(0);
  });

  it('finds nothing to do when it is started again', async () => {
    const again = await site.migrate();
    expect(endingOf(again)).toMatchObject({ type: 'run.completed', exitCode: 0 });
    expect(again.view.message).toMatch(/^nothing to do: /);
    expect(startedSteps(again)).toEqual([]);
    expect(await site.query('SELECT count(*) AS n FROM ttm_wizard.run')).toEqual([{ n: '1' }]);
  });

  it('names what somebody has changed since, with exit code 6', async () => {
    await site.query(
      `UPDATE tokens SET name = 'tampered' WHERE id = 5; DELETE FROM token_scores WHERE id = 9`,
    );
    const again = await site.migrate();
    expect(endingOf(again)).toMatchObject({ type: 'run.failed', exitCode: 6, code: 'DIFFERENT' });
    expect(
      findingsOf(again, 'verify').map(({ code, table, examples }) => [code, table, examples?.[0]?.key]),
    ).toEqual([
      ['row-changed', 'tokens', '5'],
      ['row-missing', 'token_scores', '9'],
    ]);
  });

  it.each([
    ['a constraint', 'ALTER TABLE tokens DROP CONSTRAINT ck_tokens_status', 'constraint-missing'],
    ['an index', 'DROP INDEX idx_token_scores_token_created', 'index-missing'],
    [
      'a digest in the ledger',
      `UPDATE ttm_wizard.chunk SET digest = 'x' WHERE table_name = 'tokens'`,
      'ledger-changed',
    ],
  ])('notices that %s is not as it was', async (_, sql, code) => {
    await site.query(sql);
    const again = await site.migrate();
    expect(again.exitCode).toBe(6);
    expect(findingsOf(again, 'verify').map((finding) => finding.code)).toEqual([code]);
  });

  it('says that the source has been written to since the snapshot', async () => {
    const db = new Database(site.source);
    db.exec(`INSERT INTO app_settings VALUES ('new', 'yes')`);
    db.close();
    const again = await site.migrate();
    expect(again.exitCode).toBe(0);
    expect(notices(again).join()).toContain('has been written to since the snapshot');
  });

  it('ends with exit code 4 when its snapshot is gone or changed', async () => {
    const snapshot = join(newestRun(site).path, 'snapshot.db');
    chmodSync(snapshot, 0o600);
    appendFileSync(snapshot, 'x');
    expect((await site.migrate()).view.message).toContain('is not as the backup step left it');
    rmSync(snapshot);
    const again = await site.migrate();
    expect(endingOf(again)).toMatchObject({ exitCode: 4, code: 'SNAPSHOT_CHANGED' });
    expect(again.view.message).toContain('is gone');
  });

  it('ends with exit code 5 when its ledger is gone, and does not copy again', async () => {
    await site.query('DROP SCHEMA ttm_wizard CASCADE');
    expect(endingOf(await site.migrate())).toMatchObject({ exitCode: 5, code: 'LEDGER_GONE' });
  });
});

describe('a run that is resumed with other options', () => {
  it('is refused when its tables were made for another answer to drift', async () => {
    writeSample(site.source, { scores: 10 });
    await stopAfter('schema');
    await expect(site.migrate({ onDrift: 'carry' })).rejects.toMatchObject({
      code: 'OTHER_OPTIONS',
      exitCode: 2,
    });
  });

  it('is a new one when there is nothing to resume, and says so', async () => {
    writeSample(site.source, { scores: 10 });
    const run = await site.migrate({ resume: true });
    expect(run.exitCode).toBe(0);
    expect(notices(run)).toEqual(['there is no unfinished run to resume: a new one begins']);
  });

  it('begins anew after a preflight that failed', async () => {
    writeSample(site.source, { scores: 10 });
    await site.query('CREATE TABLE tokens (id int)');
    const failed = await site.migrate();
    await site.query('DROP TABLE tokens');
    const next = await site.migrate();
    expect([failed.exitCode, next.exitCode]).toEqual([3, 0]);
    expect(next.events[0]?.type).toBe('run.started');
    expect(next.view.run).not.toBe(failed.view.run);
  });
});
