// kill -9 at random moments of every step. Whatever happened before, the resumed run must end in the very target that a run left
// alone makes. TTM_KILL_SEED repeats the choices of an earlier run; where exactly they hit depends on the machine.
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StepName, WizardEvent } from '../../src/events.js';
import { listRuns } from '../../src/run/folder.js';
import { type Fingerprint, fingerprintOf, strangersIn } from './fingerprint.js';
import { type Attempt, Workshop } from './workshop.js';
import { type Ending, type WizardProcess, completedSteps } from './wizard-process.js';

const SEED = Number(process.env['TTM_KILL_SEED'] ?? randomInt(2 ** 31));
const STEPS: readonly StepName[] = ['preflight', 'backup', 'schema', 'copy', 'constrain', 'verify'];

/** Each line one run: the steps in which it is killed, one after the other, before it is left alone. */
const KILLS: readonly (readonly StepName[])[] = [
  ['schema', 'schema', 'copy', 'copy', 'constrain', 'verify'],
  ['schema', 'copy', 'copy', 'constrain', 'constrain', 'constrain', 'verify'],
  ['schema', 'constrain', 'verify', 'verify', 'verify'],
  ['copy', 'copy', 'copy', 'constrain', 'constrain', 'verify'],
  ['schema', 'copy', 'copy', 'verify'],
  ['copy', 'verify', 'verify'],
  ['constrain', 'constrain', 'verify'],
  ['verify'],
  ['preflight', 'schema', 'copy'],
  ['backup', 'backup', 'copy', 'constrain', 'verify'],
];

interface Moment {
  readonly step: StepName;
  /** Until the next event, in the run left alone. */
  readonly gapMs: number;
}

interface Reference {
  readonly fingerprint: Fingerprint;
  readonly files: readonly string[];
  readonly moments: readonly Moment[];
}

let workshop: Workshop;
let prepared: Attempt;
let reference: Reference;
const hits = new Map<string, number>();

beforeAll(async () => {
  workshop = new Workshop(11_000);
  prepared = await workshop.prepare();
  const attempt = await workshop.attempt();
  const wizard = attempt.start();
  const arrivals: { event: WizardEvent; at: number }[] = [];
  wizard.onEvent((event) => arrivals.push({ event, at: performance.now() }));
  const ending = await wizard.ended;
  expect(ending.code, ending.stderr).toBe(0);
  const moments = arrivals.flatMap(({ event, at }, position) =>
    'step' in event && event.type !== 'step.completed'
      ? [{ step: event.step, gapMs: (arrivals[position + 1]?.at ?? at) - at }]
      : [],
  );
  reference = { fingerprint: await fingerprintOf(attempt.database.url), files: attempt.files(), moments };
  await attempt.remove();
}, 120_000);

afterAll(async () => {
  await prepared.remove();
  workshop.remove();
});

describe(`a run that is killed with kill -9 (TTM_KILL_SEED=${SEED})`, () => {
  for (const [index, steps] of KILLS.entries()) {
    const where = steps.join(', then in ');
    it(`in ${where} and then resumed leaves the same target as a run left alone`, async () => {
      const random = randomOf(SEED + index);
      const isAfterBackup = STEPS.indexOf(steps[0] ?? 'preflight') > STEPS.indexOf('backup');
      const attempt = await workshop.attempt(isAfterBackup ? { preparedIn: prepared.backupDir } : {});
      const story: string[] = [];
      try {
        for (const step of steps) {
          const wanted = stillOpen(attempt, step);
          const wizard = attempt.start('--resume');
          const plan = killAtRandom(wizard, wanted, random);
          const ending = await wizard.ended;
          story.push(`${plan}: ${describeKill(wizard, ending)}`);
        }
        await expectUndisturbed(attempt, `TTM_KILL_SEED=${SEED}\n${story.join('\n')}`);
      } finally {
        await attempt.remove();
      }
    }, 90_000);
  }

  it('was killed at least thirty times, and in every step from schema to verify', () => {
    const count = (step: string): number => hits.get(step) ?? 0;
    const told = JSON.stringify(Object.fromEntries(hits));
    expect(
      count('schema') + count('copy') + count('constrain') + count('verify'),
      told,
    ).toBeGreaterThanOrEqual(30);
    for (const step of ['schema', 'copy', 'constrain', 'verify'])
      expect(count(step), told).toBeGreaterThan(0);
  });
});

/** Kills at a random delay after a random event of `step`; at its end at the latest. Answers with the choice in words. */
function killAtRandom(wizard: WizardProcess, step: StepName, random: () => number): string {
  const moments = reference.moments.filter((moment) => moment.step === step);
  const choice = Math.floor(random() * moments.length);
  const delayMs = random() * (moments[choice]?.gapMs ?? 0);
  let seen = 0;
  wizard.onEvent((event) => {
    if (!('step' in event) || event.step !== step) return;
    if (event.type === 'step.completed') wizard.kill('SIGKILL');
    else if (seen++ === choice) void sleep(delayMs).then(() => wizard.kill('SIGKILL'));
  });
  return `${step}, ${delayMs.toFixed(1)} ms after event ${choice + 1}`;
}

/** `step`, or the next one when the run has got past it. */
function stillOpen({ backupDir }: Attempt, step: StepName): StepName {
  const run = listRuns(backupDir).at(-1);
  const done = run === undefined ? [] : completedSteps(run.path);
  return STEPS.slice(STEPS.indexOf(step)).find((candidate) => !done.includes(candidate)) ?? 'verify';
}

function describeKill({ events }: WizardProcess, { code, signal }: Ending): string {
  const last = events.findLast(({ type }) => type === 'step.started' || type === 'step.completed');
  const step = last !== undefined && 'step' in last ? last.step : 'nothing';
  const where = last?.type === 'step.completed' ? `the end of ${step}` : step;
  if (signal === 'SIGKILL') hits.set(step, (hits.get(step) ?? 0) + 1);
  return signal === 'SIGKILL' ? `hit ${where} after ${events.length} events` : `ended with ${code} before`;
}

async function expectUndisturbed(attempt: Attempt, story: string): Promise<void> {
  const wizard = attempt.start('--resume');
  const ending = await wizard.ended;
  expect(ending.code, `${story}\n${ending.stderr}`).toBe(0);
  expect(wizard.events.at(-1), story).toMatchObject({ type: 'run.completed', exitCode: 0 });
  expect(await strangersIn(attempt.database.url), story).toEqual([]);
  expect(await fingerprintOf(attempt.database.url), story).toEqual(reference.fingerprint);
  // Only a run killed before it had passed preflight leaves a second folder, in which nothing has begun.
  const completed = listRuns(attempt.backupDir).filter(({ state }) => state.outcome === 'completed');
  expect(completed, story).toHaveLength(1);
  expect([...new Set(attempt.files())].sort(), story).toEqual([...reference.files].sort());
}

/** Numbers in [0, 1) that depend on the seed alone (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
