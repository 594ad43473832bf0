// This machine: room for snapshot, dump and data with the arithmetic shown, and a pg_dump that fits the server.
import prettyBytes from 'pretty-bytes';
import type { Finding } from '../../src/events.js';
import type { StepContext } from '../../src/run/step.js';
import { diskSpaceAt } from '../../src/tools/disk-space.js';
import { findPgDump } from '../../src/tools/pg-dump.js';
import type { TargetFacts } from './target-checks.js';

/** Dump, compressed as pg_dump does by default: measured 0.25 of To The Moon's file; random text compresses less. */
const DUMP_SHARE = 0.5;
/** Tables, indexes and the WAL of loading them: measured 1.2 of the file. */
const DATA_SHARE = 1.5;
const RESERVE_BYTES = 256 * 1024 * 1024;

type Report = (finding: Finding) => void;

/** `sourceBytes` and `target` are undefined when those could not be looked at. */
export async function checkMachine(
  context: StepContext,
  report: Report,
  sourceBytes: number | undefined,
  target: TargetFacts | undefined,
): Promise<void> {
  await checkPgDump(context, report, target?.versionNum);
  if (sourceBytes === undefined) return;
  await checkDisk(context, report, sourceBytes, target?.dataDirectory);
}

async function checkPgDump(
  { options }: StepContext,
  report: Report,
  serverVersion: number | undefined,
): Promise<void> {
  if (!options.dump) {
    report({
      severity: 'warning',
      code: 'no-dump',
      message: 'no dump of the target will be made (--no-dump)',
      remedies: [],
    });
    return;
  }
  const found = await findPgDump(serverVersion);
  if (found === undefined) {
    const message = 'pg_dump is not on this machine';
    report({
      severity: 'error',
      code: 'pg-dump-missing',
      message,
      remedies: ['apt-get install postgresql-client', '--no-dump goes without'],
    });
  } else if (serverVersion !== undefined && found.major < Math.floor(serverVersion / 10_000)) {
    const server = Math.floor(serverVersion / 10_000);
    const message = `pg_dump ${found.version} is older than the server (${server})`;
    report({
      severity: 'error',
      code: 'pg-dump-old',
      message,
      remedies: [`apt-get install postgresql-client-${server}`, '--no-dump goes without'],
    });
  } else report({ severity: 'ok', code: 'pg-dump', message: `pg_dump ${found.version}`, remedies: [] });
}

async function checkDisk(
  { options }: StepContext,
  report: Report,
  sourceBytes: number,
  dataDirectory: string | undefined,
): Promise<void> {
  const backup = await diskSpaceAt(options.backupDir);
  const data = dataDirectory === undefined ? undefined : await diskSpaceAt(dataDirectory);
  const dump = options.dump ? sourceBytes * DUMP_SHARE : 0;
  const inBackup = sourceBytes + dump + RESERVE_BYTES;
  const inData = sourceBytes * DATA_SHARE + RESERVE_BYTES;
  const isShared = data !== undefined && data.diskPath === backup.diskPath;
  const arithmetic = `snapshot ${size(sourceBytes)} + dump ${size(dump)} + reserve ${size(RESERVE_BYTES)}`;
  if (isShared) {
    const sum = `${arithmetic} + data ${size(inData)}`;
    reportSpace(
      report,
      'disk-space',
      `${options.backupDir} and the server's data`,
      inBackup + inData,
      backup.free,
      sum,
    );
    return;
  }
  reportSpace(report, 'disk-space-backup', options.backupDir, inBackup, backup.free, arithmetic);
  if (data !== undefined) {
    reportSpace(
      report,
      'disk-space-data',
      "the server's data",
      inData,
      data.free,
      `${DATA_SHARE} x ${size(sourceBytes)} + reserve ${size(RESERVE_BYTES)}`,
    );
  } else {
    const message = `the server's disk cannot be seen from here; it needs about ${size(inData)}`;
    report({ severity: 'info', code: 'disk-space-data', message, remedies: [] });
  }
}

function reportSpace(
  report: Report,
  code: string,
  where: string,
  needed: number,
  free: number,
  arithmetic: string,
): void {
  const numbers = `${size(needed)} needed (${arithmetic}), ${size(free)} free`;
  if (free >= needed)
    report({ severity: 'ok', code, message: `disk for ${where}: ${numbers}`, remedies: [] });
  else {
    const message = `not enough disk for ${where}: ${numbers}`;
    report({ severity: 'error', code, message, remedies: ['make room, or --backup-dir on another disk'] });
  }
}

function size(bytes: number): string {
  return prettyBytes(bytes);
}
