// Modules on the screen: what is also made stands on the page that asks whether to start, and who lacks the right to make roles can go on
// without.
import { expect, test } from 'vitest';
import { planLines } from '../../components/screens/plan.js';
import { endedPage } from '../../src/commands/wizard-pages.js';
import type { EventBody } from '../../src/events.js';
import { record, viewOf } from '../output/recorded-run.js';
import { checked } from './histories.js';

const made: EventBody = {
  type: 'step.finding',
  step: 'preflight',
  finding: { severity: 'ok', code: 'module', message: 'module auth: users and an audit log', remedies: [] },
};

function planText(events: readonly EventBody[]): string[] {
  return planLines(viewOf(record(events)), 80, 20).map((pieces) => pieces.map(({ text }) => text).join(''));
}

test('the plan tells what modules make, and nothing of them where there are none', () => {
  const lines = planText([...checked, made]);
  const at = lines.findIndex((line) => line.trim() === 'What is also made');
  expect(lines[at + 1]?.trim()).toBe('module auth: users and an audit log');
  expect(planText(checked).join()).not.toContain('also made');
});

test('a run that may not make roles offers to go on without modules, one that fails otherwise does not', () => {
  const failedWith = (remedies: string[]) => {
    const finding = {
      severity: 'error',
      code: 'target-roles',
      message: 'may not create roles',
      remedies,
    } as const;
    const view = viewOf(
      record([
        ...checked.slice(0, -1),
        { type: 'step.finding', step: 'preflight', finding },
        { type: 'step.failed', step: 'preflight', code: 'PREFLIGHT_FAILED', message: 'found', elapsedMs: 1 },
        {
          type: 'run.failed',
          exitCode: 3,
          code: 'PREFLIGHT_FAILED',
          message: 'found',
          remedies: [...remedies],
          elapsedMs: 1,
        },
      ]),
    );
    return endedPage(view, false).choices.map(({ id }) => id);
  };
  expect(
    failedWith(['ALTER ROLE "moon" CREATEROLE;', 'without --with auth there is no need for roles']),
  ).toEqual(['again', 'no-modules', 'leave']);
  expect(failedWith(['createdb x'])).toEqual(['again', 'leave']);
});
