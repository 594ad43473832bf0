// ttm-wizard demo: the whole migration of an application that writes all the time, on a sample file and a private PostgreSQL, in a
// folder of its own; --rollback takes it back, --clean removes it. It is the same machine as in a real run; only its world is made here.
import { resolve } from 'node:path';
import { Problems } from '../config/problems.js';
import { type Settings, readSettings } from '../config/settings.js';
import { secretsOf } from '../config/target-url.js';
import { endedEarlyLines, movedLines, takenBackLines } from '../demo/closing-lines.js';
import { type Demo, beginAnew, cleanDemo, hasDemo, inDemo, isWhole } from '../demo/demo-folder.js';
import { checkDiary } from '../demo/diary-check.js';
import { findLastDemo, readDowntime } from '../demo/last-demo.js';
import { type DemoCommand, demoCommand } from '../demo/shell.js';
import { EXIT, WizardError } from '../errors.js';
import type { RunOptions } from '../config/run-options.js';
import { planNamed } from '../plans/index.js';
import { findPgDump } from '../tools/pg-dump.js';
import { adoptLook } from './adopt-look.js';
import { openScreen } from './live.js';
import { loadSqlite } from './native-module.js';
import { outputsOf } from './run.js';
import type { Session } from './session.js';

const DEMO_NOTE =
  'This is the demo: its source, its PostgreSQL and its application are its own. Nothing else on this machine is touched.';

interface DemoRequest {
  readonly session: Session;
  readonly settings: Settings;
  readonly command: DemoCommand;
  readonly say: (line: string) => void;
}

/** Answers with the run's or the rollback's exit code, and with 6 when the application's own diary says otherwise. */
export async function demo(session: Session): Promise<number> {
  const problems = new Problems();
  const settings = readSettings('demo', session.flags, session.env, problems);
  if (settings.isOn('rollback') && settings.isOn('clean'))
    problems.add('--rollback and --clean exclude each other', ['one of the two']);
  problems.throwIfAny();
  adoptLook(session, settings);
  const folder = resolve(settings.text('folder') ?? 'ttm-demo');
  const command = demoCommand(session.env, folder);
  // With --json, standard output is for events alone.
  const say = (line: string): void => (settings.isOn('json') ? session.err : session.out).line(line);
  await loadSqlite();
  if (settings.isOn('clean')) {
    await cleanDemo(folder, say);
    return EXIT.done;
  }
  const request = { session, settings, command, say };
  if (settings.isOn('rollback') && !hasDemo(folder)) throw nothingMoved(folder, command);
  return inDemo(folder, say, (place) => {
    session.secrets = secretsOf(place.target, session.env);
    return settings.isOn('rollback') ? takeBack(place, request) : move(place, request);
  });
}

async function move(found: Demo, request: DemoRequest): Promise<number> {
  const { settings, command, say } = request;
  let place = found;
  if (place.last.kind === 'going-back' && isWhole(place)) {
    say('The last demo was being taken back: that is finished first.');
    const code = await rollBackRun(place, request);
    if (code !== EXIT.done) return code;
    place = { ...place, last: findLastDemo(place.backupDir) };
  }
  const beforeMs = (await makeReady(place, say)) ? await place.application.measure() : undefined;
  const { application, backupDir, database, target } = place;
  const pgDump = await findPgDump(database.serverVersion);
  const hasDump = pgDump !== undefined && pgDump.major >= Math.floor(database.serverVersion / 10_000);
  if (!hasDump) say('There is no pg_dump that is not older than this server: the demo goes without a dump.');
  const options = {
    plan: planNamed('tothemoon'),
    source: application.source,
    target,
    backupDir,
    jobs: settings.count('jobs'),
    onBadValue: 'stop',
    onDrift: 'stop',
    dump: hasDump,
    resume: false,
    restart: false,
    dryRun: false,
    cutover: application.cutover,
  } as const;
  const code = await migrate(options, request);
  const last = findLastDemo(backupDir);
  // On the screen it can be taken back at once.
  if (last.kind === 'taken-back' && code === EXIT.done) return showTakenBack({ ...place, last }, request);
  if (last.kind !== 'moved') {
    for (const line of endedEarlyLines(command)) say(line);
    return code;
  }
  const check = await checkDiary(application.diary, target);
  const closing = { demo: place, command, check, since: last.run.state.startedAt };
  const measured = { beforeMs, afterMs: await application.measure(), downtimeMs: readDowntime(last.run) };
  for (const line of await movedLines(closing, measured)) say(line);
  return code === EXIT.done && check.missing > 0 ? EXIT.differences : code;
}

