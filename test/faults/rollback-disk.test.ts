// A rollback for which there is no room leaves the application where it is, and a report that cannot be written hides nothing. Room is
// taken by a hole at the end of the source: a disk that is full can only be made by root.
import { mkdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSample } from '../../src/demo/sample.js';
import { loadCutover } from '../../src/run/cutover-state.js';
import { FILES } from '../../src/run/folder.js';
import { diskSpaceAt } from '../../src/tools/disk-space.js';
import { readDiary, untilDiary } from '../support/diary.js';
import { saidIn, takeBack } from '../support/live-commands.js';
import { type LiveSite, createLiveSite } from '../support/live-site.js';
import { newestRun } from '../support/migrate.js';
import { missingFromDiary } from '../support/missing-from-diary.js';

let site: LiveSite;
beforeEach(async () => {
  site = await createLiveSite();
  writeSample(site.source, { scores: 300 });
  await site.start();
});
afterEach(() => site.remove());

async function move(): Promise<string> {
  const moved = await site.move();
  expect(moved.exitCode, saidIn(moved.events)).toBe(0);
  return moved.folder;
}

async function expectWritesOn(side: 'sqlite' | 'postgresql'): Promise<void> {
  const { length } = readDiary(site.diary).transactions;
  const { transactions } = await untilDiary(site.diary, (diary) => diary.transactions.length > length + 5);
  expect(transactions.at(-1)?.on.split(':')[0]).toBe(side);
}

describe('a rollback without room for the copy of the source', () => {
  it('says how much it needs and changes nothing; with room it works', async () => {
    const folder = await move();
    const { size } = statSync(site.source);
    const { free } = await diskSpaceAt(folder);
    const missing = 2 ** 30;
    truncateSync(site.source, free + missing);
    const taken = await takeBack(site);
    expect(taken.events.at(-1)).toMatchObject({ type: 'run.failed', code: 'ROLLBACK_DISK', exitCode: 3 });
    expect(saidIn(taken.events)).toMatch(
      /not enough room in .+: .+ GB needed \(copy of the source .+ \+ state and report 16\.8 MB\), .+ GB free; nothing is changed/,
    );
    expect(loadCutover(folder)?.phase).toBe('done');
    expect(newestRun(site).state).toMatchObject({ outcome: 'completed', exitCode: 0 });
    await expectWritesOn('postgresql');
    expect(readDiary(site.diary).errors).toEqual([]);

    truncateSync(site.source, size);
    const again = await takeBack(site);
    expect(again.exitCode, saidIn(again.events)).toBe(0);
    await expectWritesOn('sqlite');
    await site.stop();
    expect(await missingFromDiary(site.diary, site.source)).toEqual([]);
  });
});

describe('a report that cannot be written', () => {
  it('after a rollback is said, with all else done', async () => {
    const folder = await move();
    takeName(join(folder, 'report.txt'));
    const taken = takeBack(site);
    await expect(taken).rejects.toThrow('all is done, but the report cannot be written');
    await expect(taken).rejects.toMatchObject({ code: 'NO_REPORT', exitCode: 75 });
    expect(newestRun(site).state.outcome).toBe('rolled-back');
    await expectWritesOn('sqlite');
  });

  it('hides no failure, nor that the application may be stopped', async () => {
    const folder = await move();
    takeName(join(folder, 'report.txt'));
    takeName(join(folder, `${FILES.sourceBefore}.part`));
    const taken = await takeBack(site);
    expect(taken.exitCode, saidIn(taken.events)).toBe(10);
    expect(loadCutover(folder)?.phase).toBe('carrying');
    expect(readFileSync(join(folder, FILES.byHand), 'utf8')).toContain(site.startCommand);
    rmSync(join(folder, `${FILES.sourceBefore}.part`), { recursive: true });
    rmSync(join(folder, 'report.txt'), { recursive: true });
    const again = await takeBack(site);
    expect(again.exitCode, saidIn(again.events)).toBe(0);
    await expectWritesOn('sqlite');
  });
});

/** A folder of this name, which no file can replace. */
function takeName(file: string): void {
  rmSync(file, { force: true });
  mkdirSync(join(file, 'in the way'), { recursive: true });
}
