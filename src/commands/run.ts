// ttm-wizard run: settles what is to be done, asks what is still open, and hands it to the machine.
import { confirmStart } from '../config/ask.js';
import { resolveRun } from '../config/resolve.js';
import { ndjsonSink } from '../output/ndjson.js';
import { choosePaint } from '../output/paint.js';
import { plainSink } from '../output/plain.js';
import type { EventSink } from '../run/journal.js';
import type { RunIo } from '../run/machine.js';
import { agreementLines } from './agreement.js';
import { liveSink } from './live.js';
import { questionsOf } from './questions.js';
import type { Session } from './session.js';
import { settleTarget } from './settle-target.js';

/** Answers with the run's exit code. */
export async function run(session: Session): Promise<number> {
  const request = resolveRun(session.flags, session.env, session.isTerminal);
  const target = await settleTarget(session, request);
  if (request.canAsk && !request.options.dryRun) {
    for (const line of agreementLines(request, target)) session.out.line(line);
    await confirmStart('Start?');
  }
  const [{ runMigration }, { STEPS }] = [
    await import('../run/machine.js'),
    await import('../../steps/index.js'),
  ];
  const live = await liveSink(session, request.settings);
  const io = outputsOf(session, request.settings.isOn('json'), live);
  return runMigration(
    { ...request.options, target },
    STEPS,
    request.canAsk ? { ...io, ask: questionsOf(session) } : io,
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
  const watch = (doing: () => string | undefined): void => {
    session.halfway = doing;
  };
  return { sinks: [remember, shown], stop, abort, secrets, watch };
}
