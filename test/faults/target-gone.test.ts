// PostgreSQL goes away while the application is being switched over to it. Whether it has written there cannot be known then, and
// whatever happens, no row of it may be lost.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadCutover } from '../../src/run/cutover-state.js';
import { writeSample } from '../../src/demo/sample.js';
import type { WizardEvent } from '../../src/events.js';
import { readDiary, untilDiary } from '../support/diary.js';
import { type FailingProbe, startFailingProbe } from '../support/failing-probe.js';
import { envStateOf, saidIn, takeBack } from '../support/live-commands.js';
import { untilAnswers } from '../support/live-services.js';
import { type LiveSite, createLiveSite } from '../support/live-site.js';
import { type Migration, newestRun } from '../support/migrate.js';
import { missingFromDiary } from '../support/missing-from-diary.js';
import { Proxy } from './proxy.js';

/** The application writes to the target for so long before it goes away. */
const WRITES_MS = 1200;

let site: LiveSite;
let line: Proxy;
let target: string;
let probe: FailingProbe;
let before: unknown;

beforeEach(async () => {
  site = await createLiveSite();
  writeSample(site.source, { scores: 800 });
  before = envStateOf(site);
  line = await Proxy.open(site.target);
  const url = new URL(site.target);
  url.host = `127.0.0.1:${line.port}`;
  target = url.href;
  probe = await startFailingProbe(site);
  await site.start();
});
afterEach(async () => {
  probe.close();
  await site.stop();
  await line.close();
  await site.remove();
});

function goAway(): void {
  line.isDown = true;
  line.cutAll();
}

/** A switch-over in whose way `act` comes at each event. */
function moveWith(targetMs: number, act: (event: WizardEvent, said: string) => void): Promise<Migration> {
  const patience = { probeMs: 2 * WRITES_MS, targetMs };
  const cutover = { ...site.cutover, healthUrl: probe.url, patience };
  return site.move(
    { target, jobs: 1, cutover },
    { onEvent: (event) => act(event, 'message' in event ? event.message : '') },
  );
}

/** After the switch the application writes to the target, and then that goes away. */
function goAwayAfterWrites(said: string): void {
  if (said.startsWith('switched: ')) setTimeout(goAway, WRITES_MS);
}

function comeBackOnceMissed(said: string): void {
  if (said.startsWith('the target does not answer')) setTimeout(() => (line.isDown = false), 700);
}

async function expectOn(side: 'source' | 'target', told: string): Promise<void> {
  await untilAnswers(`${site.healthUrl}/tokens/stats`);
  const { length } = readDiary(site.diary).transactions;
  const { transactions } = await untilDiary(site.diary, (diary) => diary.transactions.length > length + 5);
  expect(transactions.at(-1)?.on.split(':')[0], told).toBe(side === 'source' ? 'sqlite' : 'postgresql');
}

async function expectNothingMissing(side: 'source' | 'target', told: string): Promise<void> {
  await site.stop();
  expect(await missingFromDiary(site.diary, site[side]), told).toEqual([]);
}

function writtenToTarget(): number {
  return readDiary(site.diary).transactions.filter(({ on }) => on.startsWith('postgresql')).length;
}

describe('a target that goes away', () => {
  it('before the application was started on it does not keep it from being started on the source', async () => {
    const moved = await moveWith(60_000, (_, said) => {
      if (said.startsWith('brought over after the stop')) goAway();
    });
    const told = saidIn(moved.events);
    const last = moved.events.at(-1);
    expect(last, told).toMatchObject({ type: 'run.failed', code: 'TARGET_CONNECTION', exitCode: 7 });
    expect(JSON.stringify(last)).toContain('is the server still running?');
    expect(envStateOf(site)).toEqual(before);
    await expectOn('source', told);
    await expectNothingMissing('source', told);
  });

  it('after it has been written to, and comes back in time, is waited for: all is taken back', async () => {
    probe.fail(500);
    const moved = await moveWith(20_000, (_, said) => {
      goAwayAfterWrites(said);
      comeBackOnceMissed(said);
    });
    const told = saidIn(moved.events);
    expect(moved.events.at(-1), told).toMatchObject({ type: 'run.failed', code: 'PROBE', exitCode: 7 });
    expect(told).toContain('the target answers again');
    expect(writtenToTarget()).toBeGreaterThan(3);
    expect(envStateOf(site)).toEqual(before);
    await expectOn('source', told);
    await expectNothingMissing('source', told);
  });

  it('in the middle of being taken back, and comes back in time, is carried back from once more', async () => {
    probe.fail(500);
    let isGone = false;
    const moved = await moveWith(20_000, (event, said) => {
      if (said.startsWith('taking the switch-over back')) isGone = true;
      if (isGone && event.type === 'step.progress') goAway();
      if (event.type === 'step.progress') isGone = false;
      comeBackOnceMissed(said);
    });
    const told = saidIn(moved.events);
    expect(moved.events.at(-1), told).toMatchObject({ type: 'run.failed', code: 'PROBE', exitCode: 7 });
    expect(told).toContain('the target answers again');
    expect(envStateOf(site)).toEqual(before);
    await expectOn('source', told);
    await expectNothingMissing('source', told);
  });

  for (const way of ['the same command', 'a rollback'] as const) {
    it(`for good leaves the application on it, where it goes on by itself; then ${way} brings it to an end`, async () => {
      probe.fail(500);
      const moved = await moveWith(1500, (_, said) => goAwayAfterWrites(said));
      const told = saidIn(moved.events);
      const last = moved.events.at(-1);
      expect(last, told).toMatchObject({ type: 'run.failed', code: 'TARGET_GONE', exitCode: 10 });
      expect(JSON.stringify(envStateOf(site)).match(/postgresql:/g), told).toHaveLength(2);
      expect(loadCutover(moved.folder)).toMatchObject({ phase: 'started', isOnTarget: true });
      const file = join(newestRun(site).path, 'rollback-by-hand.txt');
      expect(JSON.stringify(last)).toContain(file);
      const text = readFileSync(file, 'utf8');
      expect(text).toContain('If it is gone, start it first');
      expect(text).toContain(`    ${site.startCommand}`);
      expect(text).not.toContain(new URL(site.target).password || 'no password');

      line.isDown = false;
      await expectOn('target', told);
      const isSame = way === 'the same command';
      const query = { backupDir: site.backupDir, target };
      const end = isSame ? await site.move({ target, jobs: 1 }) : await takeBack(query);
      expect(end.exitCode, saidIn(end.events)).toBe(0);
      const side = isSame ? 'target' : 'source';
      await expectOn(side, saidIn(end.events));
      await expectNothingMissing(side, saidIn(end.events));
    });
  }

  it('for good in the middle of being taken back leaves the application started on it', async () => {
    probe.fail(500);
    let isGone = false;
    const moved = await moveWith(1500, (event, said) => {
      isGone ||= said.startsWith('taking the switch-over back');
      if (isGone && event.type === 'step.progress') goAway();
    });
    const told = saidIn(moved.events);
    expect(moved.events.at(-1), told).toMatchObject({ code: 'TARGET_GONE', exitCode: 10 });
    expect(loadCutover(moved.folder)).toMatchObject({ phase: 'carrying' });
    line.isDown = false;
    await expectOn('target', told);
    const taken = await takeBack({ backupDir: site.backupDir, target });
    expect(taken.exitCode, saidIn(taken.events)).toBe(0);
    expect(envStateOf(site)).toEqual(before);
    await expectOn('source', saidIn(taken.events));
    await expectNothingMissing('source', saidIn(taken.events));
  });
});
