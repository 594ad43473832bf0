// What the last event of a run says, and what there is to type about a failure.
import { describe, expect, it, test } from 'vitest';
import { WizardError } from '../../src/errors.js';
import { completionText, exitCodeOf, failureOf, withResume } from '../../src/run/outcome.js';
import { Stopped } from '../../src/run/step.js';

const TOTALS = { tables: 4, rows: 12_345, bytes: 1, quarantined: 0 };
const LEFT = { message: 'the application is stopped, and stays so', remedies: ['start it'] };
const disk = new WizardError({
  code: 'BACKUP_DISK',
  message: 'the disk is full',
  remedies: ['room'],
  exitCode: 75,
});
const target = new WizardError({
  code: 'TARGET_SQL',
  message: 'refused',
  remedies: ['grant it'],
  exitCode: 5,
});

describe('a run that is complete', () => {
  it('says what it has done, and has exit code 6 while rows are set aside', () => {
    expect(completionText(TOTALS, 'copied')).toBe('12,345 rows in 4 tables copied and compared');
    expect(completionText(TOTALS, 'finished')).toMatch(/^nothing to do: 12,345 rows in 4 tables are/);
    const aside = { ...TOTALS, quarantined: 1 };
    expect(completionText(aside, 'moved')).toMatch(
      /^12,345 rows in 4 tables moved; the application runs on the target .*; 1 row in ttm_wizard\.quarantine/,
    );
    expect([exitCodeOf(TOTALS), exitCodeOf(aside)]).toEqual([0, 6]);
  });
});

describe('a run that is stopped', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    [undefined, 130],
  ])('by %s ends with %i and is resumed', (reason, exitCode) => {
    const failure = failureOf(new Stopped(), undefined, reason);
    expect(failure).toMatchObject({ exitCode, code: 'STOPPED', message: 'stopped; what is done is kept' });
    expect(failure.remedies.join()).toContain('--resume');
  });

  it('names --resume only where the command has it', () => {
    expect(failureOf(new Stopped(), undefined, 'SIGINT', 'other').remedies).toEqual([
      'the same command again',
    ]);
    const lost = withResume(failureOf(target, undefined, undefined, 'other'), 'other');
    expect(lost.remedies).toEqual(['grant it', 'the same command again']);
    expect(withResume(lost, 'other')).toEqual(lost);
  });

  it('while the application stands says so, and what starts it', () => {
    const { message, remedies } = failureOf(new Stopped(), LEFT, 'SIGINT');
    expect([message, remedies]).toEqual([`stopped; ${LEFT.message}`, LEFT.remedies]);
  });
});

test('only a full disk leaves a switch-over where it is: other failures have taken it back', () => {
  expect(failureOf(disk, LEFT, undefined)).toEqual({
    ...{ exitCode: 75, code: 'BACKUP_DISK' },
    message: `the disk is full; ${LEFT.message}`,
    remedies: ['room', 'start it'],
  });
  expect(failureOf(target, LEFT, undefined)).toMatchObject({ message: 'refused', remedies: ['grant it'] });
  const { code, message } = disk;
  const takenBack = new WizardError({ code, message, exitCode: 7 });
  expect(failureOf(takenBack, LEFT, undefined)).toMatchObject({ exitCode: 7, message: 'the disk is full' });
});

test('a failure of the target is followed by --resume, once', () => {
  const failure = withResume(failureOf(target, undefined, undefined));
  expect(failure.remedies).toEqual(['grant it', expect.stringContaining('--resume')]);
  expect(withResume(failure)).toEqual(failure);
  const other = failureOf(disk, undefined, undefined);
  expect(withResume(other)).toEqual(other);
});