/** On a terminal with the whole wizard, else as lines. */
async function migrate(options: RunOptions, { session, settings }: DemoRequest): Promise<number> {
  const { STEPS } = await import('../../steps/index.js');
  const screen = await openScreen(session, settings);
  if (screen === undefined) {
    const { runMigration } = await import('../run/machine.js');
    return runMigration(options, STEPS, outputsOf(session, settings.isOn('json')));
  }
  const { welcome } = await import('./wizard-start.js');
  const { conduct } = await import('./wizard.js');
  const isAsking = session.isTerminal;
  if (isAsking) await welcome(session, screen, options, [DEMO_NOTE]);
  const code = await conduct(session, screen, { options, steps: STEPS, isAsking });
  screen.unmount();
  return code;
}

/** What the last demo has left decides where this one begins. Resolves to whether the application runs on SQLite now. */
async function makeReady(place: Demo, say: (line: string) => void): Promise<boolean> {
  const { last, application, database } = place;
  if (last.kind === 'none' || last.kind === 'moved' || !isWhole(place)) {
    if (last.kind === 'moved')
      say('The last demo is complete: its application is stopped, and all begins anew.');
    else if (last.kind !== 'none') say('Parts of the last demo are gone: all begins anew.');
    await beginAnew(place, say);
  } else {
    if (last.isSwitching) {
      say('The last demo was cut short while it switched the application over: it goes on there.');
      return false;
    }
    if (last.kind === 'taken-back') {
      say('The last demo was taken back: its application is moved again, with all that it has written.');
      if (!database.existed) await database.makeEmpty(say);
    } else say('The last demo was cut short: it goes on where it was.');
  }
  await application.start();
  say(`The application runs on ${application.runsOn()} and writes all the time.`);
  return true;
}

async function takeBack(place: Demo, request: DemoRequest): Promise<number> {
  const { command, say } = request;
  const { last, folder } = place;
  if (last.kind === 'none') throw nothingMoved(folder, command);
  if (last.kind === 'taken-back') {
    say('The last demo has been taken back before.');
  } else {
    if (!isWhole(place)) throw gone(folder, command);
    const code = await rollBackRun(place, request);
    if (code !== EXIT.done) return code;
  }
  return showTakenBack(place, request);
}

/** The application goes on with SQLite, and its diary says whether it lost anything. */
async function showTakenBack(place: Demo, { command, say }: DemoRequest): Promise<number> {
  const { application, last } = place;
  await application.start();
  if (last.kind === 'none') return EXIT.done;
  const check = await checkDiary(application.diary, application.source);
  for (const line of takenBackLines({ demo: place, command, check, since: last.run.state.startedAt }))
    say(line);
  return check.missing > 0 ? EXIT.differences : EXIT.done;
}

/** Who types --rollback has agreed to it; the rollback tells what there is to carry back all the same. */
async function rollBackRun(place: Demo, { session, settings, command, say }: DemoRequest): Promise<number> {
  const { backupDir, target, application } = place;
  const [{ rollBack }, { STEPS }] = [
    await import('../run/roll-back.js'),
    await import('../../steps/index.js'),
  ];
  const { cutover } = application;
  const jobs = settings.count('jobs');
  const query = { backupDir, target, jobs, cutover, discardTargetWrites: false };
  const confirm = (): Promise<boolean> => Promise.resolve(true);
  const code = await rollBack(query, STEPS, { ...outputsOf(session, settings.isOn('json')), confirm });
  if (code !== EXIT.done) for (const line of endedEarlyLines(command, '--rollback')) say(line);
  return code;
}

function nothingMoved(folder: string, command: DemoCommand): WizardError {
  return new WizardError({
    code: 'NO_DEMO',
    message: `there is no demo in ${folder} that could be taken back`,
    remedies: [`${command()}    moves one first`],
    exitCode: EXIT.usage,
  });
}

function gone(folder: string, command: DemoCommand): WizardError {
  return new WizardError({
    code: 'DEMO_INCOMPLETE',
    message: `parts of the demo in ${folder} are gone, so it cannot be taken back`,
    remedies: [`${command()}    begins anew`],
    exitCode: EXIT.usage,
  });
}
