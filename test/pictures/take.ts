// npm run pictures: makes the pictures of the README from a real run of the demo, on a terminal of 80x24 that tmux keeps. Look at them
// before they are committed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { packageRoot } from '../../src/package-root.js';
import { drawScreen } from './svg.js';

const COLUMNS = 80;
const ROWS = 24;
const PATIENCE_MS = 120_000;

const program = join(packageRoot(), 'bin', 'ttm-wizard.js');
const folder = mkdtempSync(join(tmpdir(), 'ttm-pictures-'));
const demoFolder = join(folder, 'demo');
const socket = join(folder, 'tmux');

async function tmux(...args: readonly string[]): Promise<string> {
  const { stdout } = await execa('tmux', ['-S', socket, ...args]);
  return stdout;
}

/** The screen as soon as it shows what `isIt` looks for, with its colours. */
async function screenWith(isIt: RegExp): Promise<string> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    if (isIt.test(await tmux('capture-pane', '-p'))) {
      const screen = await tmux('capture-pane', '-p', '-e');
      // Taken a moment later; it may have gone on.
      if (isIt.test(screen.replace(/\x1b\[[\d;]*m/g, ''))) return screen;
    }
    if (performance.now() > deadline)
      throw new Error(`the screen never shows ${isIt.source}:\n${await tmux('capture-pane', '-p')}`);
    await sleep(50);
  }
}

async function press(...keys: readonly string[]): Promise<void> {
  await tmux('send-keys', ...keys);
}

function keep(name: string, title: string, screen: string): void {
  const file = join(packageRoot(), 'assets', `${name}.svg`);
  writeFileSync(file, drawScreen(screen, COLUMNS, title));
  process.stdout.write(`${file}\n`);
}

try {
  const command = `node -- ${program} demo --jobs 1 --folder ${demoFolder}; sleep 600`;
  await tmux('-f', '/dev/null', 'new-session', '-d', '-x', String(COLUMNS), '-y', String(ROWS), command);
  await screenWith(/What is never touched/);
  await press('Enter');
  await screenWith(/Enter start/);
  await press('Enter');
  const copying = await screenWith(/✓ schema [^✓·] copy[^]* [2-8]\d %/);
  keep('copy', 'Copying: the rows of each table, rate and time left', copying);
  const verified = await screenWith(/Enter switch over now/);
  keep('verification', 'Every row compared, and the queries of the application before and after', verified);
  await press('Enter');
  await screenWith(/Leave it so/);
  await sleep(2000);
  await press('r');
  keep(
    'rollback',
    'What a rollback undoes and carries back',
    await screenWith(/type the name of the database/),
  );
  await press('tothemoon_demo', 'Enter');
  await screenWith(/Move it again/);
} finally {
  await tmux('kill-server').catch(() => undefined);
  await execa('node', ['--', program, 'demo', '--clean', '--folder', demoFolder], { reject: false });
  rmSync(folder, { recursive: true, force: true });
}
