// What catch-up and rollback hand over to the run's own code; what that does is tested with the steps.
import { resolve } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { CATCH_UP_STEP, STEPS } from '../../steps/index.js';
import { sessionOf } from './session.js';

const { catchUpAgain, rollBack } = vi.hoisted(() => ({ catchUpAgain: vi.fn(), rollBack: vi.fn() }));
vi.mock('../../src/run/catch-up-again.js', () => ({ catchUpAgain }));
vi.mock('../../src/run/roll-back.js', () => ({ rollBack }));
const { catchUp } = await import('../../src/commands/catch-up.js');
const { rollback } = await import('../../src/commands/rollback.js');

const URL = 'postgresql://app:geheim@db.example/moon';
const USUAL = { target: URL, 'backup-dir': 'b' } as const;

beforeEach(() => {
  catchUpAgain.mockReset().mockResolvedValue(6);
  rollBack.mockReset().mockResolvedValue(10);
});

/** The options, the steps and the RunIo of the last rollback. */
function handedOver(): unknown[] {
  return rollBack.mock.calls.at(-1) ?? [];
}

test('catch-up names folder, target and workers, keeps the password out of sight, and ends with the exit code it is told', async () => {
  const { session, err } = sessionOf({ ...USUAL, jobs: '2' });
  expect(await catchUp(session)).toBe(6);
  expect(catchUpAgain).toHaveBeenCalledExactlyOnceWith(
    { backupDir: resolve('b'), target: URL, jobs: 2 },
    CATCH_UP_STEP,
    expect.objectContaining({ stop: session.stop, abort: session.abort }),
  );
  expect(session.secrets).toContain('geheim');
  expect(err.lines).toEqual([expect.stringContaining('Note: the password after --target')]);
});

test('rollback names how to stop and start, what to give up, and ends with the exit code it is told', async () => {
  const flags = { ...USUAL, service: 'a,b', 'discard-target-writes': true, yes: true } as const;
  expect(await rollback(sessionOf(flags).session)).toBe(10);
  expect(handedOver()[0]).toMatchObject({
    backupDir: resolve('b'),
    target: URL,
    jobs: 3,
    cutover: { services: ['a', 'b'], envFiles: [], capture: 'none' },
    discardTargetWrites: true,
  });
});

test('with --yes a rollback is confirmed at once, and nothing else is asked either', async () => {
  await rollback(sessionOf({ ...USUAL, yes: true }).session);
  const [, steps, io] = handedOver();
  const { confirm } = io as { confirm: (message: string) => Promise<boolean> };
  expect(steps).toBe(STEPS);
  await expect(confirm('Really?')).resolves.toBe(true);
  expect(io).not.toHaveProperty('ask');
});

test('at a terminal the person confirms it, and can be asked more', async () => {
  await rollback(sessionOf(USUAL).session);
  const { ask, confirm } = handedOver()[2] as { ask: unknown; confirm: unknown };
  expect([typeof confirm, typeof ask]).toEqual(['function', 'function']);
});

test.each([
  ['without a terminal', {}, false],
  ['with --json', { json: true }, true],
] as const)('%s and without --yes nobody confirms it', async (_, flags, isTerminal) => {
  await rollback(sessionOf({ ...USUAL, ...flags }, { isTerminal }).session);
  const io = handedOver()[2];
  expect(io).not.toHaveProperty('confirm');
  expect(io).not.toHaveProperty('ask');
});
