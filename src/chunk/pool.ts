// A small pool of worker threads: takes jobs from an iterator as threads become free, so nothing is planned further ahead
// than needed, and stops at a safe point: after the jobs under way.
import { Worker } from 'node:worker_threads';
import { type ExitCode, WizardError } from '../errors.js';
import type { CarryBackPart, Job, JobResults, WorkerSetup } from './jobs.js';

export interface WorkerRequest {
  /** Undefined asks the worker to end. */
  readonly job?: Job;
}

export type WorkerReply =
  | { readonly result: JobResults[Job['kind']] }
  /** Of a job that is still under way. */
  | { readonly part: CarryBackPart }
  | { readonly failure: { code: string; message: string; remedies: readonly string[]; exitCode: ExitCode } }
  | { readonly bug: string };

/** How jobs are handed out; see WorkerPool.run. */
export type Pace = 'steady' | 'in rounds';

// Young generations of the default size let each thread grow by a hundred megabytes before the first collection. The old one is
// for the largest rows (large-rows.ts); from 1024 on V8 would let it grow fourfold between two collections.
const HEAP_LIMITS = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 1000 };

interface Place {
  worker: Worker | undefined;
}

export class WorkerPool {
  private setup: WorkerSetup | undefined;
  /** The place of each thread; it is started with its first job, because most databases have only a few chunks. */
  private readonly places: Place[];

  constructor(setup: WorkerSetup, size: number) {
    this.setup = setup;
    this.places = Array.from({ length: size }, () => ({ worker: undefined }));
  }

  /**
   * Performs all jobs, `done` being called as each ends, in the order of ending. After `signal` aborts no further job is
   * begun; resolves to whether all were done. Rejects with the first failure, when no job is running any more.
   *
   * `in rounds` gives each thread one job and waits for all of them before the next. That is the pace for a file that others write to:
   * a lock on a file belongs to the process, so a thread that begins to read while another still reads does not see that a writer waits
   * (unixLock in SQLite's os_unix.c), and readers that always overlap would keep it waiting for ever.
   *
   * `part` gets what a job hands over before it is done; it has no other order than that of its own job.
   */
  async run<J extends Job>(
    jobs: Iterator<J>,
    done: (job: J, result: JobResults[J['kind']]) => void | Promise<void>,
    signal: AbortSignal,
    pace: Pace = 'steady',
    part: (job: J, part: CarryBackPart) => void = () => undefined,
  ): Promise<boolean> {
    if (pace === 'in rounds') return this.runInRounds(jobs, done, signal);
    let isComplete = true;
    let failed = false;
    const results = await Promise.allSettled(
      this.places.map(async (place) => {
        for (;;) {
          if (failed) return;
          if (signal.aborted) {
            isComplete = false;
            return;
          }
          const next = jobs.next();
          if (next.done === true) return;
          try {
            await done(next.value, await perform(this.workerAt(place), next.value, part));
          } catch (error) {
            failed = true;
            throw error;
          }
        }
      }),
    );
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    return isComplete;
  }

  private async runInRounds<J extends Job>(
    jobs: Iterator<J>,
    done: (job: J, result: JobResults[J['kind']]) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<boolean> {
    for (;;) {
      if (signal.aborted) return false;
      const round: [Place, J][] = [];
      for (const place of this.places) {
        const next = jobs.next();
        if (next.done !== true) round.push([place, next.value]);
      }
      if (round.length === 0) return true;
      const results = await Promise.allSettled(
        round.map(async ([place, job]) => done(job, await perform(this.workerAt(place), job))),
      );
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    }
  }

  /** The file that the threads read; undefined while they rest. */
  get file(): string | undefined {
    return this.setup?.file;
  }

  /**
   * The same threads for another file, or none for now: what they have open is closed. Their code is fast only when it has run for a
   * while, so threads are kept from step to step.
   */
  async turnTo(setup: WorkerSetup | undefined): Promise<void> {
    this.setup = setup;
    await Promise.all(
      this.places.map(async (place) => {
        if (place.worker?.threadId === -1) place.worker = undefined;
        if (place.worker !== undefined) await perform(place.worker, { kind: 'open', setup });
      }),
    );
  }

  /** Lets the threads close their connections and end; the next job starts another. */
  async close(): Promise<void> {
    await Promise.all(
      this.places.map(async (place) => {
        const { worker } = place;
        place.worker = undefined;
        if (worker === undefined || worker.threadId === -1) return;
        const exited = new Promise((resolve) => worker.once('exit', resolve));
        worker.postMessage({} satisfies WorkerRequest);
        await exited;
      }),
    );
  }

  /** Ends the threads at once; the server rolls their transactions back when the connections break. */
  async terminate(): Promise<void> {
    await Promise.all(this.places.map(async ({ worker }) => worker?.terminate()));
  }

  private workerAt(place: Place): Worker {
    place.worker ??= new Worker(new URL('./worker.js', import.meta.url), {
      workerData: this.setup,
      resourceLimits: HEAP_LIMITS,
    });
    return place.worker;
  }
}

function perform<J extends Job>(
  worker: Worker,
  job: J,
  part: (job: J, part: CarryBackPart) => void = () => undefined,
): Promise<JobResults[J['kind']]> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      finish();
    };
    // Kept until the job is over, for its thread goes on with it and must not be given another.
    let failure: { readonly error: unknown } | undefined;
    const onMessage = (reply: WorkerReply): void => {
      if ('part' in reply) failure ??= take(reply.part);
      else settle(() => (failure === undefined ? answer(reply) : reject(asError(failure.error))));
    };
    const take = (given: CarryBackPart): { error: unknown } | undefined => {
      try {
        part(job, given);
        return undefined;
      } catch (error) {
        return { error };
      }
    };
    const answer = (reply: Exclude<WorkerReply, { part: unknown }>): void => {
      if ('failure' in reply) reject(new WizardError(reply.failure));
      else if ('bug' in reply) reject(new Error(reply.bug));
      else resolve(reply.result as JobResults[J['kind']]);
    };
    const onError = (error: unknown): void => settle(() => reject(asError(error)));
    const onExit = (): void =>
      settle(() =>
        reject(new WizardError({ code: 'WORKER_ENDED', message: 'a worker thread was ended', exitCode: 75 })),
      );
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.postMessage({ job } satisfies WorkerRequest);
  });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
