// A full disk under the backup folder is said as such, and no bug.
import { describe, expect, it } from 'vitest';
import { WizardError } from '../../src/errors.js';
import { writeError, writing } from '../../src/run/write-error.js';

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

  it('for any other reason stays what it is', () => {
    const error = systemError('EINVAL');
    expect(writeError('/srv/backups/run/state.json', error)).toBe(error);
  });
});
