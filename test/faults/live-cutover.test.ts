// The application writes all the time, is switched over and taken back; nothing that it has ever committed is missing.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSample } from '../../src/demo/sample.js';
import type { WizardEvent } from '../../src/events.js';
import { rollBack } from '../../src/run/roll-back.js';
import { STEPS } from '../../steps/index.js';
import { readDiary, untilDiary } from '../support/diary.js';
import { type LiveSite, createLiveSite } from '../support/live-site.js';
import { missingFromDiary } from '../support/missing-from-diary.js';

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

describe('a switch-over and a rollback', () => {
  it('lose nothing that was written before, during and after', async () => {
    const before = site.envFiles.map((file) => readFileSync(file));
    await sleep(500);
    const moved = await site.move();
    const messages = moved.events.flatMap((event) => ('message' in event ? [event.message] : []));
    expect(moved.exitCode, messages.join('\n')).toBe(0);
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
