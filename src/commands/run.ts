// ttm-wizard run: settles what is to be done, asks what is still open, and hands it to the machine.
import { askTarget, confirmStart } from '../config/ask.js';
import type { OptionName } from '../config/options.js';
import { type Resolved, resolveRun } from '../config/resolve.js';
import { secretsOf } from '../config/target-url.js';
import { ndjsonSink } from '../output/ndjson.js';
import { choosePaint } from '../output/paint.js';
import { plainSink } from '../output/plain.js';
import { tableLines } from '../output/text-table.js';
import type { EventSink } from '../run/journal.js';
import type { RunIo } from '../run/machine.js';
import { nameOfTarget, showTarget } from '../target/connect.js';
import { liveSink } from './live.js';
import { loadSqlite } from './native-module.js';
import type { Session } from './session.js';

/** Answers with the run's exit code. */
export async function run(session: Session): Promise<number> {
  const request = resolveRun(session.flags, session.env, session.isTerminal);
  session.secrets = secretsOf(request.target ?? '', session.env);
  for (const notice of request.notices) session.err.line(`Note: ${notice}`);
  await loadSqlite();
  const target = request.target ?? (await askTarget(session.env));
  session.secrets = secretsOf(target, session.env);
  if (request.canAsk && !request.options.dryRun) {
    for (const line of agreement(request, target)) session.out.line(line);
    await confirmStart('Start?');
  }
  const [{ runMigration }, { STEPS }] = [
    await import('../run/machine.js'),
    await import('../../steps/index.js'),
  ];
  return runMigration(
    { ...request.options, target },
    STEPS,
    outputsOf(session, request.settings.isOn('json'), await liveSink(session, request.settings)),
  );
}

/** Where the events of a run go, to `live` if there is a screen; how it is stopped, and what they must not contain. */
export function outputsOf(session: Session, isJson: boolean, live?: EventSink): RunIo {
  const { out, err, env, stop, abort, secrets } = session;
  const noColor = session.flags['no-color'] === true;
  const remember: EventSink = (event, view) => {
    if (view.log !== '') session.log = view.log;
    session.isFailureShown = event.type === 'run.failed';
  };
  const shown = isJson
    ? ndjsonSink(out, err, choosePaint(err.isTty, env, noColor))
    : (live ?? plainSink(out, choosePaint(out.isTty, env, noColor)));
  return { sinks: [remember, shown], stop, abort, secrets };
}

/** What will happen, each choice with the place it comes from. */
function agreement({ options, settings }: Resolved, target: string): string[] {
  const from = (name: OptionName): string => `(${settings.origin(name) ?? 'answer'})`;
  const targetOption = settings.origin('target') === undefined ? 'target-url-file' : 'target';
  const rows = [
    ['application', options.plan.title, from('plan')],
    ['source', options.source, from('source')],
    ['target', showTarget(nameOfTarget(target)), from(targetOption)],
    ['backups', options.backupDir, from('backup-dir')],
    ['bad values', options.onBadValue, from('on-bad-value')],
    ['drift', options.onDrift, from('on-drift')],
  ];
  return [
    ...tableLines(rows, ['left', 'left', 'left']),
    'The source is only read. Tables are created and filled in the target; services and env files stay as they are.',
  ];
}
