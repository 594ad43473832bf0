// What a run says that was asked to stop.
import { expect, test } from 'vitest';
import { type Asked, TO_ROLL_BACK, whyStopped } from '../../src/run/stopping.js';

function asked(stop: string, abort?: string): Asked {
  return {
    stop: AbortSignal.abort(stop),
    abort: abort === undefined ? new AbortController().signal : AbortSignal.abort(abort),
  };
}

test.each([
  [asked('SIGINT'), 'stopped at a safe point (q or Ctrl-C)'],
  [asked(TO_ROLL_BACK), 'stopped at a safe point, to be taken back (r)'],
  [asked('SIGTERM'), 'stopped at a safe point (SIGTERM)'],
  [asked('SIGINT', 'SIGINT'), 'stopped at once (Ctrl-C twice)'],
  [asked('SIGTERM', 'SIGTERM'), 'stopped at once (SIGTERM)'],
  [asked(TO_ROLL_BACK, 'SIGINT'), 'stopped at once (Ctrl-C twice)'],
])('it says what the person did: %#', (signals, why) => {
  expect(whyStopped(signals)).toBe(why);
});
