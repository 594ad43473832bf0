// Ctrl-C while the application stands, units of systemd instead of commands, and the password of the target, which must be in no file
// but the env files.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSample } from '../../src/demo/sample.js';
import { loadCutover } from '../../src/run/cutover-state.js';
import { readDiary, untilDiary } from '../support/diary.js';
import { envStateOf, saidIn, startWizard, takeBack } from '../support/live-commands.js';
import { untilAnswers } from '../support/live-services.js';
import { type LiveSite, createLiveSite } from '../support/live-site.js';
import { type Migration, newestRun } from '../support/migrate.js';
import { missingFromDiary } from '../support/missing-from-diary.js';
import { createStandIn } from '../support/systemd-stand-in.js';
import { filesUnder } from './wizard-process.js';

const PROGRAM = fileURLToPath(new URL('../../dist/src/demo/application/main.js', import.meta.url));

let site: LiveSite;
let before: unknown;
beforeEach(async () => {
  site = await createLiveSite();
  writeSample(site.source, { scores: 800 });
  before = envStateOf(site);
});
afterEach(() => site.remove());

/** Ctrl-C at the first event that says so. */
function moveUntil(
  pattern: RegExp,
  takenBack: string[] = [],
  then: () => void = () => undefined,
): Promise<Migration> {
  const stop = new AbortController();
  const onEvent = (event: { message?: string }): void => {
    if (event.message !== undefined && pattern.test(event.message)) {
      stop.abort('SIGINT');
      then();
    }
    if (event.message?.startsWith('the application answers from ') === true && stop.signal.aborted)
      takenBack.push(loadCutover(newestRun(site).path)?.failure?.code ?? 'none');
  };
  return site.move({}, { stop, onEvent: (event) => onEvent('message' in event ? event : {}) });
}

async function expectWrites(side: 'source' | 'target', told: string): Promise<void> {
  const { length } = readDiary(site.diary).transactions;
  const { transactions } = await untilDiary(site.diary, (diary) => diary.transactions.length > length + 5);
  expect(transactions.at(-1)?.on.split(':')[0], told).toBe(side === 'source' ? 'sqlite' : 'postgresql');
}

describe('Ctrl-C during a switch-over', () => {
  it.each([/^stopping the application /, /^brought over after the stop/])(
    'after %s takes it back, and the next run goes on',
    async (pattern) => {
      await site.start();
      const takenBack: string[] = [];
      const moved = await moveUntil(pattern, takenBack);
      expect(moved.exitCode, saidIn(moved.events)).toBe(130);
      expect(new Set(takenBack)).toEqual(new Set(['STOPPED']));
      expect(envStateOf(site)).toEqual(before);
      await untilAnswers(`${site.healthUrl}/tokens/stats`);
      await expectWrites('source', saidIn(moved.events));
      const again = await site.move();
      expect(again.exitCode, saidIn(again.events)).toBe(0);
      await expectWrites('target', saidIn(again.events));
    },
  );

  it('once the target counts lets it be finished, also beside somebody who reads the source', async () => {
    await site.start();
    let reader: ChildProcess | undefined;
    const moved = await moveUntil(/^switched: /, [], () => {
      const file = openSync(site.source, 'r');
      reader = spawn('sleep', ['60'], { stdio: [file, 'ignore', 'ignore'] });
      closeSync(file);
    });
    expect(moved.exitCode, saidIn(moved.events)).toBe(130);
    await expectWrites('target', saidIn(moved.events));
    expect(reader?.kill()).toBe(true);
    const again = await site.move();
    expect(again.exitCode, saidIn(again.events)).toBe(0);
  });
});

describe('a unit of systemd', () => {
  it('that does not stop makes the switch-over be taken back; when it does, all goes well, the rollback too', async () => {
    const systemd = await createStandIn();
    try {
      const envFiles = site.envFiles.map((file) => `--env-file ${file}`).join(' ');
      const port = new URL(site.healthUrl).port;
      await systemd.define(
        'moon',
        `exec ${process.execPath} ${PROGRAM} ${envFiles} --diary ${site.diary} --port ${port} --scores-per-minute 1200 --deletes`,
      );
      const { envFiles: files, healthUrl, capture } = site.cutover;
      const cutover = { envFiles: files, healthUrl: healthUrl ?? '', capture, services: ['moon'] };
      const { execa } = await import('execa');
      await execa('systemctl', ['start', 'moon']);
      await untilAnswers(`${site.healthUrl}/tokens/stats`);
      await systemd.trouble('moon', 'stop-fails', 'Failed to stop moon.service: Connection timed out');

      const failed = await site.move({ cutover });
      expect(failed.events.at(-1), saidIn(failed.events)).toMatchObject({
        code: 'SERVICES_STOP',
        exitCode: 7,
      });
      await expectWrites('source', saidIn(failed.events));
      await systemd.mend('moon', 'stop-fails');
      const moved = await site.move({ cutover });
      expect(moved.exitCode, saidIn(moved.events)).toBe(0);
      await expectWrites('target', saidIn(moved.events));
      const taken = await takeBack(site);
      expect(taken.exitCode, saidIn(taken.events)).toBe(0);
      await expectWrites('source', saidIn(taken.events));
      await execa('systemctl', ['stop', 'moon']);
      expect(await missingFromDiary(site.diary, site.source)).toEqual([]);
      expect(readDiary(site.diary).errors).toEqual([]);
    } finally {
      await systemd.remove();
    }
  });
});

describe('the password of the target', () => {
  it('is in no file of the run, also when the application that cannot start prints its URL', async () => {
    await site.start();
    const { password } = new URL(site.target);
    expect(password.length).toBeGreaterThan(2);
    const prints = `cat '${site.envFiles[0]}'; grep -q postgres '${site.envFiles[0]}' && exit 1; ${site.startCommand}`;
    const failed = startWizard({ ...site, startCommand: prints }, 'run');
    const ending = await failed.ended;
    expect(ending.code, ending.stderr).toBe(7);
    expect(saidIn(failed.events)).toContain('DATABASE_URL');
    expect(ending.stdout + ending.stderr).not.toContain(password);
    for (const file of filesUnder(site.backupDir)) {
      // What the command itself has printed is kept as it is, for root alone.
      if (file.endsWith('start-command.log')) continue;
      expect(readFileSync(file).includes(password), file).toBe(false);
    }
    expect(JSON.parse(readFileSync(join(newestRun(site).path, 'cutover.json'), 'utf8'))).toMatchObject({
      phase: 'caught-up',
    });
  });
});
