// What a run is going to do, told before it is asked whether to start: each choice with the place it comes from, what will be touched
// and what will not.
import type { OptionName } from '../config/options.js';
import type { Resolved } from '../config/resolve.js';
import type { CutoverOptions } from '../config/run-options.js';
import { tableLines } from '../output/text-table.js';
import type { ApplicationPlan } from '../plans/plan.js';
import { nameOfTarget, showTarget } from '../target/connect.js';

/** Where the value of an option comes from, in brackets. */
type From = (name: OptionName) => string;

/** Lines of at most 80 columns, but for values that are longer; `isSpoken` makes sentences of them. */
export function agreementLines({ options, settings }: Resolved, target: string, isSpoken = false): string[] {
  const from: From = (name) => `(${settings.origin(name) ?? 'answer'})`;
  const targetOption = settings.origin('target') === undefined ? 'target-url-file' : 'target';
  const { plan, cutover } = options;
  const rows = [
    ['application', plan.title, from('plan')],
    ['source', options.source, from('source')],
    ['target', showTarget(nameOfTarget(target)), from(targetOption)],
    ['backups', options.backupDir, from('backup-dir')],
    ['bad values', options.onBadValue, from('on-bad-value')],
    ['drift', options.onDrift, from('on-drift')],
    ...((plan.modules ?? []).length === 0
      ? []
      : [['modules', options.modules?.join(', ') ?? 'none', `(${settings.origin('with') ?? 'default'})`]]),
    ...(cutover === undefined ? [] : cutoverRows(cutover, plan.application, from)),
  ];
  const table = isSpoken
    ? rows.map(([title = '', ...value]) => `${title}: ${value.join(' ')}`)
    : tableLines(rows, ['left', 'left', 'left']);
  return [...table, ...consequences(cutover)];
}

function cutoverRows(
  { services, envFiles, stopCommand, startCommand, healthUrl, capture }: CutoverOptions,
  planned: ApplicationPlan | undefined,
  from: From,
): string[][] {
  const listRow = (title: string, name: OptionName, given: readonly string[], byPlan: readonly string[]) => {
    if (given.length > 0) return [title, given.join(', '), from(name)];
    return byPlan.length > 0
      ? [title, byPlan.join(', '), '(default, where found)']
      : [title, 'none', '(default)'];
  };
  const switching =
    stopCommand === undefined || startCommand === undefined
      ? [listRow('services', 'service', services, planned?.services ?? [])]
      : [
          ['stopped by', stopCommand, from('stop-command')],
          ['started by', startCommand, from('start-command')],
        ];
  return [
    ...switching,
    listRow('env files', 'env-file', envFiles, planned?.envFiles ?? []),
    healthUrl === undefined
      ? ['health URL', planned?.healthUrl ?? 'none', '(default)']
      : ['health URL', healthUrl, from('health-url')],
    ['capture', capture, from('capture')],
  ];
}

function consequences(cutover: CutoverOptions | undefined): string[] {
  if (cutover === undefined) {
    return [
      'The source is only read. Tables are created and filled in the target;',
      'services and env files stay as they are.',
    ];
  }
  const isByCommand = cutover.stopCommand !== undefined;
  const [are, what] = isByCommand ? ['is', 'the application'] : ['are', 'services'];
  return [
    `The source is only read${cutover.capture === 'triggers' ? ', but for the triggers that log its changes' : ''}.`,
    'Tables are created and filled in the target, and compared with the source.',
    `Then ${what} ${are} stopped, what was written since is brought over,`,
    `env files are switched, and ${what} ${are} started again.`,
    ...(cutover.renameSource === true ? ['Last, the SQLite file is renamed, read-only.'] : []),
    ...(isByCommand ? [] : ['Where no service is found, you are asked to stop the application by hand.']),
    'If this fails, it is taken back. Later, ttm-wizard rollback takes it back;',
    '--no-cutover leaves services and env files as they are.',
  ];
}
