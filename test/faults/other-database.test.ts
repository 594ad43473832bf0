// An application that does not use the file that is to be moved: nothing is stopped, and it goes on where it was.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSample } from '../../src/demo/sample.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { readDiary, untilDiary } from '../support/diary.js';
import { envStateOf, saidIn, takeBack } from '../support/live-commands.js';
import { type LiveSite, createLiveSite } from '../support/live-site.js';
import { type Migration, findingsOf } from '../support/migrate.js';

let site: LiveSite;
let second: TestDatabase | undefined;
let third: TestDatabase | undefined;

beforeEach(async () => {
  site = await createLiveSite();
  writeSample(site.source, { scores: 800 });
  await site.start();
});
afterEach(async () => {
  await site.remove();
  await second?.drop();
  await third?.drop();
  second = third = undefined;
});

/** It was never stopped, its env files are as they were, and what it writes goes where it went before. */
async function expectUntouched(
  run: Migration,
  before: unknown,
  side: 'sqlite' | 'postgresql',
): Promise<void> {
  const told = saidIn(run.events);
  expect(told).not.toMatch(/^stopping the application /m);
  expect(envStateOf(site), told).toEqual(before);
  const { length } = readDiary(site.diary).transactions;
  const { transactions } = await untilDiary(site.diary, (diary) => diary.transactions.length > length + 5);
  expect(new Set(transactions.slice(length + 1).map(({ on }) => on.split(':')[0]))).toEqual(new Set([side]));
}

function errorsOf(run: Migration): string[] {
  const findings = findingsOf(run, 'preflight').filter(({ severity }) => severity === 'error');
  return findings.map(({ code }) => code);
}

describe('a source that the application does not use', () => {
  it('is refused in preflight and in a dry run, with the env file, both files and what to type', async () => {
    const other = join(site.folder, 'other.db');
    copyFileSync(site.source, other);
    const before = envStateOf(site);
    for (const dryRun of [true, false]) {
      const run = await site.move({ source: other, dryRun });
      const told = saidIn(run.events);
      expect(run.exitCode, told).toBe(3);
      expect(errorsOf(run)).toEqual(['other-database']);
      const [finding] = findingsOf(run, 'preflight').filter(({ severity }) => severity === 'error');
      for (const text of [site.envFiles[1], `sqlite:///${site.source}`, other])
        expect(finding?.message).toContain(text);
      for (const text of [`--source ${site.source} `, '--env-file', '--no-cutover'])
        expect(run.view.remedies.join('\n')).toContain(text);
      await expectUntouched(run, before, 'sqlite');
    }
    expect(await site.query(`SELECT to_regclass('tokens') AS tokens`)).toEqual([{ tokens: null }]);
  });

  it('is refused before the stop when the env file was changed since preflight', async () => {
    const [etc] = site.envFiles;
    const old = readFileSync(etc, 'utf8');
    const elsewhere = `${old}DATABASE_URL=sqlite:////nowhere/dev.db\n`;
    let changed: unknown;
    const run = await site.move(
      {},
      {
        onEvent: (event) => {
          if (changed !== undefined || !('message' in event) || !/^brought over while/.test(event.message))
            return;
          writeFileSync(etc, elsewhere);
          changed = envStateOf(site);
        },
      },
    );
    const told = saidIn(run.events);
    expect(run.view, told).toMatchObject({ code: 'OTHER_DATABASE', exitCode: 7 });
    expect(run.view.message).toContain(`env file ${etc} says DATABASE_URL=sqlite:////nowhere/dev.db`);
    await expectUntouched(run, changed, 'sqlite');
    writeFileSync(etc, old);
    const again = await site.move();
    expect(again.exitCode, saidIn(again.events)).toBe(0);
  });
});

describe('an application that has been switched over to one target', () => {
  it('is not switched to another one from the old file, by a new run, an unfinished one or an edited env file', async () => {
    second = await createDatabase();
    third = await createDatabase();
    const withoutStop = await site.migrate({ target: second.url });
    expect(withoutStop.exitCode, saidIn(withoutStop.events)).toBe(0);
    const old = site.envFiles.map((file) => readFileSync(file));
    const moved = await site.move();
    expect(moved.exitCode, saidIn(moved.events)).toBe(0);
    const before = envStateOf(site);

    const unfinished = await site.move({ target: second.url });
    expect(unfinished.view, saidIn(unfinished.events)).toMatchObject({ code: 'OTHER_DATABASE', exitCode: 7 });
    await expectUntouched(unfinished, before, 'postgresql');

    const fresh = await site.move({ target: third.url });
    expect(fresh.exitCode, saidIn(fresh.events)).toBe(3);
    expect(errorsOf(fresh)).toEqual(['other-database', 'moved-elsewhere']);
    expect(fresh.view.findings.map(({ message }) => message).join('\n')).toContain(
      `run ${moved.view.run} has`,
    );
    expect(fresh.view.remedies.join('\n')).toContain('ttm-wizard rollback');
    await expectUntouched(fresh, before, 'postgresql');

    const elsewhere = join(site.folder, 'other backups');
    expect(errorsOf(await site.move({ target: third.url, backupDir: elsewhere }))).toEqual([
      'other-database',
    ]);

    const switched = site.envFiles.map((file) => readFileSync(file));
    site.envFiles.forEach((file, i) => writeFileSync(file, old[i] ?? ''));
    expect(errorsOf(await site.move({ target: third.url }))).toEqual(['moved-elsewhere']);
    site.envFiles.forEach((file, i) => writeFileSync(file, switched[i] ?? ''));

    expect((await takeBack(site)).exitCode).toBe(0);
    const next = await site.move({ target: third.url });
    expect(next.exitCode, saidIn(next.events)).toBe(0);
  });

  it('is told in a dry run that its env files name the target already', async () => {
    const moved = await site.move();
    expect(moved.exitCode, saidIn(moved.events)).toBe(0);
    const again = await site.move({ dryRun: true });
    const warnings = findingsOf(again, 'preflight').filter(({ code }) => code === 'database-in-use');
    expect(warnings.map(({ severity }) => severity)).toEqual(['warning']);
    expect(warnings[0]?.message).toContain('is the target already');
  });
});
