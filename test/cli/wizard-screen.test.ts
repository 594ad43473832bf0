// The wizard in a real terminal, led by keys alone: the whole migration with its switch-over and the way back, and everything that happens
// to terminals meanwhile.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeSample } from '../../src/demo/sample.js';
import { listRuns } from '../../src/run/folder.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { untilDiary } from '../support/diary.js';
import { type LiveSite, createLiveSite } from '../support/live-site.js';
import { missingFromDiary } from '../support/missing-from-diary.js';
import { KEYS, Terminal } from '../support/terminal.js';

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const CLEAR_SCROLLBACK = '\u001b[3J';
/** Long enough that the copy can be met on its way. */
const MANY = 20_000;
const FEW = 500;
/** A busy machine. */
const PATIENCE_MS = 120_000;

let site: LiveSite;
const terminals: Terminal[] = [];
beforeEach(async () => {
  site = await createLiveSite();
});
afterEach(async () => {
  for (const terminal of terminals.splice(0)) terminal.remove();
  await site.remove();
});

function begin(...args: readonly string[]): Terminal {
  return beginWith({ TTM_TARGET: site.target }, ...args);
}

function beginWith(env: Readonly<Record<string, string>>, ...args: readonly string[]): Terminal {
  const all = [
    'run',
    '--source',
    site.source,
    '--backup-dir',
    site.backupDir,
    '--no-dump',
    '--jobs',
    '1',
    ...args,
  ];
  const terminal = new Terminal(all, env);
  terminals.push(terminal);
  return terminal;
}

/** Through the first two screens. */
async function connect(terminal: Terminal): Promise<void> {
  await terminal.waitFor('Enter go on');
  terminal.press(KEYS.enter);
  await terminal.waitFor('the target answers');
  terminal.press(KEYS.enter);
}

/** Through the plan, and into the copy. */
async function copy(terminal: Terminal): Promise<void> {
  await connect(terminal);
  await terminal.waitFor('Enter start');
  terminal.press(KEYS.enter);
  await terminal.waitFor(/token_scores +copying/);
}

