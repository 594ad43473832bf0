// A server that goes away in the middle: said as such, with what to look at, not in the words of the network alone.
import { expect, test } from 'vitest';
import { targetError } from '../../src/target/connect.js';

function withCode(message: string, code?: string): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}

test.each([
  ['write ECONNRESET', 'ECONNRESET', ' (ECONNRESET)'],
  ['write EPIPE', 'EPIPE', ' (EPIPE)'],
  ['Connection terminated unexpectedly', undefined, ''],
])('%s is a connection that is lost', (said, code, shown) => {
  expect(targetError('chunk 3 of token_scores', withCode(said, code))).toMatchObject({
    code: 'TARGET_CONNECTION',
    exitCode: 5,
    message: `chunk 3 of token_scores: the connection to the target is lost: ${said}${shown}`,
    remedies: [expect.stringContaining('pg_isready')],
  });
});

test('one that was never made is not lost', () => {
  const { message } = targetError(
    'cannot connect to h:1/d',
    withCode('connect ECONNREFUSED', 'ECONNREFUSED'),
  );
  expect(message).toBe('cannot connect to h:1/d: connect ECONNREFUSED (ECONNREFUSED)');
});
