// What the screen sets for its own libraries stays with the wizard: the admin's programs get what the wizard was given.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runChild } from '../../src/app/child.js';
import { setForOurselves } from '../../src/app/given-environment.js';

beforeEach(() => {
  vi.stubEnv('TEST_GIVEN', 'from the admin');
  vi.stubEnv('TEST_ABSENT', undefined);
});
afterEach(() => vi.unstubAllEnvs());

test('a program of the admin sees neither a new value nor a new variable, and the wizard sees both', async () => {
  for (const value of ['once', 'twice']) {
    setForOurselves('TEST_GIVEN', value);
    setForOurselves('TEST_ABSENT', value);
  }
  vi.stubEnv('TEST_LATER', 'of somebody else');
  const { stdout } = await runChild('env', [], { timeoutMs: 10_000 });
  expect(
    stdout
      .split('\n')
      .filter((line) => line.startsWith('TEST_'))
      .sort(),
  ).toEqual(['TEST_GIVEN=from the admin', 'TEST_LATER=of somebody else']);
  expect([process.env['TEST_GIVEN'], process.env['TEST_ABSENT']]).toEqual(['twice', 'twice']);
});
