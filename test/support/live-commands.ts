// What is done to a live site: rollbacks in this process, the real program as a process of its own, and a look at its env files.
import { readFileSync, statSync } from 'node:fs';
import type { CutoverOptions } from '../../src/config/run-options.js';
import type { WizardEvent } from '../../src/events.js';
import { rollBack } from '../../src/run/roll-back.js';
import { STEPS } from '../../steps/index.js';
import { WizardProcess } from '../faults/wizard-process.js';
import type { LiveSite } from './live-site.js';

export interface TakenBack {
  readonly exitCode: number;
  readonly events: readonly WizardEvent[];
}

export interface TakeBackOptions {
  readonly discardTargetWrites?: boolean;
  /** What the person answers; undefined when there is nobody. */
  readonly answer?: boolean | undefined;
  readonly cutover?: Partial<CutoverOptions>;
}

/** `ttm-wizard rollback`, answered with yes unless said otherwise. */
export async function takeBack(
  { backupDir, target }: Pick<LiveSite, 'backupDir' | 'target'>,
  options: TakeBackOptions = {},
): Promise<TakenBack> {
  const { discardTargetWrites = false, cutover = {} } = options;
  const answer = 'answer' in options ? options.answer : true;
  const events: WizardEvent[] = [];
  const exitCode = await rollBack(
    {
      ...{ backupDir, target, jobs: 2, discardTargetWrites },
      cutover: { envFiles: [], services: [], capture: 'none', ...cutover },
    },
    STEPS,
    {
      sinks: [(event) => events.push(event)],
      stop: new AbortController().signal,
      abort: new AbortController().signal,
      secrets: [],
      ...(answer === undefined ? {} : { confirm: () => Promise.resolve(answer) }),
    },
  );
  return { exitCode, events };
}

/** The program itself on the site, with NDJSON output and nobody to ask. */
export function startWizard(
  site: LiveSite,
  command: 'run' | 'rollback',
  ...more: readonly string[]
): WizardProcess {
  const common = [command, '--yes', '--json', '--jobs', '2', '--backup-dir', site.backupDir, ...more];
  const application = [
    ...site.envFiles.flatMap((file) => ['--env-file', file]),
    ...['--stop-command', site.stopCommand, '--start-command', site.startCommand],
    ...['--health-url', site.healthUrl],
  ];
  const own = command === 'run' ? ['--source', site.source, '--no-dump', ...application] : [];
  return new WizardProcess([...common, ...own], { TTM_TARGET: site.target });
}

/** All that events say to people, a line each. */
export function saidIn(events: readonly WizardEvent[]): string {
  return events.flatMap((event) => ('message' in event ? [event.message] : [])).join('\n');
}

/** Bytes, owner and mode of each env file. */
export function envStateOf({ envFiles }: Pick<LiveSite, 'envFiles'>): unknown[] {
  return envFiles.map((file) => {
    const { mode, uid, gid } = statSync(file);
    return { file, contents: readFileSync(file, 'utf8'), mode: mode & 0o7777, uid, gid };
  });
}
