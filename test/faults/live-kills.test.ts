// kill -9 in the middle of switch-overs and rollbacks, sometimes followed by what a reboot does: the services start with whatever their
// env files say by then. The same command, or a rollback, then brings it to an end. TTM_KILL_SEED repeats the choices of an earlier run.
import { randomInt } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitForEarlier } from '../../src/app/earlier-command.js';
import { seededRandom } from '../../src/demo/sample-documents.js';
import { writeSample } from '../../src/demo/sample.js';
import type { WizardEvent } from '../../src/events.js';
import { readDiary, untilDiary } from '../support/diary.js';
import { envStateOf, saidIn, startWizard } from '../support/live-commands.js';
import { type LiveSite, createLiveSite } from '../support/live-site.js';
import { newestRun } from '../support/migrate.js';
import { missingFromDiary } from '../support/missing-from-diary.js';
import type { Ending, WizardProcess } from './wizard-process.js';

const SEED = Number(process.env['TTM_KILL_SEED'] ?? randomInt(2 ** 31));

type Command = 'run' | 'rollback';
type Side = 'source' | 'target';

interface Round {
  readonly killed: Command;
  /** The event after which it is killed, and for how long at most it may go on. */
  readonly after: RegExp;
  readonly withinMs: number;
  readonly then: Command;
  readonly ends: { readonly exitCode: number; readonly on: Side };
}

const MOVED = { exitCode: 0, on: 'target' } as const;
const BACK = { exitCode: 0, on: 'source' } as const;
const STOPPING = /^stopping the application /;
const CAUGHT_UP = /^brought over after the stop/;
const SWITCHED = /^switched: /;
const CONNECTED = /^the application is connected/;
const COUNTED = /written since the switch-over are to be carried back/;
const CARRIED = /^carried back into the source/;
const RESTORED = /^env file .*: restored/;

/** Each begins where the one before it ended, brought to the side it needs: the application on the source, or on the target. */
const ROUNDS: readonly Round[] = [
  { killed: 'run', after: STOPPING, withinMs: 400, then: 'run', ends: MOVED },
  { killed: 'rollback', after: COUNTED, withinMs: 400, then: 'rollback', ends: BACK },
  { killed: 'run', after: CAUGHT_UP, withinMs: 100, then: 'run', ends: MOVED },
  { killed: 'rollback', after: CARRIED, withinMs: 10, then: 'rollback', ends: BACK },
  { killed: 'run', after: SWITCHED, withinMs: 30, then: 'run', ends: MOVED },
  { killed: 'rollback', after: RESTORED, withinMs: 600, then: 'run', ends: { exitCode: 7, on: 'source' } },
  { killed: 'run', after: SWITCHED, withinMs: 500, then: 'rollback', ends: BACK },
  { killed: 'run', after: STOPPING, withinMs: 600, then: 'rollback', ends: BACK },
  { killed: 'run', after: CONNECTED, withinMs: 30, then: 'run', ends: MOVED },
  { killed: 'rollback', after: COUNTED, withinMs: 1500, then: 'rollback', ends: BACK },
];

let site: LiveSite;
let before: unknown;
/** Where the application runs. */
let side: Side;
const phases = new Set<string>();

async function createRunningSite(): Promise<void> {
  site = await createLiveSite();
  writeSample(site.source, { scores: 800 });
  before = envStateOf(site);
  side = 'source';
  await site.start();
}

let isFresh = false;
beforeEach(async () => {
  if (!isFresh) await createRunningSite();
  isFresh = true;
});
afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  isFresh = false;
  await site.remove();
});
afterAll(() => site.remove());

