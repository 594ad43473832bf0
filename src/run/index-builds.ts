// SQL files of the constrain step: one after the other, or several at a time where they are marked for it, each on a connection of its
// own, with the progress of every index build.
import type pg from 'pg';
import { connectTarget, onOwnConnection } from '../target/connect.js';
import { applyOnce } from '../target/ledger.js';
import { loadSql } from '../target/sql.js';
import { progressOf } from './progress.js';
import { type StepContext, Stopped } from './step.js';

/** What of a step's context this needs. */
export type BuildContext = Pick<StepContext, 'run' | 'emit' | 'stop' | 'address'> & {
  readonly options: Pick<StepContext['options'], 'jobs'>;
};

/** One file, by the name under which the ledger remembers it. */
export interface Part {
  readonly name: string;
  readonly title: string;
  readonly sql: string;
  readonly isParallel?: boolean;
}

/** For index builds; the server's default of 64 MB makes them sort on disk. Those that run at the same time share it. */
const MAINTENANCE_MB = 256;
const POLL_MS = 500;

/** Applies all parts, each once for this run, and calls `applied` after each. Throws Stopped between two of them. */
export async function applyParts(
  context: BuildContext,
  client: pg.Client,
  parts: readonly Part[],
  applied: (title: string) => void,
): Promise<void> {
  const building = new Map<number, string>();
  await watchIndexBuilds(context, building, async () => {
    for (const group of groupsOf(parts)) {
      const queue = group.values();
      if (group.length === 1) {
        await work(context, client, queue, building, applied, MAINTENANCE_MB);
        continue;
      }
      const count = Math.min(context.options.jobs, group.length);
      const share = Math.floor(MAINTENANCE_MB / count);
      const address = await context.address();
      const workers = Array.from({ length: count }, () =>
        onOwnConnection(address, (own) => work(context, own, queue, building, applied, share)),
      );
      // All of them: a build that outlives its step would still hold its locks.
      const failed = (await Promise.allSettled(workers)).find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    }
  });
}

/** Neighbours that may run at the same time are one group. */
function groupsOf(parts: readonly Part[]): Part[][] {
  const groups: Part[][] = [];
  for (const part of parts) {
    const last = groups.at(-1);
    if (part.isParallel === true && last?.at(-1)?.isParallel === true) last.push(part);
    else groups.push([part]);
  }
  return groups;
}

/** Takes parts from the queue until it is empty; after a failure nobody takes another one. */
async function work(
  context: BuildContext,
  client: pg.Client,
  queue: IterableIterator<Part>,
  building: Map<number, string>,
  applied: (title: string) => void,
  megabytes: number,
): Promise<void> {
  const pid = Number(Reflect.get(client, 'processID'));
  try {
    await client.query(`SELECT set_config('maintenance_work_mem', $1, false)`, [`${megabytes}MB`]);
    for (const { name, title, sql } of queue) {
      if (context.stop.aborted) throw new Stopped();
      building.set(pid, title);
      await applyOnce(client, context.run, name, sql);
      applied(title);
    }
  } catch (error) {
    queue.return?.();
    throw error;
  } finally {
    building.delete(pid);
  }
}

interface Build {
  readonly pid: string;
  readonly phase: string;
  readonly done: string;
  readonly total: string;
}

/** Shows the progress of the builds of these sessions while `during` goes on, through a connection of its own. */
async function watchIndexBuilds(
  context: BuildContext,
  building: ReadonlyMap<number, string>,
  during: () => Promise<void>,
): Promise<void> {
  const watcher = await connectTarget(await context.address());
  const progress = progressOf(context.emit, 'constrain');
  const show = ({ pid, phase, done, total }: Build): void => {
    const title = building.get(Number(pid));
    if (title === undefined || Number(total) === 0) return;
    const doing = `${title}: ${phase.replace('building index: ', '')}`;
    progress({ doing, done: Number(done), total: Number(total), unit: 'blocks' });
  };
  const timer = setInterval(() => {
    watcher.query<Build>(loadSql('verify/index_progress.sql'), [[...building.keys()]]).then(
      ({ rows }) => {
        rows.forEach(show);
      },
      // Progress is a courtesy: the build itself reports what goes wrong.
      () => undefined,
    );
  }, POLL_MS);
  try {
    await during();
  } finally {
    clearInterval(timer);
    await watcher.end().catch(() => undefined);
  }
}
