// A small stand-in for To The Moon, so that there is something live to migrate: it writes without pause into the database that
// its env file names, and serves what is in there. SIGTERM and SIGINT end it after the transaction under way, with exit 0.
//
//   node main.js --env-file FILE… [--port N] [--diary FILE] [--scores-per-minute N] [--role api|ws] [--deletes]
//
// Without --role it does the work of both services, with 0 scores a minute it only serves.
import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import { parseArgs } from 'node:util';
import { messageOf } from '../../errors.js';
import { seededRandom } from '../sample-documents.js';
import { parseDatabaseUrl, readDatabaseUrl } from './database-url.js';
import { openDiary } from './diary.js';
import { type Role, jobsOf } from './jobs.js';
import { serve } from './server.js';
import { openStore } from './store.js';
import { writeUntilStopped } from './writer.js';

/** What production wrote in October 2025. */
const SCORES_PER_MINUTE = 41;

async function main(args: readonly string[]): Promise<void> {
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort());
  const { values } = parseArgs({
    args: [...args],
    options: {
      'env-file': { type: 'string', multiple: true, default: [] },
      port: { type: 'string' },
      diary: { type: 'string' },
      'scores-per-minute': { type: 'string', default: String(SCORES_PER_MINUTE) },
      role: { type: 'string' },
      deletes: { type: 'boolean', default: false },
    },
  });
  const role = readRole(values.role);
  const roundsPerMinute = readNumber('--scores-per-minute', values['scores-per-minute']);
  const store = await openStore(parseDatabaseUrl(readDatabaseUrl(values['env-file'])));
  const diary = openDiary(values.diary, role ?? 'all', store.name);
  diary.write({ kind: 'started', role: role ?? 'all', pid: process.pid });
  const server =
    values.port === undefined ? undefined : await serve(store, diary, readNumber('--port', values.port));
  process.stdout.write(`${role ?? 'application'} runs on ${store.name}${placeOf(server)}\n`);
  const random = seededRandom(randomBytes(4).readInt32LE());
  const jobs = roundsPerMinute === 0 ? [] : jobsOf(random, role, values.deletes);
  await writeUntilStopped({ store, diary, jobs, roundsPerMinute, stop: stopping.signal });
  server?.close();
  server?.closeAllConnections();
}

function readRole(text: string | undefined): Role | undefined {
  if (text === undefined || text === 'api' || text === 'ws') return text;
  throw new RangeError('--role is api or ws');
}

function readNumber(option: string, text: string): number {
  const value = Number(text);
  if (text === '' || !(value >= 0)) throw new RangeError(`${option} takes a number, not '${text}'`);
  return value;
}

function placeOf(server: Server | undefined): string {
  const address = server?.address();
  return typeof address === 'object' && address !== null ? ` at http://127.0.0.1:${address.port}` : '';
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