describe(`a wizard killed with kill -9 (TTM_KILL_SEED=${SEED})`, () => {
  for (const [index, round] of ROUNDS.entries()) {
    const { killed, after, withinMs, then } = round;
    const title = `within ${withinMs} ms after "${after.source.replace(/\W+/g, ' ').trim()}"`;
    it(`in a ${killed} ${title} leaves nothing lost after a ${then}`, async () => {
      const random = seededRandom(SEED + index);
      if (killed === 'rollback' && side === 'source') await expectExit(startWizard(site, 'run'), 0);
      if (killed === 'run' && side === 'target') await expectExit(startWizard(site, 'rollback'), 0);
      const { story, isHit, phase } = await kill(round, random);
      // A rollback that has put the application back has only the target left to drop: a run moves it once more.
      const ends = isHit && then === 'run' && phase === 'caught-up' ? MOVED : round.ends;
      // What has ended by itself needs nothing more, unless it is to be taken back.
      const isLeft = isHit || (killed === 'run' && then === 'rollback');
      const ending = isLeft ? await finish(then) : { code: ends.exitCode, stderr: '', said: 'nothing' };
      const told = `${story}; ${then}: ${ending.stderr}\n${ending.said}`;
      expect(ending.code, told).toBe(ends.exitCode);
      await expectWhole(ends.on, told);
      side = ends.on;
    });
  }

  it('was hit in every phase of a switch-over and its way back', () => {
    expect([...phases]).toEqual(expect.arrayContaining(['stopped', 'started', 'carrying']));
  });
});

async function kill(
  { killed, after, withinMs }: Round,
  random: () => number,
): Promise<{ story: string; isHit: boolean; phase: string }> {
  const wizard = startWizard(site, killed);
  const delayMs = random() * withinMs;
  const isIt = (event: WizardEvent): boolean => 'message' in event && after.test(event.message);
  await wizard.until(isIt);
  await sleep(delayMs);
  wizard.kill('SIGKILL');
  const { signal, code } = await wizard.ended;
  const phase = phaseNow();
  const isHit = signal === 'SIGKILL';
  if (isHit) phases.add(phase);
  const isReboot = isHit && random() < 0.5;
  if (isReboot) await reboot();
  const how = isHit ? 'killed' : `ended with ${code ?? '?'} before it was killed`;
  const when = `${delayMs.toFixed(0)} ms after it in phase ${phase}${isReboot ? ', then rebooted' : ''}`;
  return { story: `TTM_KILL_SEED=${SEED}: ${killed} ${how} ${when}`, isHit, phase };
}

function phaseNow(): string {
  const text = readFileSync(join(newestRun(site).path, 'cutover.json'), 'utf8');
  return /"phase": "([\w-]+)"/.exec(text)?.[1] ?? '';
}

/** Whatever was running ends, and the services start by themselves and write. */
async function reboot(): Promise<void> {
  await waitForEarlier(join(newestRun(site).path, 'command.stat'), 10_000);
  await site.stop();
  await site.start();
  const { transactions } = readDiary(site.diary);
  await untilDiary(site.diary, (diary) => diary.transactions.length > transactions.length + 5);
}

async function finish(command: Command): Promise<Ending & { said: string }> {
  const wizard = startWizard(site, command);
  const ending = await wizard.ended;
  return { ...ending, said: saidIn(wizard.events) };
}

async function expectExit(wizard: WizardProcess, code: number): Promise<void> {
  const ending = await wizard.ended;
  expect(ending.code, `${ending.stderr}\n${saidIn(wizard.events)}`).toBe(code);
}

/** It runs on this side and no other, has lost nothing, saw no error, and its env files are whole. */
async function expectWhole(side: Side, told: string): Promise<void> {
  const { transactions } = readDiary(site.diary);
  const later = await untilDiary(site.diary, (diary) => diary.transactions.length > transactions.length + 10);
  const newest = later.transactions.slice(transactions.length + 1).map(({ on }) => on.split(':')[0]);
  expect([...new Set(newest)], told).toEqual([side === 'source' ? 'sqlite' : 'postgresql']);
  await site.stop();
  expect(await missingFromDiary(site.diary, site[side]), told).toEqual([]);
  expect(readDiary(site.diary).errors, told).toEqual([]);
  if (side === 'source') expect(envStateOf(site), told).toEqual(before);
  else expect(JSON.stringify(envStateOf(site)).match(/postgresql:/g), told).toHaveLength(2);
  const left = readdirSync(site.folder).filter((name) => name.endsWith('.ttm-wizard'));
  expect(left, told).toEqual([]);
  await site.start();
}
