// Room for a switch-over is asked before the application is stopped. A kernel's own file system is one without any room.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunOptions } from '../../src/config/run-options.js';
import { checkRoomForRollback, checkRoomForSwitch } from '../../src/run/room.js';
import { tothemoon } from '../../src/plans/tothemoon.js';

const FULL = '/proc/self';
const options: RunOptions = {
  plan: tothemoon,
  source: '/srv/tothemoon/dev.db',
  target: 'postgresql://tothemoon@localhost/tothemoon_prod',
  backupDir: '/srv/tothemoon/backups',
  jobs: 1,
  onBadValue: 'stop',
  onDrift: 'stop',
  dump: false,
  resume: false,
  restart: false,
  dryRun: false,
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ttm-room-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a switch-over', () => {
  it('stops early on a full disk, before the application does', async () => {
    await expect(checkRoomForSwitch({ folder: FULL, options })).rejects.toMatchObject({
      code: 'BACKUP_DISK',
      exitCode: 75,
      message:
        'not enough room in /proc/self for the switch-over: 16.8 MB needed, 0 B free; the application has not been stopped',
      remedies: [
        'df -h /proc/self    shows how much room there is',
        'make room, then: ttm-wizard run --resume',
      ],
    });
  });

  it('goes on where there is room', async () => {
    await expect(checkRoomForSwitch({ folder, options })).resolves.toBeUndefined();
  });
});

describe('a rollback', () => {
  it('that copies nothing needs room for its state alone', async () => {
    await expect(checkRoomForRollback({ folder: FULL, options }, { copies: false })).rejects.toMatchObject({
      code: 'ROLLBACK_DISK',
      exitCode: 3,
      message:
        'not enough room in /proc/self for a rollback: 16.8 MB needed (copy of the source 0 B + state and report 16.8 MB), 0 B free; nothing is changed',
    });
  });
});
