// ttm-wizard demo: the whole migration on a sample file and a private PostgreSQL, in a folder of its own that --clean removes.
// It is the same machine as in a real run; only source and target are made here.
import { resolve } from 'node:path';
import { Problems } from '../config/problems.js';
import { readSettings } from '../config/settings.js';
import { secretsOf } from '../config/target-url.js';
import { cleanDemo, prepareDemo } from '../demo/demo-folder.js';
import { EXIT } from '../errors.js';
import { planNamed } from '../plans/index.js';
import { findPgDump } from '../tools/pg-dump.js';
import { liveSink } from './live.js';
import { loadSqlite } from './native-module.js';
import { outputsOf } from './run.js';
import type { Session } from './session.js';

/** Answers with the run's exit code. */
export async function demo(session: Session): Promise<number> {
  const problems = new Problems();
  const settings = readSettings('demo', session.flags, session.env, problems);
  problems.throwIfAny();
  const isJson = settings.isOn('json');
  const folder = resolve(settings.text('folder') ?? 'ttm-demo');
  // With --json, standard output is for events alone.
  const say = (line: string): void => (isJson ? session.err : session.out).line(line);
  if (settings.isOn('clean')) {
    await cleanDemo(folder, say);
    return EXIT.done;
  }
  await loadSqlite();
  const prepared = await prepareDemo(folder, say);
  session.secrets = secretsOf(prepared.target, session.env);
  const pgDump = await findPgDump(prepared.serverVersion);
  const hasDump = pgDump !== undefined && pgDump.major >= Math.floor(prepared.serverVersion / 10_000);
  if (!hasDump) say('There is no pg_dump that is not older than this server: the demo goes without a dump.');
  const options = {
    plan: planNamed('tothemoon'),
    source: prepared.source,
    target: prepared.target,
    backupDir: prepared.backupDir,
    jobs: settings.count('jobs'),
    onBadValue: 'stop',
    onDrift: 'stop',
    dump: hasDump,
    resume: false,
    restart: false,
    dryRun: false,
  } as const;
  const [{ runMigration }, { STEPS }] = [
    await import('../run/machine.js'),
    await import('../../steps/index.js'),
  ];
  const code = await runMigration(
    options,
    STEPS,
    outputsOf(session, isJson, await liveSink(session, settings)),
  );
  for (const line of prepared.howToLook()) say(line);
  return code;
}
