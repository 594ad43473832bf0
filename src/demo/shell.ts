// Command lines for a POSIX shell: to be typed again by a person, or to stand in a script.
import { join, resolve } from 'node:path';
import { packageRoot } from '../package-root.js';
import { shellWord } from '../shell-word.js';

export type DemoCommand = (...options: readonly string[]) => string;

/** The line that starts the demo in `folder` as it was started now, with other options. */
export function demoCommand(env: NodeJS.ProcessEnv, folder: string): DemoCommand {
  const place = folder === resolve('ttm-demo') ? [] : ['--folder', shellWord(folder)];
  if (env['npm_lifecycle_event'] === 'demo')
    return (...options) => ['npm run demo', ...dashed([...options, ...place])].join(' ');
  const isInstalled = packageRoot().includes('node_modules');
  const program = isInstalled
    ? 'npx ttm-wizard'
    : `node ${shellWord(join(packageRoot(), 'bin', 'ttm-wizard.js'))}`;
  return (...options) => [program, 'demo', ...options, ...place].join(' ');
}

/** npm keeps for itself what does not stand behind two dashes. */
function dashed(options: readonly string[]): readonly string[] {
  return options.length === 0 ? [] : ['--', ...options];
}
