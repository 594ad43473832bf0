// Ctrl-C and kill while the application stands: once, and it is put back first; twice, and it is said that it stands and what starts it.
import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeSample } from '../../src/demo/sample.js';
import type { WizardEvent } from '../../src/events.js';
import { readDiary, untilDiary } from '../support/diary.js';
import { envStateOf, startWizard } from '../support/live-commands.js';
import { untilAnswers } from '../support/live-services.js';
import { type LiveSite, createLiveSite } from '../support/live-site.js';
import { missingFromDiary } from '../support/missing-from-diary.js';
import type { WizardProcess } from './wizard-process.js';

let site: LiveSite;
let before: unknown;
beforeEach(async () => {
  site = await createLiveSite();
  writeSample(site.source, { scores: 800 });
  before = envStateOf(site);
  await site.start();
});
afterEach(() => site.remove());

/** A wizard whose stop command has stopped the application and takes two more seconds. */
async function startUntilStopping(command: 'run' | 'rollback'): Promise<WizardProcess> {
  const slow = { ...site, stopCommand: `${site.stopCommand}; sleep 2` };
  const again = ['--stop-command', slow.stopCommand, '--start-command', slow.startCommand];
  const wizard = startWizard(slow, command, ...(command === 'rollback' ? again : []));
  const isStopping = (event: WizardEvent): boolean =>
    'message' in event &&
    /^(stopping the application |.* are to be carried back into the source so far)/.test(event.message);
  await wizard.until(isStopping);
  for (let tries = 0; tries < 400 && (await isUp()); tries++) await sleep(20);
  expect(await isUp()).toBe(false);
  return wizard;
}

function isUp(): Promise<boolean> {
  return fetch(`${site.healthUrl}/tokens/stats`).then(
    () => true,
    () => false,
  );
}

async function untilSaid(wizard: WizardProcess, text: string): Promise<void> {
  for (let tries = 0; tries < 250 && !wizard.stderr.includes(text); tries++) await sleep(20);
  expect(wizard.stderr).toContain(text);
}

async function expectWrites(side: 'source' | 'target'): Promise<void> {
  await untilAnswers(`${site.healthUrl}/tokens/stats`);
  const { length } = readDiary(site.diary).transactions;
  const { transactions } = await untilDiary(site.diary, (diary) => diary.transactions.length > length + 5);
  expect(transactions.at(-1)?.on.split(':')[0]).toBe(side === 'source' ? 'sqlite' : 'postgresql');
}

async function expectNothingMissing(side: 'source' | 'target'): Promise<void> {
  await site.stop();
  expect(await missingFromDiary(site.diary, site[side])).toEqual([]);
  expect(readDiary(site.diary).errors).toEqual([]);
}

describe('while the application stands', () => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`one ${signal} says so, and the application runs on the source again with ${code}`, async () => {
      const wizard = await startUntilStopping('run');
      wizard.kill(signal);
      await untilSaid(wizard, 'The application is stopped: the switch-over is taken back');
      const ending = await wizard.ended;
      expect(ending.code, ending.stderr).toBe(code);
      expect(ending.stderr).not.toContain('stays so');
      expect(envStateOf(site)).toEqual(before);
      await expectWrites('source');
      await expectNothingMissing('source');
    });

    it(`two ${signal} end at once and say that it is stopped and what starts it; that works, and so does --resume`, async () => {
      const wizard = await startUntilStopping('run');
      wizard.kill(signal);
      await untilSaid(wizard, 'press Ctrl-C again');
      wizard.kill(signal);
      const pressedAt = performance.now();
      const ending = await wizard.ended;
      expect(performance.now() - pressedAt).toBeLessThan(3500);
      expect(ending.code, ending.stderr).toBe(code);
      expect(ending.stderr).toContain('the application is stopped, and stays so');
      expect(ending.stderr).toContain('--resume');
      expect(ending.stderr).toContain('ttm-wizard rollback');
      expect(await isUp()).toBe(false);
      const line = /^ {2}(.*?) {4}starts the application as it is/m.exec(ending.stderr)?.[1] ?? 'false';
      expect(line).toBe(site.startCommand);
      // As somebody would type it, when the stop command has ended.
      await sleep(2500);
      execFileSync('sh', ['-c', line], { stdio: 'ignore' });
      await expectWrites('source');
      const again = await startWizard(site, 'run', '--resume').ended;
      expect(again.code, again.stderr).toBe(0);
      await expectWrites('target');
      await expectNothingMissing('target');
    });
  }

  it('one Ctrl-C in a rollback says that it is brought to its end, and it is', async () => {
    const moved = await startWizard(site, 'run').ended;
    expect(moved.code, moved.stderr).toBe(0);
    const wizard = await startUntilStopping('rollback');
    wizard.kill('SIGINT');
    await untilSaid(wizard, 'The application is being taken back to the source');
    const ending = await wizard.ended;
    expect(ending.code, ending.stderr).toBe(0);
    expect(envStateOf(site)).toEqual(before);
    await expectWrites('source');
    await expectNothingMissing('source');
  });
});
