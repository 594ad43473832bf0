// ttm-wizard run: settles what is to be done, asks what is still open, and hands it to the machine.
import { confirmStart } from '../config/ask.js';
import { type RunRequest, resolveRun } from '../config/resolve.js';
import { ndjsonSink } from '../output/ndjson.js';
import { choosePaint } from '../output/paint.js';
import { plainSink } from '../output/plain.js';
import { planSqlSink } from '../output/plan-sql.js';
import type { EventSink } from '../run/journal.js';
import type { RunIo } from '../run/machine.js';
import { adoptLook } from './adopt-look.js';
import { agreementLines } from './agreement.js';
import { openScreen } from './live.js';
import { loadSqlite } from './native-module.js';
import { questionsOf } from './questions.js';
import type { Screen, Session } from './session.js';
import { settleTarget } from './settle-target.js';

/** Answers with the run's exit code. */
export async function run(session: Session): Promise<number> {
  const request = resolveRun(session.flags, session.env, session.isTerminal);
  adoptLook(session, request.settings);
  await loadSqlite();
  const screen = await openScreen(session, request.settings);
  return screen === undefined ? runAsLines(session, request) : runOnScreen(session, request, screen);
}

async function runOnScreen(session: Session, request: RunRequest, screen: Screen): Promise<number> {
  const { settleOnScreen } = await import('./wizard-start.js');
  const { conduct } = await import('./wizard.js');
  const { STEPS } = await import('../../steps/index.js');
  const settled = request.canAsk
    ? await settleOnScreen(session, screen, request)
    : { options: { ...request.options, target: await settleTarget(session, request) } };
  const code = await conduct(session, screen, { ...settled, steps: STEPS, isAsking: request.canAsk });
  screen.unmount();
  return code;
}

async function runAsLines(session: Session, request: RunRequest): Promise<number> {
  const target = await settleTarget(session, request);
  if (request.canAsk && !request.options.dryRun) {
    const lines = agreementLines(request, target, session.out.look.isScreenReader);
    for (const line of lines) session.out.line(line);
    await confirmStart('Start?');
  }
  const [{ runMigration }, { STEPS }] = [
    await import('../run/machine.js'),
    await import('../../steps/index.js'),
  ];
  const io = outputsOf(session, request.settings.isOn('json'), request.options.dryRun);
  return runMigration(
    { ...request.options, target },
    STEPS,
    request.canAsk ? { ...io, ask: questionsOf(session) } : io,
  );
}

/** Where the events of a run go without a screen, how it is stopped, and what they must not contain. */
export function outputsOf(session: Session, isJson: boolean, isPlan = false): RunIo {
  const { out, err, env, stop, abort, hangUp, secrets } = session;
  const noColor = session.flags['no-color'] === true;
  const remember: EventSink = (event, view) => {
    if (view.log !== '') session.log = view.log;
    session.isFailureShown = event.type === 'run.failed';
  };
  const shown = isJson
    ? ndjsonSink(out, err, choosePaint(err.isTty, env, noColor))
    : isPlan && !out.isTty
      ? planSqlSink(out, plainSink(err, choosePaint(err.isTty, env, noColor)))
      : plainSink(out, choosePaint(out.isTty, env, noColor));
  const watch = (doing: () => string | undefined): void => {
    session.halfway = doing;
  };
  const failed = (error: Error): void => {
    session.failure = error;
  };
  return { sinks: [remember, shown], stop, abort, hangUp, secrets, watch, failed };
}
