// A full disk under the backup folder is said as such, and no bug; what has failed before it is said too. /dev/full is a full disk.
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WizardError, messageOf } from '../../src/errors.js';
import { changeCutover } from '../../src/run/cutover-state.js';
import { FILES, readEvents } from '../../src/run/folder.js';
import { Journal } from '../../src/run/journal.js';
import { lockFolder } from '../../src/run/lock.js';
import type { Step } from '../../src/run/step.js';
import { writeError, writing } from '../../src/run/write-error.js';
import { createSite, endingOf } from '../support/migrate.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ttm-full-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: no space left on device, write`), { code });
}

describe('a write that fails', () => {
  it.each(['ENOSPC', 'EDQUOT', 'EROFS', 'SQLITE_FULL'])('for want of a disk (%s) can be resumed', (code) => {
    const write = (): void =>
      writing('/srv/backups/run/state.json', () => {
        throw systemError(code);
      });
    expect(write).toThrow(WizardError);
    expect(write).toThrow(expect.objectContaining({ code: 'BACKUP_DISK', exitCode: 75 }));
    expect(write).toThrow('/srv/backups/run/state.json cannot be written');
  });

  it('because the disk is mounted read-only asks for no room', () => {
    const error = writeError('/srv/backups/run/state.json', systemError('EROFS'));
    expect(error).toMatchObject({
      remedies: [expect.stringContaining('findmnt -T /srv/backups/run'), expect.any(String)],
    });
    expect(JSON.stringify(error)).not.toContain('room');
  });

  it('because its folder is gone names the folder, and what to type', () => {
    const file = join(folder, 'backups', 'run', 'state.json');
    const gone = writeError(file, systemError('ENOENT'));
    expect(gone).toMatchObject({ code: 'BACKUP_DIR', exitCode: 2 });
    expect(messageOf(gone)).toContain(`the folder ${dirname(file)} is not there any more: ENOENT`);
    expect(JSON.stringify(gone)).toContain(`findmnt -T ${dirname(file)}`);
    // Of a copy, what is not there may be the file that is read.
    const error = systemError('ENOENT');
    expect(writeError(join(folder, 'state.json'), error)).toBe(error);
  });

  it('for any other reason stays what it is', () => {
    const error = systemError('EINVAL');
    expect(writeError('/srv/backups/run/state.json', error)).toBe(error);
  });
});

describe('an event that cannot be written', () => {
  it('is told all the same, ends what goes on, and hides no failure', () => {
    const told: string[] = [];
    const sinks = [(event: { type: string }) => told.push(event.type)];
    const journal = new Journal({ run: '20260131-020000-3f9a', folder, secrets: [], sinks });
    const notice = (): void => journal.emit({ type: 'notice', message: 'half way' });
    const events = join(folder, FILES.events);
    symlinkSync('/dev/full', events);
    expect(notice).toThrow(expect.objectContaining({ code: 'BACKUP_DISK', exitCode: 75 }));
    const why = { code: 'BACKUP_DISK', message: 'full', remedies: [], elapsedMs: 1 };
    journal.emit({ type: 'run.failed', exitCode: 75, ...why });
    expect(told).toEqual(['notice', 'run.failed']);
    rmSync(events);
    notice();
    expect(readEvents(folder).map(({ type }) => type)).toEqual(['notice']);
  });
});

describe('a backup folder that cannot be locked for want of room', () => {
  it('is a full disk and no bug, and can be locked when there is room', () => {
    const holder = join(folder, '.ttm-wizard.holder');
    symlinkSync('/dev/full', holder);
    expect(() => lockFolder(folder)).toThrow(expect.objectContaining({ code: 'BACKUP_DISK', exitCode: 75 }));
    rmSync(holder);
    lockFolder(folder).release();
  });
});

describe('a backup folder that vanishes in the middle of a check', () => {
  it('ends the run with its name, exit 2, and is no bug', async () => {
    const site = await createSite();
    try {
      const vanishing: Step = {
        name: 'preflight',
        title: 'Check everything',
        plan: () => Promise.resolve([]),
        run: ({ options }) => {
          rmSync(options.backupDir, { recursive: true });
          return Promise.resolve({ summary: 'checked' });
        },
        check: () => Promise.resolve(),
        undo: () => Promise.resolve(undefined),
      };
      const moved = await site.migrate({}, { steps: [vanishing] });
      expect(endingOf(moved)).toMatchObject({ type: 'run.failed', code: 'BACKUP_DIR', exitCode: 2 });
      expect(moved.exitCode).toBe(2);
    } finally {
      await site.remove();
    }
  });
});

describe('a disk that becomes full while the application is being started on the target', () => {
  it('is said together with where the application may be, and what starts it', async () => {
    const site = await createSite();
    try {
      const full: Step = {
        name: 'cutover',
        title: 'Switch the application over',
        plan: () => Promise.resolve([]),
        run: ({ folder: path }): never => {
          const services = { units: ['moon'], healthUrl: 'http://127.0.0.1:1' };
          changeCutover(path, { phase: 'started', isOnTarget: true, services });
          throw writeError(join(path, FILES.cutover), systemError('ENOSPC'));
        },
        check: () => Promise.resolve(),
        undo: () => Promise.resolve(undefined),
      };
      const moved = await site.migrate(
        { cutover: { envFiles: [], services: [], capture: 'none' } },
        { steps: [full] },
      );
      expect(endingOf(moved)).toMatchObject({ type: 'run.failed', code: 'BACKUP_DISK', exitCode: 75 });
      expect(moved.view.message).toContain(
        'the application was being started on the target, and may be stopped',
      );
      expect(moved.view.remedies.join()).toContain('systemctl start moon');
    } finally {
      await site.remove();
    }
  });
});
