// npm run test:browser: what a page looks like in a real Chromium. Apart from `npm test`, which needs no browser.
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import base from '../../vitest.config.js';

// Their projects name their own files.
const { projects: _, ...shared } = base.test ?? {};

export default defineConfig({
  ...base,
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    ...shared,
    include: ['test/browser/**/*.test.ts'],
    exclude: configDefaults.exclude,
    globalSetup: ['test/browser/require-browser.ts'],
  },
});
