// Tests run what is shipped: an import of src/, steps/ or components/ is answered from dist/, which `npm test` builds first.
// So the worker threads, the SQL look-up and the start-up path are the real ones.
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));

export default defineConfig({
  resolve: {
    alias: [{ find: /^(?:\.\.\/)+(src|steps|components)\/(.*)$/, replacement: `${root}dist/$1/$2` }],
  },
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    // They need a browser, and have a configuration of their own.
    exclude: [...configDefaults.exclude, 'test/browser/**'],
    globalSetup: ['test/support/global-setup.ts'],
    env: { TZ: 'UTC', FORCE_COLOR: '0' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // Node itself loads what is built, in half of the time; the commands not, because a test puts something else in the place of what they call.
    server: { deps: { external: [/\/dist\/(?:src\/(?!commands\/)|steps\/|components\/)/] } },
    reporters: ['default', './test/support/closing-line-reporter.ts'],
  },
});
