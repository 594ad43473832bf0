// One run of pgbench with scripts of our own: how long each transaction took from its scheduled start, and what failed.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { PostgresServer } from '../../src/demo/postgres-server.js';

export interface Script {
  readonly name: string;
  readonly sql: string;
  /** How often it is chosen, in proportion to the others. */
  readonly weight: number;
}

export interface Load {
  readonly scripts: readonly Script[];
  readonly clients: number;
  readonly seconds: number;
  /** Transactions a second of all clients; absent: each as soon as the last has ended. */
  readonly perSecond?: number;
}

/** Milliseconds, and how many. */
export interface Latency {
  readonly name: string;
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly longest: number;
}

export interface LoadResult {
  readonly all: Latency;
  /** By the name of the scripts, of which several may have the same. */
  readonly scripts: readonly Latency[];
  /** Lines of pgbench about clients that it gave up, and transactions that failed. */
  readonly errors: readonly string[];
}

/** Runs it against a database of `server`. Throws when pgbench cannot be started. */
export async function runLoad(
  server: PostgresServer,
  database: string,
  folder: string,
  load: Load,
): Promise<LoadResult> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files = load.scripts.map(({ sql, weight }, i) => {
    const file = join(folder, `${i}.sql`);
    writeFileSync(file, `${sql.trim()}\n`);
    return `--file=${file}@${weight}`;
  });
  const url = new URL(server.url(database));
  const rate = load.perSecond === undefined ? [] : [`--rate=${load.perSecond}`];
  const args = [
    '--no-vacuum',
    '--protocol=extended',
    `--client=${load.clients}`,
    `--jobs=${Math.min(2, load.clients)}`,
    `--time=${load.seconds}`,
    '--log',
    `--log-prefix=${join(folder, 'log')}`,
    ...rate,
    ...files,
  ];
  const { stderr, stdout, failed, exitCode } = await execa(join(server.binDir, 'pgbench'), args, {
    env: {
      PGHOST: url.hostname,
      PGPORT: url.port,
      PGUSER: url.username,
      PGPASSWORD: decodeURIComponent(url.password),
      PGDATABASE: database,
      PGOPTIONS: '-c TimeZone=UTC',
    },
    reject: false,
  });
  if (failed && exitCode === undefined) throw new Error(`pgbench cannot be started in ${server.binDir}`);
  const failures = /number of failed transactions: ([1-9]\d*)/.exec(stdout);
  const errors = [
    ...stderr.split('\n').filter((line) => /error|aborted/i.test(line)),
    ...(failures === null ? [] : [failures[0]]),
    ...(exitCode === 0 ? [] : [`pgbench ended with ${exitCode ?? 'no code'}`]),
  ];
  const times = new Map<string, number[]>();
  for (const [script, ms] of readLogs(folder)) {
    const name = load.scripts[script]?.name ?? '';
    const known = times.get(name);
    if (known === undefined) times.set(name, [ms]);
    else known.push(ms);
  }
  rmSync(folder, { recursive: true, force: true });
  return {
    all: latencyOf('all', [...times.values()].flat()),
    scripts: [...times].map(([name, ms]) => latencyOf(name, ms)),
    errors,
  };
}

/** Of every logged transaction the number of its script and its milliseconds, from when it was due to its end. */
function* readLogs(folder: string): Generator<readonly [script: number, ms: number]> {
  for (const name of readdirSync(folder).filter((file) => file.startsWith('log.'))) {
    for (const line of readFileSync(join(folder, name), 'utf8').split('\n')) {
      const [, , microseconds, script] = line.split(' ');
      if (script !== undefined) yield [Number(script), Number(microseconds) / 1000];
    }
  }
}

function latencyOf(name: string, times: number[]): Latency {
  const sorted = times.sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
  return { name, count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), longest: at(1) };
}
