// The second half of npm run pictures: makes the README's picture of the report's page from a real run of the demo. Look at it before it is committed.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { packageRoot } from '../../src/package-root.js';
import { openChromium } from '../support/chromium.js';

/** A laptop's screen, down to the second of the queries. */
const WIDTH = 1100;
const LAST = '#queries tbody tr >> nth=1';
/** What a README may load. */
const MOST_BYTES = 300_000;

const program = join(packageRoot(), 'bin', 'ttm-wizard.js');
const picture = join(packageRoot(), 'assets', 'report.png');
const folder = mkdtempSync(join(tmpdir(), 'ttm-pictures-'));
const demoFolder = join(folder, 'demo');
const html = join(folder, 'report.html');
const wizard = (...args: readonly string[]) => execa('node', ['--', program, ...args], { stdin: 'ignore' });

try {
  await wizard('demo', '--plain', '--folder', demoFolder);
  await wizard('report', '--backup-dir', join(demoFolder, 'backups'), '--html', html);
  const browser = await openChromium();
  try {
    const page = await browser.newPage({ viewport: { width: WIDTH, height: 900 } });
    await page.goto(`file://${html}`);
    const box = await page.locator(LAST).boundingBox();
    const height = Math.floor((box?.y ?? 0) + (box?.height ?? 0));
    await page.screenshot({ path: picture, clip: { x: 0, y: 0, width: WIDTH, height }, fullPage: true });
  } finally {
    await browser.close();
  }
  const { size } = statSync(picture);
  if (size > MOST_BYTES) throw new Error(`${picture} has ${size} bytes, more than ${MOST_BYTES}`);
  process.stdout.write(`${picture}\n`);
} finally {
  await execa('node', ['--', program, 'demo', '--clean', '--folder', demoFolder], { reject: false });
  rmSync(folder, { recursive: true, force: true });
}
