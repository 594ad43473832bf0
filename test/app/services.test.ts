// Units through the stand-in for systemd: real processes are stopped and started, and every refusal is told with its reason.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findUnits, manualServices, systemdServices } from '../../src/app/services.js';
import { failureOf, lives } from '../support/processes.js';
import { type StandIn, createStandIn } from '../support/systemd-stand-in.js';

const QUICK = { pollMs: 20, settleMs: 300, stateTimeoutMs: 500, callTimeoutMs: 5000 };
const UNITS = ['web', 'worker'];

let systemd: StandIn;

beforeEach(async () => {
  systemd = await createStandIn();
  for (const unit of UNITS) await systemd.define(unit, 'exec sleep 300');
});

afterEach(() => systemd.remove());

async function runningPids(): Promise<number[]> {
  return Promise.all(UNITS.map((unit) => systemd.pidOf(unit)));
}

describe('units of systemd', () => {
  it('are all stopped by one call, and none of their processes is left', async () => {
    const services = systemdServices(UNITS, QUICK);
    await services.start();
    const pids = await runningPids();
    expect(pids.map(lives)).toEqual([true, true]);
    expect(await services.running()).toEqual(UNITS);

    await services.stop();

    expect(pids.map(lives)).toEqual([false, false]);
    expect(await services.running()).toEqual([]);
    expect(await systemd.calls()).toEqual(['reset-failed web worker', 'start web worker', 'stop web worker']);
  });

  it('may be stopped and started twice, and the second start leaves the processes alone', async () => {
    const services = systemdServices(UNITS, QUICK);
    await services.start();
    const pids = await runningPids();

    await services.start();
    expect(await runningPids()).toEqual(pids);

    await services.stop();
    await services.stop();
    expect(await services.running()).toEqual([]);
  });

  it('are named for the person', () => {
    expect(systemdServices(UNITS).describe).toBe('systemd units web, worker');
    expect(systemdServices(UNITS).howStopped).toBe('by systemctl stop web worker');
    expect(() => systemdServices([])).toThrow(RangeError);
  });

  it('that systemctl refuses to stop are named with its words and what to type', async () => {
    const services = systemdServices(UNITS, QUICK);
    await services.start();
    const reason =
      'Failed to stop worker.service: Interactive authentication required.\n\u001B[31mSee above.';
    await systemd.trouble('worker', 'stop-fails', reason);

    const error = await failureOf(services.stop());

    expect(error).toMatchObject({ code: 'SERVICES_STOP', exitCode: 7 });
    expect(error.message.split('\n')).toEqual([
      'systemctl stop does not succeed: worker is active (running)',
      'Failed to stop worker.service: Interactive authentication required.',
      '\\u{1b}[31mSee above.',
    ]);
    expect(error.remedies).toEqual([
      'sudo npx ttm-wizard …    as a user who may do this',
      'journalctl -u worker -n 50',
      'systemctl status worker',
    ]);
  });

  it('that do not go down within the time are an error with their state', async () => {
    const services = systemdServices(UNITS, QUICK);
    await services.start();
    await systemd.trouble('web', 'stop-lingers');

    const error = await failureOf(services.stop());

    expect(error.code).toBe('SERVICES_STOP');
    expect(error.message).toBe('systemctl stop does not succeed: web is deactivating (stop-sigterm)');
  });

  it('count as stopped when systemctl complains and yet all are down', async () => {
    const services = systemdServices(UNITS, QUICK);
    await systemd.trouble('web', 'stop-fails', 'Job for web.service canceled.');

    await services.stop();

    expect(await services.running()).toEqual([]);
  });

  it('are not waited for without end when systemctl hangs', async () => {
    const services = systemdServices(UNITS, { ...QUICK, callTimeoutMs: 300 });
    await services.start();
    await systemd.trouble('web', 'stop-hangs');

    const error = await failureOf(services.stop());

    expect(error.code).toBe('SERVICES_STOP');
    expect(error.message).toContain('web is active (running); worker is active (running)');
    expect(error.message).toContain('systemctl has not ended in time');
  });

  it.each(['start-fails', 'start-hangs'] as const)('tell of a %s', async (trouble) => {
    await systemd.trouble('worker', trouble, 'Job for worker.service failed.');

    const error = await failureOf(systemdServices(UNITS, { ...QUICK, callTimeoutMs: 1000 }).start());

    expect(error).toMatchObject({ code: 'SERVICES_START', exitCode: 7 });
    expect(error.message).toContain('worker is inactive (dead)');
    expect(error.remedies).toContain('journalctl -u worker -n 50');
  });

  it('that fail just after their start are an error, though systemctl called it a success', async () => {
    await systemd.define('broken', 'sleep 0.1; exit 3');

    const error = await failureOf(systemdServices(['web', 'broken'], QUICK).start());

    expect(error.code).toBe('SERVICES_START');
    expect(error.message).toBe('systemctl start does not succeed: broken is failed (failed)');
  });

  it('that systemd restarts again and again are an error, also while they look active', async () => {
    await systemd.define('looping', 'sleep 0.15; exit 3', { restart: true });
    const patient = { ...QUICK, pollMs: 200, settleMs: 600 };

    const error = await failureOf(systemdServices(['web', 'looping'], patient).start());

    expect(error.code).toBe('SERVICES_START');
    expect(error.message).toMatch(/looping is (active|activating|failed) \(/);
    expect(error.message).not.toContain('web is');
  });

  it('start again after a crash loop had made systemd refuse them', async () => {
    await systemd.define('flaky', 'test -e "$STAND_IN/mended" && exec sleep 300', { restart: true });
    const services = systemdServices(['flaky'], { ...QUICK, settleMs: 1500 });
    await failureOf(services.start());
    await expect.poll(() => services.running(), { timeout: 5000 }).toEqual([]);
    await systemd.define('../mended', '');

    await services.start();

    expect(await services.running()).toEqual(['flaky']);
  });

  it('that do not exist, or are masked, are an error before any other is touched', async () => {
    const services = systemdServices(['web', 'worker', 'nobody'], QUICK);
    await systemdServices(UNITS, QUICK).start();
    const before = await systemd.calls();
    await systemd.trouble('worker', 'masked');

    for (const act of [() => services.stop(), () => services.start()]) {
      const error = await failureOf(act());
      expect(error).toMatchObject({ code: 'UNIT_UNKNOWN', exitCode: 2 });
      expect(error.message).toBe('unit worker is masked; there is no unit nobody');
    }
    expect(await systemd.calls()).toEqual(before);
    expect((await runningPids()).map(lives)).toEqual([true, true]);
  });
});

describe('the units of a plan', () => {
  it('are those of them that exist here', async () => {
    expect(await findUnits(['worker', 'nobody', 'web.service'])).toEqual(['worker', 'web.service']);
  });

  it('are none on a machine without systemd, where stopping them says so', async () => {
    const path = process.env.PATH;
    process.env.PATH = '/nonexistent';
    try {
      expect(await findUnits(UNITS)).toEqual([]);
      const error = await failureOf(systemdServices(UNITS).stop());
      expect(error).toMatchObject({ code: 'SYSTEMD_UNAVAILABLE', exitCode: 2 });
      expect(error.message).toBe('systemd does not answer on this machine: there is no systemctl');
      expect(error.remedies.join()).toContain('--stop-command');
    } finally {
      process.env.PATH = path;
    }
  });
});

describe('services that the admin stops and starts', () => {
  it('are asked for each time, and an answer that is refused ends it', async () => {
    const asked: string[] = [];
    const services = manualServices((what) => {
      asked.push(what);
      return what === 'start' ? Promise.reject(new Error('not now')) : Promise.resolve();
    });

    await services.stop();
    await expect(services.start()).rejects.toThrow('not now');

    expect(asked).toEqual(['stop', 'start']);
    expect(services.howStopped).toBe('by asking you to stop its services');
    expect(await services.running()).toEqual([]);
  });
});
