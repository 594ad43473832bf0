// Where no browser is, whoever runs these tests is told what to install, at once and in one line.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { findChromium } from '../support/chromium.js';
import { setup } from './require-browser.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ttm-chromium-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test('without a browser the line says what to install', () => {
  vi.stubEnv('PATH', folder);
  vi.stubEnv('CHROMIUM', undefined);
  expect(() => setup()).toThrow('apt-get install --no-install-recommends chromium');
});

test('the first on PATH is taken, and one that is named before all of them', () => {
  const [onPath, named] = [join(folder, 'chromium-browser'), join(folder, 'another')];
  writeFileSync(onPath, '', { mode: 0o755 });
  writeFileSync(named, '', { mode: 0o755 });
  vi.stubEnv('PATH', `/nonexistent:${folder}`);
  vi.stubEnv('CHROMIUM', undefined);
  expect(findChromium()).toBe(onPath);
  vi.stubEnv('CHROMIUM', named);
  expect(findChromium()).toBe(named);
  vi.stubEnv('CHROMIUM', join(folder, 'not-there'));
  expect(() => findChromium()).toThrow('there is no Chromium here');
});
