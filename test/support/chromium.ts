// The Chromium of this machine, for the browser tests and the picture of the report. None is downloaded.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Its path: what CHROMIUM names, or the first on PATH. Throws with the line that installs it. */
export function findChromium(): string {
  const { CHROMIUM, PATH = '/usr/bin:/bin' } = process.env;
  const candidates = PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const found = (CHROMIUM === undefined ? candidates : [CHROMIUM]).find(isExecutable);
  if (found !== undefined) return found;
  throw new Error(
    'there is no Chromium here: apt-get install --no-install-recommends chromium, or CHROMIUM=/path/to/it',
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A browser with a new, empty profile that goes when it is closed. It talks to nobody by itself. */
export function openChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      // As root, and in most containers, Chromium has no sandbox. It is shown our own pages only.
      '--no-sandbox',
      '--headless',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
