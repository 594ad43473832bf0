// With triggers in the source the target ends as it does with the comparison alone, and no trigger outlives the switch-over.
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CutoverOptions } from '../../src/config/run-options.js';
import type { WizardEvent } from '../../src/events.js';
import { loadCutover } from '../../src/run/cutover-state.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { differencesByHand } from '../support/compare-by-hand.js';
import { readDiary } from '../support/diary.js';
import { type FailingProbe, startFailingProbe } from '../support/failing-probe.js';
import { saidIn, startWizard, takeBack } from '../support/live-commands.js';
import { type LiveSite, createLiveSite } from '../support/live-site.js';
import { missingFromDiary } from '../support/missing-from-diary.js';
import { newestRun } from '../support/migrate.js';
import { writeRows } from '../support/sample-of-rows.js';
import { WizardProcess } from './wizard-process.js';

let site: LiveSite;
let probe: FailingProbe;

beforeEach(async () => {
  site = await createLiveSite();
  writeRows(site.source, 6000);
  probe = await startFailingProbe(site);
});
afterEach(async () => {
  probe.close();
  await site.remove();
});

const TRIGGERS = { capture: 'triggers' } as const;

/** An application that does nothing, so that both sides stand still afterwards. */
function silent(): CutoverOptions {
  return { ...site.cutover, stopCommand: 'true', startCommand: 'true', healthUrl: probe.url, ...TRIGGERS };
}

function change(sql: string): void {
  const db = new Database(site.source, { timeout: 10_000 });
  db.exec(`PRAGMA foreign_keys = OFF; ${sql}`);
  db.close();
}

/** Tables and triggers of ours that the source holds. */
function leftInSource(): unknown[] {
  const db = new Database(site.source, { readonly: true });
  try {
    return db.prepare(`SELECT name FROM sqlite_master WHERE name LIKE 'ttm%'`).pluck().all();
  } finally {
    db.close();
  }
}

const WRITES = `
  INSERT INTO tokens (mint_address, status, created_at) VALUES ('new', 'active', '2025-10-10 10:00:00.000000');
  UPDATE token_scores SET spam_metrics = '{"n": 1}' WHERE id IN (1, 5000);
  DELETE FROM token_scores WHERE id IN (2, 5001, 5999);
  UPDATE token_scores SET id = 9000000 WHERE id = 3;
  UPDATE app_settings SET key = 'another key' WHERE rowid = 1;`;
/** Two rows go without a trigger's notice: one token, and one setting. */
const REPLACES = `
  INSERT OR REPLACE INTO tokens (id, mint_address, status, created_at)
    SELECT 8000000, mint_address, 'active', created_at FROM tokens WHERE mint_address <> 'new' ORDER BY id DESC LIMIT 1;
  UPDATE OR REPLACE app_settings SET key = (SELECT max(key) FROM app_settings) WHERE key = (SELECT min(key) FROM app_settings);`;

describe('capture by triggers', () => {
  it('brings over all that is written before and after the stop', async () => {
    const at: readonly (readonly [RegExp, string])[] = [
      [/^triggers in the source/, WRITES],
      [/^stopping the application /, `${REPLACES} DELETE FROM token_scores WHERE id = 4000`],
    ];
    const onEvent = (event: WizardEvent): void => {
      for (const [when, sql] of at) if ('message' in event && when.test(event.message)) change(sql);
    };
    const moved = await site.move({ cutover: silent() }, { onEvent });
    expect(moved.exitCode, saidIn(moved.events)).toBe(0);
    expect(await differencesByHand(site.source, site)).toEqual([]);
    expect(leftInSource()).toEqual([]);
  });

  it('is not noticed by an application that writes, and is gone after success and after a rollback', async () => {
    await site.start();
    const moved = await site.move({ cutover: { ...site.cutover, ...TRIGGERS } });
    expect(moved.exitCode, saidIn(moved.events)).toBe(0);
    expect(leftInSource()).toEqual([]);
    await site.stop();
    expect(await missingFromDiary(site.diary, site.target)).toEqual([]);
    await site.start();
    const taken = await takeBack(site);
    expect(taken.exitCode, saidIn(taken.events)).toBe(0);
    await site.stop();
    expect(await missingFromDiary(site.diary, site.source)).toEqual([]);
    expect(readDiary(site.diary).errors).toEqual([]);
    expect(leftInSource()).toEqual([]);
  });

  it('is gone after a switch-over that failed', async () => {
    probe.fail(404);
    const moved = await site.move({ cutover: silent() });
    expect(moved.exitCode, saidIn(moved.events)).toBe(7);
    expect(leftInSource()).toEqual([]);
  });

  it('is gone after the rollback of a run that was killed while it was installed', async () => {
    await site.start();
    const wizard = startWizard(site, 'run', '--capture', 'triggers');
    await wizard.until((event) => 'message' in event && event.message.startsWith('triggers in the source'));
    wizard.kill('SIGKILL');
    await wizard.ended;
    expect(leftInSource()).not.toEqual([]);
    const taken = await takeBack(site);
    expect(taken.exitCode, saidIn(taken.events)).toBe(0);
    expect(leftInSource()).toEqual([]);
  });

  it('is gone when a run goes on that was killed before the env files led to the target, which compares everything', async () => {
    const before = site.envFiles.map((file) => ({ file, contents: readFileSync(file) }));
    const wizard = new WizardProcess(
      [
        ...['run', '--yes', '--json', '--no-dump', '--source', site.source, '--backup-dir', site.backupDir],
        ...site.envFiles.flatMap((file) => ['--env-file', file]),
        ...['--stop-command', 'true', '--start-command', 'kill -9 $PPID', '--health-url', probe.url],
        ...['--capture', 'triggers'],
      ],
      { TTM_TARGET: site.target },
    );
    await wizard.ended;
    expect(loadCutover(newestRun(site).path)?.phase).toBe('started');
    expect(leftInSource()).toEqual([]);
    // As a reboot leaves it that comes before the env files are switched: the application is on the source, and writes.
    for (const { file, contents } of before) writeFileSync(file, contents);
    change(WRITES);
    const moved = await site.move({ cutover: silent() });
    expect(moved.exitCode, saidIn(moved.events)).toBe(0);
    expect(await differencesByHand(site.source, site)).toEqual([]);
    expect(leftInSource()).toEqual([]);
  });
});
