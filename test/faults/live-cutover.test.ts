// The application writes all the time, is switched over and taken back; nothing that it has ever committed is missing.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSample } from '../../src/demo/sample.js';
import type { WizardEvent } from '../../src/events.js';
import { loadCutover } from '../../src/run/cutover-state.js';
import { rollBack } from '../../src/run/roll-back.js';
import { STEPS } from '../../steps/index.js';
import { readDiary, untilDiary } from '../support/diary.js';
import { type LiveSite, createLiveSite } from '../support/live-site.js';
import { newestRun } from '../support/migrate.js';
import { missingFromDiary } from '../support/missing-from-diary.js';
import { verifyNow } from '../support/verify-now.js';

let site: LiveSite;

beforeEach(async () => {
  site = await createLiveSite();
  writeSample(site.source, { scores: 4000 });
  await site.start();
});
afterEach(() => site.remove());

async function takeBack(): Promise<{ exitCode: number; events: WizardEvent[] }> {
  const events: WizardEvent[] = [];
  const exitCode = await rollBack(
    {
      backupDir: site.backupDir,
      target: site.target,
      jobs: 2,
      cutover: { envFiles: [], services: [], capture: 'none' },
      discardTargetWrites: false,
    },
    STEPS,
    {
      sinks: [(event) => events.push(event)],
      stop: new AbortController().signal,
      abort: new AbortController().signal,
      secrets: [],
      confirm: () => Promise.resolve(true),
    },
  );
  return { exitCode, events };
}

/** What a person wants to know: how long it stood, what of it was ours, and that the slow page is not slower than it was. */
function expectMeasured(events: readonly WizardEvent[], told: string): void {
  const done = events.find((event) => event.type === 'step.completed' && event.step === 'cutover');
  const shown = done?.type === 'step.completed' ? done.summary : '';
  expect(shown).toMatch(/^downtime [\d.]+ m?s, [\d.]+ m?s of it the wizard's; rollback takes it back$/);
  const { stoppedAt = '', answeredAt = '' } = loadCutover(newestRun(site).path) ?? {};
  const between = readDiary(site.diary).transactions.filter(({ at }) => at > stoppedAt && at < answeredAt);
  expect(Date.parse(answeredAt) - Date.parse(stoppedAt), told).toBeGreaterThan(0);
  // Who is being stopped may still commit, and who has been started writes before it is asked; nobody crosses over in between.
  expect(between.map(({ on }) => on.split(':')[0]).join(' ')).toMatch(/^(sqlite ?)*(postgresql ?)*$/);
  expect(told).toMatch(/^\/tokens\?limit=10 answers in .*; its query alone took .* on SQLite$/m);
  expect(told).toMatch(/^the application is connected to the target \(pid \d+/m);
}

describe('a switch-over and a rollback', () => {
  it('lose nothing that was written before, during and after', async () => {
    const before = site.envFiles.map((file) => readFileSync(file));
    await sleep(500);
    const moved = await site.move();
    const messages = moved.events.flatMap((event) => ('message' in event ? [event.message] : []));
    expect(moved.exitCode, messages.join('\n')).toBe(0);
    expectMeasured(moved.events, messages.join('\n'));
    expect(statSync(site.source).mode & 0o777).toBe(0o440);
    expect(readFileSync(site.envFiles[1], 'utf8')).toContain('export DATABASE_URL="postgresql://');
    const written = (): number =>
      readDiary(site.diary).transactions.filter(({ on }) => on.startsWith('postgres')).length;
    await untilDiary(site.diary, () => written() > 30);
    await site.stop();
    expect(await missingFromDiary(site.diary, site.target)).toEqual([]);
    await site.start();
    await untilDiary(site.diary, () => written() > 60);

    const taken = await takeBack();
    const said = taken.events.flatMap((event) => ('message' in event ? [event.message] : []));
    expect(taken.exitCode, said.join('\n')).toBe(0);
    const carriedBack = readDiary(site.diary).transactions.length;
    await untilDiary(site.diary, ({ transactions }) => transactions.length > carriedBack + 10);
    await site.stop();
    expect(await missingFromDiary(site.diary, site.source)).toEqual([]);
    expect(readDiary(site.diary).errors).toEqual([]);
    site.envFiles.forEach((file, i) => expect(readFileSync(file)).toEqual(before[i]));
    expect(existsSync(join(moved.folder, 'rollback-by-hand.txt'))).toBe(false);
    const [left] = await site.query(
      `SELECT to_regclass('tokens') AS tokens, to_regnamespace('ttm_wizard') AS ledger`,
    );
    expect(left).toEqual({ tokens: null, ledger: null });
  });
});

describe('a comparison while the application runs on the target', () => {
  it('takes what it has written there since for expected, and advises nothing that is refused', async () => {
    expect((await site.move()).exitCode).toBe(0);
    const { length } = readDiary(site.diary).transactions;
    await untilDiary(site.diary, ({ transactions }) => transactions.length > length + 10);
    const compared = await verifyNow(site);
    expect(compared.exitCode).toBe(6);
    const last = compared.events.at(-1);
    const { message, remedies } = last?.type === 'run.failed' ? last : { message: '', remedies: [] };
    expect(message).toContain(
      'the application runs on the target, and what it has written there since is to be expected',
    );
    expect(remedies.join('\n')).toContain('ttm-wizard rollback counts');
    expect(remedies.join('\n')).not.toContain('--restart');
  });
});
