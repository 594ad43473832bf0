// Tests run what is shipped: an import of src/, steps/ or components/ is answered from dist/, which `npm test` builds first.
// So the worker threads, the SQL look-up and the start-up path are the real ones.
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));
/** Folders whose files put nothing in the place of a module, and depend on no variable that another changes: one worker takes them in turn. */
const together =
  'test/{chunk,codec,config,modules,output,pictures,run,screens,source,steps,target,tothemoon}/**/*.test.{ts,tsx}';

export default defineConfig({
  resolve: {
    alias: [{ find: /^(?:\.\.\/)+(src|steps|components)\/(.*)$/, replacement: `${root}dist/$1/$2` }],
  },
  test: {
    // A worker of its own for each file costs half a second of CPU, mostly for loading again what is tested.
    projects: [
      { extends: true, test: { name: 'together', include: [together], isolate: false } },
      {
        extends: true,
        test: {
          name: 'alone',
          include: ['test/**/*.test.{ts,tsx}'],
          // Those with a browser have a configuration of their own.
          exclude: [...configDefaults.exclude, together, 'test/browser/**'],
        },
      },
    ],
    globalSetup: ['test/support/global-setup.ts'],
    env: { TZ: 'UTC', FORCE_COLOR: '0' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 3,
    // Node itself loads what is built, in half of the time; the commands not, because a test puts something else in the place of what they call.
    server: { deps: { external: [/\/dist\/(?:src\/(?!commands\/)|steps\/|components\/)/] } },
    reporters: ['default', './test/support/closing-line-reporter.ts'],
  },
});
