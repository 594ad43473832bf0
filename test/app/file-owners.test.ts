// Files of the application that root holds back: by their owners and modes, and once on real files.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type OwnedFile, checkOwners, ownerFindings } from '../../src/app/file-owners.js';

const APP = { uid: 1000, gid: 1001 };
const ROOT = { uid: 0, gid: 0 };

const at = (path: string, owner: Pick<OwnedFile, 'uid' | 'gid'>, mode = 0o644): OwnedFile => ({
  path,
  mode,
  ...owner,
});
const SOUND = {
  file: at('/srv/dev.db', APP),
  folder: at('/srv', APP),
  siblings: [at('/srv/dev.db-wal', APP)],
  envFiles: [at('/srv/.env', APP, 0o600)],
};

describe('owners', () => {
  test.each([
    ['all of the application', SOUND],
    ['all of root', { ...SOUND, file: at('/srv/dev.db', ROOT), folder: at('/srv', ROOT) }],
    ['a folder of root', { ...SOUND, folder: at('/srv', ROOT) }],
    ['an env file of root that all may read', { ...SOUND, envFiles: [at('/srv/.env', ROOT)] }],
    ['one for its group', { ...SOUND, envFiles: [at('/srv/.env', { uid: 0, gid: 1001 }, 0o640)] }],
    ['one that systemd reads', { ...SOUND, envFiles: [at('/etc/moon.env', ROOT, 0o600)] }],
    [
      'one of root, for an application of root',
      {
        ...SOUND,
        file: at('/srv/dev.db', ROOT),
        folder: at('/srv', ROOT),
        envFiles: [at('/srv/.env', ROOT, 0o600)],
      },
    ],
  ])('%s: nothing to say', (_, files) => {
    expect(ownerFindings(files)).toMatchObject([{ severity: 'ok', code: 'owners' }]);
  });

  test.each([
    ['the database file', { ...SOUND, file: at('/srv/dev.db', ROOT) }, 'chown --reference=/srv /srv/dev.db'],
    [
      'its log',
      { ...SOUND, siblings: [at('/srv/dev.db-wal', ROOT)] },
      'chown --reference=/srv/dev.db /srv/dev.db-wal',
    ],
    ['its env file', { ...SOUND, envFiles: [at('/srv/.env', ROOT, 0o600)] }, 'chgrp 1001 /srv/.env'],
    [
      'its env file, for another group',
      { ...SOUND, envFiles: [at('/srv/.env', { uid: 0, gid: 5 }, 0o640)] },
      'chgrp 1001',
    ],
  ])('%s of root is a warning with what to type', (_, files, remedy) => {
    const findings = ownerFindings(files);
    expect(findings.map(({ severity }) => severity)).toEqual(['warning']);
    expect(findings[0]?.remedies.join()).toContain(remedy);
  });

  test('everything is told at once', () => {
    const files = {
      ...SOUND,
      siblings: [at('/srv/dev.db-wal', ROOT), at('/srv/dev.db-shm', ROOT)],
      envFiles: [at('/srv/.env', ROOT, 0o600)],
    };
    expect(ownerFindings(files)).toHaveLength(3);
  });
});

describe('real files', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ttm-owners-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('that we have made ourselves are all right', () => {
    const source = join(folder, 'dev.db');
    for (const suffix of ['', '-wal', '-shm']) writeFileSync(source + suffix, '');
    expect(checkOwners(source, [join(folder, '.env')])).toMatchObject([{ severity: 'ok' }]);
  });

  test('that are not there are left to other checks', () => {
    expect(checkOwners(join(folder, 'none.db'), [])).toEqual([]);
  });
});
