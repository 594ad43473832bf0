// Putting env files back, also those that a person has edited since; and what is shown of a switch beforehand.
import { chmodSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { valueOf } from '../../src/app/env-file.js';
import { planSwitch, restoreFiles } from '../../src/app/env-switch.js';
import { KEY, URL } from './env-case.js';
import {
  NEW,
  OLD,
  type Server,
  make,
  makeServer,
  pictureOf,
  read,
  switchAll,
  thrownBy,
} from './server-folder.js';

let server: Server;
let home: string;
let folder: string;
let etc: string;
let dot: string;

beforeEach(() => {
  server = makeServer();
  ({ home, folder, etc, dot } = server);
});

afterEach(() => {
  rmSync(home, { recursive: true });
});

describe('a restore', () => {
  test('does nothing when nothing was switched, and nothing the second time', () => {
    expect(restoreFiles(folder)).toEqual([]);
    switchAll(server, [etc]);
    expect(restoreFiles(folder)).toHaveLength(1);
    writeFileSync(etc, 'LATER=1\n');
    expect(restoreFiles(folder)).toEqual([]);
    expect(read(etc)).toBe('LATER=1\n');
  });

  test('of a file edited since puts only the key back and keeps the edited version', () => {
    switchAll(server, [etc, dot]);
    const edited = `${read(etc)}MORE=1\n`;
    writeFileSync(etc, edited, 'latin1');
    const [first, second] = restoreFiles(folder);
    expect(first?.outcome).toBe('key only');
    expect(read(etc)).toBe(`${OLD}MORE=1\n`);
    expect(read(first?.edited ?? '')).toBe(edited);
    expect(second?.outcome).toBe('restored');
  });

  test('of a made file edited since takes only the key out', () => {
    rmSync(dot);
    switchAll(server, [dot]);
    writeFileSync(dot, `A=1\n${read(dot)}B=2\n`);
    expect(restoreFiles(folder)[0]?.outcome).toBe('key only');
    expect(read(dot)).toBe('A=1\nB=2\n');
  });

  test('of a file edited between two tries of the switch keeps that edit', () => {
    switchAll(server, [etc]);
    writeFileSync(etc, `${read(etc)}MORE=1\n`, 'latin1');
    switchAll(server, [etc], 'postgresql://other:pw@h/d');
    expect(restoreFiles(folder)[0]?.outcome).toBe('key only');
    expect(read(etc)).toBe(`${OLD}MORE=1\n`);
  });

  test('of a file deleted or changed in mode since brings it back whole', () => {
    const before = pictureOf(server);
    switchAll(server, [etc, dot]);
    rmSync(etc);
    chmodSync(dot, 0o666);
    restoreFiles(folder);
    expect(pictureOf(server)).toEqual(before);
  });

  test('with a damaged copy leaves the file alone and says so', () => {
    switchAll(server, [etc]);
    writeFileSync(join(folder, 'env', '1-tothemoon.env'), 'broken');
    expect(thrownBy(() => restoreFiles(folder)).message).toContain('copy');
    expect(read(etc)).toBe(NEW);
  });

  test('with a damaged manifest says where the copies are', () => {
    switchAll(server, [etc]);
    writeFileSync(join(folder, 'env', 'manifest.json'), '{"v":1');
    const error = thrownBy(() => restoreFiles(folder));
    expect(error).toMatchObject({ code: 'ENV_FILE', exitCode: 10 });
    expect(error.remedies.join(' ')).toContain(join(folder, 'env'));
  });
});

describe('the plan', () => {
  test('shows only the lines of the key, with every password masked, and changes nothing', () => {
    make(
      home,
      'etc/tothemoon.env',
      'API=hidden\nDATABASE_URL=postgresql://u:old@p/w@h/d?password=x\n',
      0o600,
    );
    const before = pictureOf(server);
    const changes = planSwitch([etc, dot, join(home, 'srv', 'none.env')], KEY, URL);
    const masked = URL.replace('s3cret', '***');
    expect(changes.map(({ exists, before: was, after, diff }) => [exists, was, after, diff])).toEqual([
      [
        true,
        'postgresql://u:***@h/d?password=***',
        masked,
        ['- DATABASE_URL=postgresql://u:***@h/d?password=***', `+ DATABASE_URL=${masked}`],
      ],
      [true, undefined, masked, [`+ DATABASE_URL=${masked}`]],
      [false, undefined, masked, [`+ DATABASE_URL=${masked}`]],
    ]);
    expect(JSON.stringify(changes)).not.toMatch(/s3cret|hidden|old@|p\/w/);
    expect(pictureOf(server)).toEqual(before);
    expect(valueOf(readFileSync(etc), KEY)).toContain('old@p/w');
  });

  test('has an empty diff for a file that is as it should be', () => {
    switchAll(server, [etc]);
    expect(planSwitch([etc], KEY, URL)[0]?.diff).toEqual([]);
  });

  test('shows both lines that change, and not the one between them', () => {
    writeFileSync(etc, 'DATABASE_URL=a\nAPI=hidden\nexport DATABASE_URL=b\n');
    const masked = URL.replace('s3cret', '***');
    expect(planSwitch([etc], KEY, URL)[0]?.diff).toEqual([
      '- DATABASE_URL=a',
      `+ DATABASE_URL=${masked}`,
      '- export DATABASE_URL=b',
      `+ export DATABASE_URL=${masked}`,
    ]);
  });

  test('keeps control characters of a file away from the terminal', () => {
    writeFileSync(etc, 'DATABASE_URL=a\x1b[31m\n');
    expect(planSwitch([etc], KEY, URL)[0]?.diff[0]).toBe('- DATABASE_URL=a?[31m');
  });

  test('remarks on who will read the password, on hard links and on duplicates', () => {
    linkSync(etc, join(home, 'etc', 'second.env'));
    writeFileSync(etc, 'DATABASE_URL=a\nDATABASE_URL=b\n');
    const remarks = planSwitch([etc, dot], KEY, URL).map((one) => one.remarks);
    expect(remarks).toEqual([
      [
        'every user may read the file and the password in it (mode 0644)',
        'the file has 2 names (hard links); only this one changes',
        'line 1 sets DATABASE_URL too and is left: line 2 wins',
      ],
      ['line 2 ends in CR LF: bash takes the CR for a part of the value'],
    ]);
  });
});
