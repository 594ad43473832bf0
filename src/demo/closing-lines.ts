// What the demo says at its end: what came of it, where to look, and what to type next. No line shows the password.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { showCount, showDuration, showRows } from '../output/format.js';
import { packageRoot } from '../package-root.js';
import { DATABASE } from './demo-database.js';
import type { Demo } from './demo-folder.js';
import type { DiaryCheck } from './diary-check.js';
import type { PostgresServer } from './postgres-server.js';
import { shellWord } from '../shell-word.js';
import type { DemoCommand } from './shell.js';

export interface Closing {
  readonly demo: Demo;
  readonly command: DemoCommand;
  readonly check: DiaryCheck;
  /** UTC time from which on the diary's changes are counted. */
  readonly since: string;
}

/** In milliseconds; of what an interrupted demo could not measure, nothing is said. */
export interface Measured {
  readonly downtimeMs: number | undefined;
  /** Of the application's list of tokens. */
  readonly beforeMs: number | undefined;
  readonly afterMs: number | undefined;
}

/** After the application has been moved. */
export async function movedLines(closing: Closing, measured: Measured): Promise<string[]> {
  const { demo, command, check, since } = closing;
  const changes = check.changes.filter(({ at, on }) => at >= since && on.startsWith('sqlite:'));
  return [
    '',
    ...speedLines(measured),
    `While it was moved, the application wrote ${showChanges(changes)} of SQLite. ${verdict(check, 'PostgreSQL')}`,
    `It goes on writing, to ${demo.application.runsOn()}. Ask it:`,
    ...askLines(demo),
    ...(await lookLines(demo)),
    'Take it back to SQLite, with everything that it has written since:',
    `  ${command('--rollback')}`,
    ...cleanLines(command),
  ];
}

/** After it has been taken back. */
export function takenBackLines(closing: Closing): string[] {
  const { demo, command, check, since } = closing;
  const changes = check.changes.filter(({ at, on }) => at >= since && on.startsWith('postgresql:'));
  return [
    '',
    `On PostgreSQL the application wrote ${showChanges(changes)}. ${verdict(check, 'SQLite')}`,
    `It goes on writing, to ${demo.application.runsOn()}. Ask it:`,
    ...askLines(demo),
    'Move it again:',
    `  ${command()}`,
    ...cleanLines(command),
  ];
}

/** After the demo has ended before its end. */
export function endedEarlyLines(command: DemoCommand, ...options: string[]): string[] {
  return ['', 'Go on with it:', `  ${command(...options)}`, ...cleanLines(command)];
}

function speedLines({ downtimeMs, beforeMs, afterMs }: Measured): string[] {
  const down = downtimeMs === undefined ? [] : [`The application was down for ${showDuration(downtimeMs)}.`];
  if (beforeMs === undefined || afterMs === undefined) return down;
  return [
    ...down,
    `Its /tokens took ${showDuration(beforeMs)} on SQLite and takes ${showDuration(afterMs)} now.`,
  ];
}

function showChanges(changes: DiaryCheck['changes']): string {
  const rows = new Set(changes.map(({ row }) => row)).size;
  return `${showCount(changes.length)} changes to ${showRows(rows)}`;
}

function verdict({ missing }: DiaryCheck, where: string): string {
  if (missing === 0) return `${where} has every one of them, by the application's own diary.`;
  const values = missing === 1 ? '1 value' : `${showCount(missing)} values`;
  return `${where} LACKS ${values} of the application's own diary.`;
}

function askLines({ application }: Demo): string[] {
  return [`  curl -s ${application.url}/tokens/stats`, `  curl -s '${application.url}/tokens?limit=3'`];
}

async function lookLines({ server, pgpass }: Demo): Promise<string[]> {
  const psql = await findPsql(server);
  const query = 'SELECT token_id, score, created_at FROM token_scores ORDER BY id DESC LIMIT 5';
  if (psql === undefined) {
    const url = `postgresql://${server.superuser}@127.0.0.1:${server.port}/${DATABASE}`;
    const script = `const{Client}=require("pg");const c=new Client("${url}");c.connect().then(()=>c.query("${query}")).then(r=>console.table(r.rows)).finally(()=>c.end())`;
    return [
      'psql is not on this machine; this does the same:',
      `  cd ${shellWord(packageRoot())} && PGPASSFILE=${shellWord(pgpass)} node --no-deprecation -e '${script}'`,
    ];
  }
  const line = `  PGPASSFILE=${shellWord(pgpass)} ${shellWord(psql)} -h 127.0.0.1 -p ${server.port} -U ${server.superuser} ${DATABASE}`;
  return ['Look at the data (the server keeps running for that):', line, `${line} -c '${query}'`];
}

async function findPsql({ binDir }: PostgresServer): Promise<string | undefined> {
  if (!(await execa('psql', ['--version'], { reject: false })).failed) return 'psql';
  const beside = join(binDir, 'psql');
  return existsSync(beside) ? beside : undefined;
}

function cleanLines(command: DemoCommand): string[] {
  return [
    'Clean up, for the application writes some 20 MB an hour: stops it and the server, and removes the folder:',
    `  ${command('--clean')}`,
  ];
}
