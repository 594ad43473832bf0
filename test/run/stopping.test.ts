// What a run says that was asked to stop.
import { expect, test } from 'vitest';
import { type Asked, TO_ROLL_BACK, stoppedEnding, whyStopped } from '../../src/run/stopping.js';

function asked(stop: string, abort?: string): Asked {
  return {
    stop: AbortSignal.abort(stop),
    abort: abort === undefined ? new AbortController().signal : AbortSignal.abort(abort),
  };
}

test.each([
  [asked('SIGINT'), 'stopped at a safe point (q or Ctrl-C)', 130],
  [asked(TO_ROLL_BACK), 'stopped at a safe point, to be taken back (r)', 130],
  [asked('SIGTERM'), 'stopped at a safe point (SIGTERM)', 143],
  [asked('SIGINT', 'SIGINT'), 'stopped at once (Ctrl-C twice)', 130],
  [asked('SIGTERM', 'SIGTERM'), 'stopped at once (SIGTERM)', 143],
  [asked(TO_ROLL_BACK, 'SIGINT'), 'stopped at once (Ctrl-C twice)', 130],
])('it says what the person did, and the exit code is that of the signal: %#', (signals, why, exitCode) => {
  expect(whyStopped(signals)).toBe(why);
  expect(stoppedEnding(signals, undefined)).toEqual({
    exitCode,
    message: 'stopped; what is done is kept',
    remedies: ['the same command with --resume goes on'],
  });
});

test('where the application stands, that is what it says and how to go on', () => {
  const left = { message: 'the application is stopped, and stays so', remedies: ['start it'] };
  expect(stoppedEnding(asked('SIGINT'), left)).toEqual({
    exitCode: 130,
    message: 'stopped; the application is stopped, and stays so',
    remedies: ['start it'],
  });
});
