// Whether a newer version of the wizard is published: asked only by `doctor --check-updates`, of npm, which knows where and through
// which proxy. Whatever the answer, it is no reason not to migrate.
import { runChild } from '../app/child.js';
import type { Finding } from '../events.js';

const PACKAGE = 'ttm-wizard';
const ANSWER_WITHIN_MS = 20_000;
/** Without a network npm would otherwise try for more than a minute. */
const QUICKLY = ['--fetch-retries=0', '--fetch-timeout=10000'];

/** Never an error or a warning: whether it can be asked says nothing about this machine. */
export async function checkUpdates(current: string): Promise<Finding> {
  const found = (severity: 'ok' | 'info', message: string, ...remedies: string[]): Finding => ({
    severity,
    code: 'updates',
    message,
    remedies,
  });
  const args = ['view', PACKAGE, 'version', ...QUICKLY];
  const { exitCode, stdout, stderr, startError, isTimedOut } = await runChild('npm', args, {
    timeoutMs: ANSWER_WITHIN_MS,
  });
  const newest = stdout.trim();
  if (exitCode === 0 && numbersOf(newest).length > 0)
    return isNewer(newest, current)
      ? found(
          'info',
          `${PACKAGE} ${newest} is published, this is ${current}`,
          `npx ${PACKAGE}@${newest} doctor`,
        )
      : found('ok', `${PACKAGE} ${current} is the newest`);
  // Not its text: that may name hosts and accounts of this site.
  const code = /^npm (?:error|ERR!) code (\w+)/m.exec(stderr)?.[1];
  if (code === 'E404' || (exitCode === 0 && newest === ''))
    return found('info', `npm finds no published ${PACKAGE}: this is ${current}`);
  const why = startError ?? code ?? (isTimedOut ? 'no answer' : 'no version in its answer');
  return found('info', `npm cannot be asked for a newer version (${why}): this is ${current}`);
}

function isNewer(one: string, other: string): boolean {
  const [left, right] = [numbersOf(one), numbersOf(other)];
  const at = left.findIndex((number, index) => number !== right[index]);
  return at !== -1 && (left[at] ?? 0) > (right[at] ?? 0);
}

/** Major, minor and patch; none of what is no version. */
function numbersOf(version: string): number[] {
  return /^(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number) ?? [];
}