function expectRestored(terminal: Terminal): void {
  expect(terminal.hasEcho()).toBe(true);
  expect(terminal.raw.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(terminal.raw.lastIndexOf(HIDE_CURSOR));
  expect(terminal.raw).not.toContain(CLEAR_SCROLLBACK);
}

test(
  'from Welcome to Done and back again, while the application writes: nothing is missing',
  async () => {
    writeSample(site.source, { scores: FEW });
    await site.start();
    const before = site.envFiles.map((file) => readFileSync(file));
    const terminal = begin(
      ...site.envFiles.flatMap((file) => ['--env-file', file]),
      ...[
        '--stop-command',
        site.stopCommand,
        '--start-command',
        site.startCommand,
        '--health-url',
        site.healthUrl,
      ],
    );
    await connect(terminal);
    await terminal.waitFor('What the switch-over changes');
    await terminal.waitFor('Enter start');
    terminal.press(KEYS.enter);
    await terminal.waitFor('Enter switch over now');
    terminal.press(KEYS.enter);
    await terminal.waitFor(/downtime .* over: the application answers/);
    await terminal.waitFor('Enter leave it so');
    await untilDiary(site.diary, ({ transactions }) =>
      transactions.some(({ on }) => on.startsWith('postgres')),
    );

    terminal.press('r');
    await terminal.waitFor('To take it back, type the name of the database');
    terminal.press('something else', KEYS.enter);
    await terminal.waitFor('type it exactly');
    const [, database = ''] = /name of the database: (\w+)/.exec(terminal.text) ?? [];
    terminal.press('\u0015', database, KEYS.enter);
    expect(await terminal.ended).toBe(0);
    expectRestored(terminal);
    expect(terminal.text).toContain('has been taken back');
    await site.stop();
    expect(await missingFromDiary(site.diary, site.source)).toEqual([]);
    site.envFiles.forEach((file, i) => expect(readFileSync(file)).toEqual(before[i]));
  },
  PATIENCE_MS,
);

test(
  'Ctrl-C once stops at a safe point and says so; the same command offers to go on, in a window of another size',
  async () => {
    writeSample(site.source, { scores: MANY });
    const first = begin('--no-cutover');
    await copy(first);
    await first.resize(50, 20);
    await first.waitFor('4/6 Copy');
    first.press(KEYS.interrupt);
    await first.waitFor('Stopping after this chunk');
    expect(await first.ended).toBe(130);
    expect(first.text).toContain('the same command with --resume goes on');
    expectRestored(first);

    const second = begin('--no-cutover');
    await connect(second);
    await second.waitFor('Enter go on at copy');
    const [startedAt, sent] = [performance.now(), second.raw.length];
    second.press(KEYS.enter);
    await second.waitFor('Enter leave it so', 60_000);
    const bytesPerSecond = ((second.raw.length - sent) / (performance.now() - startedAt)) * 1000;
    expect(bytesPerSecond).toBeLessThan(12 * 1024);
    second.press('q');
    expect(await second.ended).toBe(0);
    expect(second.text).toContain('copied and compared');
    expectRestored(second);
  },
  PATIENCE_MS,
);

test(
  'Ctrl-C twice stops at once, and the terminal is as it was',
  async () => {
    writeSample(site.source, { scores: MANY });
    const terminal = begin('--no-cutover');
    await copy(terminal);
    const startedAt = performance.now();
    terminal.press(KEYS.interrupt, KEYS.interrupt);
    expect(await terminal.ended).toBe(130);
    expect(performance.now() - startedAt).toBeLessThan(5000);
    expectRestored(terminal);
  },
  PATIENCE_MS,
);

test(
  'a line that drops in the middle of the copy: the work goes on to its end, and the next start finds it done',
  async () => {
    writeSample(site.source, { scores: MANY });
    const first = begin('--no-cutover');
    await copy(first);
    first.hangUp();
    const deadline = performance.now() + 60_000;
    // The report is the last that it writes.
    while (!existsSync(join(listRuns(site.backupDir).at(-1)?.path ?? '', 'report.txt'))) {
      expect(performance.now()).toBeLessThan(deadline);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(listRuns(site.backupDir).at(-1)?.state.outcome).toBe('completed');

    const second = begin('--no-cutover');
    await connect(second);
    await second.waitFor('Check it');
    second.press(KEYS.enter);
    await second.waitFor('Enter leave it so', 60_000);
    second.press('q');
    expect(await second.ended).toBe(0);
    expectRestored(second);
  },
  PATIENCE_MS,
);

test(
  'target and password are typed: what is wrong shows beside the field, and the password nowhere',
  async () => {
    writeSample(site.source, { scores: FEW });
    const { host, pathname } = new URL(site.target);
    const [role, password] = [`typist_${process.pid}`, 'p/w never @ shown'];
    await site.query(`CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD '${password}'`);
    try {
      const terminal = beginWith({}, '--no-cutover');
      await terminal.waitFor('Enter go on');
      terminal.press(KEYS.enter);
      await terminal.waitFor('Target URL, without a password');
      terminal.press('mysql://elsewhere', KEYS.enter);
      await terminal.waitFor('does not begin with postgresql://');
      terminal.press('\u0015', `postgresql://${role}@${host}${pathname}`, KEYS.enter);
      // The test server may trust everybody; then there is nothing to ask.
      await terminal.waitFor(/Password \(nothing is shown\)|the target answers/);
      if (terminal.text.includes('Password')) {
        terminal.press('wrong', KEYS.enter);
        await terminal.waitFor('password authentication failed');
        terminal.press(password, KEYS.enter);
        await terminal.waitFor('the target answers');
      }
      terminal.press(KEYS.escape);
      await terminal.waitFor(`> postgresql://${role}@`);
      terminal.press(KEYS.escape);
      await terminal.waitFor('What is never touched');
      terminal.press('q');
      expect(await terminal.ended).toBe(130);
      expect(terminal.raw).not.toContain(password);
      expect(listRuns(site.backupDir)).toEqual([]);
      expectRestored(terminal);
    } finally {
      await site.query(`DROP ROLE ${role}`);
    }
  },
  PATIENCE_MS,
);

test(
  'a column that the plan does not know is taken along by a choice; no to the start changes nothing',
  async () => {
    writeSample(site.source, { scores: FEW });
    const db = new Database(site.source);
    db.exec('ALTER TABLE tokens ADD COLUMN notes TEXT');
    db.close();
    const terminal = begin('--no-cutover');
    await connect(terminal);
    await terminal.waitFor('Enter check again');
    expect(terminal.text).toContain('column notes TEXT of tokens is not in the plan');
    terminal.press(KEYS.down);
    await terminal.waitFor('› Take along what the plan does not know');
    terminal.press(KEYS.enter);
    await terminal.waitFor('carried over as text');
    await terminal.waitFor('Enter start');
    terminal.press(KEYS.escape);
    expect(await terminal.ended).toBe(130);
    expect(terminal.text).toContain('not started: nothing has been written to source or target');
    expect(await site.query(`SELECT to_regclass('tokens') AS tokens`)).toEqual([{ tokens: null }]);
    expectRestored(terminal);
  },
  PATIENCE_MS,
);
