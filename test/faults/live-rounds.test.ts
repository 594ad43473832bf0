// Eleven switch-overs at random moments of an application that writes, updates and deletes all the time, each taken back after a random
// time: most by a probe that turns bad, some by a rollback. TTM_ROUNDS_SEED repeats the choices of an earlier run.
import { randomInt } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/demo/sample-documents.js';
import { writeSample } from '../../src/demo/sample.js';
import { readDiary, untilDiary } from '../support/diary.js';
import { type FailingProbe, startFailingProbe } from '../support/failing-probe.js';
import { envStateOf, saidIn, takeBack } from '../support/live-commands.js';
import { type LiveSite, createLiveSite } from '../support/live-site.js';
import { missingFromDiary } from '../support/missing-from-diary.js';

const SEED = Number(process.env['TTM_ROUNDS_SEED'] ?? randomInt(2 ** 31));
const FORCED = 9;
const FULL = 2;
/** At most, before a switch-over, and before it is taken back. */
const RUNS_FOR_MS = 400;

let site: LiveSite;
let before: unknown;
let probe: FailingProbe;
const random = seededRandom(SEED);

beforeAll(async () => {
  site = await createLiveSite();
  writeSample(site.source, { scores: 1000 });
  before = envStateOf(site);
  probe = await startFailingProbe(site);
  await site.start();
});
afterAll(async () => {
  probe.close();
  await site.remove();
});

describe(`switch-overs at random moments (TTM_ROUNDS_SEED=${SEED})`, () => {
  it(`that fail at their probe lose nothing that was written on either side, ${FORCED} times in a row`, async () => {
    for (let round = 1; round <= FORCED; round++) {
      await sleep(random() * RUNS_FOR_MS);
      const failsAfterMs = random() * RUNS_FOR_MS;
      probe.fail(404, failsAfterMs);
      const moved = await site.move({ jobs: 1, cutover: { ...site.cutover, healthUrl: probe.url } });
      const told = `round ${round}, the probe fails after ${failsAfterMs.toFixed(0)} ms\n${saidIn(moved.events)}`;
      expect(moved.exitCode, told).toBe(7);
      await expectNothingLost(site.source, told);
      expect(envStateOf(site), told).toEqual(before);
    }
  }, 300_000);

  it(`that succeed lose nothing either, nor does the rollback, ${FULL} times in a row`, async () => {
    for (let round = 1; round <= FULL; round++) {
      await sleep(random() * RUNS_FOR_MS);
      const moved = await site.move();
      expect(moved.exitCode, `round ${round}\n${saidIn(moved.events)}`).toBe(0);
      expect(statSync(site.source).mode & 0o777).toBe(0o440);
      expect(readFileSync(site.envFiles[1], 'utf8')).toContain('export DATABASE_URL="postgresql://');
      await sleep(random() * RUNS_FOR_MS);
      await expectNothingLost(site.target, `round ${round}\n${saidIn(moved.events)}`);
      const taken = await takeBack(site);
      const told = `round ${round}\n${saidIn(taken.events)}`;
      expect(taken.exitCode, told).toBe(0);
      await expectNothingLost(site.source, told);
      expect(envStateOf(site), told).toEqual(before);
      const [left] = await site.query(
        `SELECT to_regclass('tokens') AS tokens, to_regnamespace('ttm_wizard') AS ledger`,
      );
      expect(left).toEqual({ tokens: null, ledger: null });
    }
  }, 120_000);

  it('were met by an application that wrote on both sides', () => {
    const { transactions } = readDiary(site.diary);
    const on = (side: string): number => transactions.filter((one) => one.on.startsWith(side)).length;
    expect(on('sqlite')).toBeGreaterThan(100);
    expect(on('postgresql')).toBeGreaterThan(30);
  });
});

/** The application stands for the look and goes on afterwards. */
async function expectNothingLost(database: string, told: string): Promise<void> {
  const { length } = readDiary(site.diary).transactions;
  await untilDiary(site.diary, ({ transactions }) => transactions.length > length + 3);
  await site.stop();
  expect(await missingFromDiary(site.diary, database), told).toEqual([]);
  expect(readDiary(site.diary).errors, told).toEqual([]);
  await site.start();
}
