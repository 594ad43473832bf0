// An application that the wizard can neither stop nor start: a person is asked to, and does it or says no.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunOptions } from '../../src/config/run-options.js';
import { writeSample } from '../../src/demo/sample.js';
import type { WizardEvent } from '../../src/events.js';
import type { Plan } from '../../src/plans/plan.js';
import { tothemoon } from '../../src/plans/tothemoon.js';
import { runMigration } from '../../src/run/machine.js';
import { STEPS } from '../../steps/index.js';
import { readDiary, untilDiary } from '../support/diary.js';
import { envStateOf, saidIn } from '../support/live-commands.js';
import { untilAnswers } from '../support/live-services.js';
import { type LiveSite, createLiveSite } from '../support/live-site.js';
import { missingFromDiary } from '../support/missing-from-diary.js';

let site: LiveSite;
let before: unknown;
beforeEach(async () => {
  site = await createLiveSite();
  writeSample(site.source, { scores: 800 });
  before = envStateOf(site);
  await site.start();
});
afterEach(() => site.remove());

type Person = (question: string) => Promise<boolean>;

async function moveWith(ask?: Person): Promise<{ exitCode: number; events: readonly WizardEvent[] }> {
  const { envFiles, healthUrl, capture } = site.cutover;
  const options: RunOptions = {
    ...{ source: site.source, backupDir: site.backupDir, target: site.target, jobs: 1 },
    plan: unknownOnThisMachine(),
    onBadValue: 'stop',
    onDrift: 'stop',
    ...{ dump: false, resume: false, restart: false, dryRun: false },
    cutover: { envFiles, services: [], capture, ...(healthUrl === undefined ? {} : { healthUrl }) },
  };
  const events: WizardEvent[] = [];
  const exitCode = await runMigration(options, STEPS, {
    sinks: [(event) => events.push(event)],
    stop: new AbortController().signal,
    abort: new AbortController().signal,
    secrets: [],
    ...(ask === undefined ? {} : { ask }),
  });
  return { exitCode, events };
}

/** None of its units is here, whatever this machine runs. */
function unknownOnThisMachine(): Plan {
  const { application, ...plan } = tothemoon;
  return application === undefined ? plan : { ...plan, application: { ...application, services: [] } };
}

async function expectOn(side: 'source' | 'target', told: string): Promise<void> {
  await untilAnswers(`${site.healthUrl}/tokens/stats`);
  const { length } = readDiary(site.diary).transactions;
  const { transactions } = await untilDiary(site.diary, (diary) => diary.transactions.length > length + 5);
  expect(transactions.at(-1)?.on.split(':')[0], told).toBe(side === 'source' ? 'sqlite' : 'postgresql');
  await site.stop();
  expect(await missingFromDiary(site.diary, site[side]), told).toEqual([]);
  expect(readDiary(site.diary).errors, told).toEqual([]);
}

describe('an application without units and commands', () => {
  it('is stopped and started by whoever is asked to', async () => {
    const questions: string[] = [];
    const moved = await moveWith(async (question) => {
      questions.push(question);
      await (question.startsWith('Stop') ? site.stop() : site.start());
      return true;
    });
    const told = saidIn(moved.events);
    expect(moved.exitCode, told).toBe(0);
    expect(questions.map((question) => question.split(' ')[0])).toEqual(['Stop', 'Start']);
    await expectOn('target', told);
  });

  it('is left alone when the answer is no', async () => {
    const moved = await moveWith((question) => Promise.resolve(question.startsWith('Start')));
    const told = saidIn(moved.events);
    expect(moved.events.at(-1), told).toMatchObject({ code: 'SERVICES_STOP', exitCode: 7 });
    expect(envStateOf(site)).toEqual(before);
    await expectOn('source', told);
  });

  it('ends the run in preflight when nobody can be asked', async () => {
    const moved = await moveWith();
    expect(moved.events.at(-1)).toMatchObject({ code: 'ANSWER_NEEDED', exitCode: 9 });
    expect(await site.query(`SELECT to_regclass('tokens') AS tokens`)).toEqual([{ tokens: null }]);
    expect(envStateOf(site)).toEqual(before);
    await expectOn('source', saidIn(moved.events));
  });
});
