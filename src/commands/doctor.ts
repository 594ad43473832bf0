// ttm-wizard doctor: is this machine ready? All checks run; whatever is not named (no target yet) is passed over. Preflight
// looks much closer; this is for before anything is decided.
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { checkOwners } from '../app/file-owners.js';
import { type Resolved, resolveReading } from '../config/resolve.js';
import { secretsOf } from '../config/target-url.js';
import { EXIT, WizardError, messageOf } from '../errors.js';
import type { Finding } from '../events.js';
import { findingLines } from '../output/findings.js';
import { showSize } from '../output/format.js';
import { choosePaint } from '../output/paint.js';
import { packageVersion } from '../package-root.js';
import { adoptLook } from './adopt-look.js';
import { loadSqlite } from './native-module.js';
import type { Session } from './session.js';

const OLDEST_SERVER = 140_000;

/** 0 when no check finds an error, else 3. */
export async function doctor(session: Session): Promise<number> {
  const resolved = resolveReading('doctor', session.flags, session.env);
  adoptLook(session, resolved.settings);
  session.secrets = secretsOf(resolved.target ?? '', session.env);
  for (const notice of resolved.notices) session.err.line(`Note: ${notice}`);
  const findings = await examine(resolved);
  const isReady = !findings.some(({ severity }) => severity === 'error');
  const { out } = session;
  if (resolved.settings.isOn('json')) out.json({ v: 1, ready: isReady, findings });
  else {
    const paint = choosePaint(out.isTty, session.env, resolved.settings.isOn('no-color'));
    for (const line of findingLines(findings, paint, '', out.look.isScreenReader)) out.line(line);
    out.line(isReady ? 'This machine is ready.' : 'This machine is not ready: see the errors above.');
  }
  return isReady ? EXIT.done : EXIT.preflight;
}

/** Each check's finding, in the order of the checks; one that fails keeps none of the others from running. */
async function examine({ options, settings, target }: Resolved): Promise<Finding[]> {
  const named = settings.list('env-file');
  const envFiles = named.length > 0 ? named : (options.plan.application?.envFiles ?? []);
  const checks: readonly (readonly [code: string, check: () => Promise<Finding | Finding[]>])[] = [
    ['node', () => Promise.resolve(ok('node', `Node ${process.version}`))],
    ['sqlite', async () => ok('sqlite', `SQLite ${await loadSqlite()}`)],
    ['source', () => checkSource(options.source)],
    ['owners', () => Promise.resolve(checkOwners(options.source, envFiles))],
    ['backup-dir', () => checkBackupDir(options.backupDir)],
    ['target', () => (target === undefined ? Promise.resolve(noTarget) : checkTarget(target))],
    ['pg-dump', () => checkPgDump(target)],
    ...(settings.isOn('check-updates') ? [['updates', askForUpdates] as const] : []),
  ];
  const findings: Finding[] = [];
  for (const [code, check] of checks) {
    try {
      findings.push(...[await check()].flat());
    } catch (error) {
      const remedies = error instanceof WizardError ? [...error.remedies] : [];
      findings.push({ severity: 'error', code, message: messageOf(error).replaceAll('\n', '; '), remedies });
    }
  }
  return findings;
}

async function askForUpdates(): Promise<Finding> {
  const { checkUpdates } = await import('../tools/newest-version.js');
  return checkUpdates(packageVersion());
}

function ok(code: string, message: string): Finding {
  return { severity: 'ok', code, message, remedies: [] };
}

const noTarget: Finding = {
  severity: 'info',
  code: 'target',
  message: 'no target is named, so none is checked',
  remedies: ['ttm-wizard doctor --target postgresql://USER@HOST:5432/DATABASE'],
};

async function checkSource(source: string): Promise<Finding> {
  const { openSource } = await import('../source/sqlite.js');
  const { inspectSource } = await import('../source/inspect.js');
  const db = openSource(source);
  try {
    const { bytes, tables } = inspectSource(db);
    return ok('source', `source ${source} is readable: ${tables.length} tables, ${showSize(bytes)}`);
  } finally {
    db.close();
  }
}

async function checkBackupDir(backupDir: string): Promise<Finding> {
  const { diskSpaceAt } = await import('../tools/disk-space.js');
  let folder = backupDir;
  while (!existsSync(folder)) folder = dirname(folder);
  if (!isWritableFolder(folder)) {
    throw noBackupDir(
      `${folder} is no folder that this user may write to, so ${backupDir} cannot be used`,
      'that this user may write to',
    );
  }
  const state = `backup folder ${backupDir} ${existsSync(backupDir) ? 'is writable' : 'can be made'}`;
  // Some file systems do not tell, and small systems have no df; preflight looks again.
  const free = await diskSpaceAt(folder).then(
    (space) => space.free,
    () => undefined,
  );
  // A full disk, or one of the kernel's own file systems, which root may write to and which hold nothing.
  if (free === 0)
    throw noBackupDir(`nothing is free in ${folder}, so ${backupDir} cannot be used`, 'with room for a copy');
  if (free !== undefined) return ok('backup-dir', `${state}: ${showSize(free)} free`);
  return {
    severity: 'warning',
    code: 'backup-dir',
    message: `${state}; its free space is not known`,
    remedies: [],
  };
}

function noBackupDir(message: string, which: string): WizardError {
  return new WizardError({
    code: 'BACKUP_DIR',
    message,
    remedies: [`--backup-dir DIR names a folder ${which}`],
    exitCode: EXIT.usage,
  });
}

function isWritableFolder(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

async function checkTarget(url: string): Promise<Finding> {
  const { nameOfTarget, showTarget } = await import('../target/connect.js');
  const { number, text } = await askVersion(url);
  const shown = showTarget(nameOfTarget(url));
  if (number >= OLDEST_SERVER) return ok('target', `target ${shown} answers: PostgreSQL ${text}`);
  const message = `target ${shown} is PostgreSQL ${text}; 14 or newer is needed`;
  return {
    severity: 'error',
    code: 'target',
    message,
    remedies: ['a newer server, and its URL as --target'],
  };
}

async function askVersion(url: string): Promise<{ number: number; text: string }> {
  const { connectTarget } = await import('../target/connect.js');
  const client = await connectTarget({ url, applicationName: 'ttm-wizard doctor' });
  try {
    const { rows } = await client.query<{ number: string; text: string }>(
      `SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS text`,
    );
    return { number: Number(rows[0]?.number), text: rows[0]?.text ?? '' };
  } finally {
    await client.end();
  }
}

async function checkPgDump(target: string | undefined): Promise<Finding> {
  const { findPgDump } = await import('../tools/pg-dump.js');
  // A server that cannot be asked has its own finding.
  const server = target === undefined ? undefined : await askVersion(target).catch(() => undefined);
  const found = await findPgDump(server?.number);
  const major = Math.floor((server?.number ?? 0) / 10_000);
  const code = 'pg-dump';
  if (found === undefined) {
    const remedies = ['apt-get install postgresql-client', '--no-dump goes without'];
    return { severity: 'warning', code, message: 'pg_dump is not on this machine', remedies };
  }
  if (found.major >= major) return ok(code, `pg_dump ${found.version} (${found.pgDump})`);
  const message = `pg_dump ${found.version} is older than the server (${server?.text ?? ''})`;
  const remedies = [`apt-get install postgresql-client-${major}`, '--no-dump goes without'];
  return { severity: 'warning', code, message, remedies };
}
