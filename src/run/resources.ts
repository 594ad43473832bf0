// What a run holds while it is executed: the connection that locks its target, and its worker threads.
import type pg from 'pg';
import { z } from 'zod';
import type { WorkerSetup } from '../chunk/jobs.js';
import { WorkerPool } from '../chunk/pool.js';
import { type TargetAddress, connectTarget } from '../target/connect.js';
import { lockTarget } from './lock.js';

export interface ResourceOptions {
  /** postgresql:// URL; may hold the password. */
  readonly url: string;
  readonly run: string;
  /** Worker threads. */
  readonly jobs: number;
  /** Whether nothing may be written to the target, so that it need not be locked. */
  readonly isReadOnly: boolean;
  /** What preflight has left; undefined before. */
  readonly preflight: () => unknown;
}

const preflightSchema = z.object({ schema: z.string() });

export class Resources {
  private readonly options: ResourceOptions;
  private client: Promise<pg.Client> | undefined;
  private readonly clients: pg.Client[] = [];
  private pool: WorkerPool | undefined;

  constructor(options: ResourceOptions) {
    this.options = options;
  }

  /** The run's connection, made on first use. Throws TARGET_… errors (exit 5) and TARGET_LOCKED (exit 8). */
  target(): Promise<pg.Client> {
    this.client ??= this.connect();
    return this.client;
  }

  /** See StepContext.reconnect. Nobody is waited for who may not be there to answer any more. */
  async reconnect(): Promise<pg.Client> {
    await this.pool?.terminate();
    this.pool = undefined;
    for (const client of this.clients) void client.end().catch(() => undefined);
    this.clients.length = 0;
    this.client = undefined;
    return this.target();
  }

  address(): TargetAddress {
    const { url, run, preflight } = this.options;
    const { success, data } = preflightSchema.safeParse(preflight());
    return { url, applicationName: `ttm-wizard ${run}`, ...(success ? { schema: data.schema } : {}) };
  }

  /** See StepContext.workers. */
  async workers(setup: WorkerSetup): Promise<WorkerPool> {
    this.pool ??= new WorkerPool(setup, this.options.jobs);
    if (this.pool.file !== setup.file) await this.pool.turnTo(setup);
    return this.pool;
  }

  /** Ends threads and connections, and with them the lock; they may be made anew. */
  async close(): Promise<void> {
    await this.pool?.close();
    this.pool = undefined;
    for (const client of this.clients) await client.end().catch(() => undefined);
    this.clients.length = 0;
    this.client = undefined;
  }

  private async connect(): Promise<pg.Client> {
    const address = this.address();
    const client = await connectTarget(address);
    this.clients.push(client);
    if (this.options.isReadOnly) await client.query('SET default_transaction_read_only = on');
    else await lockTarget(client, address.applicationName);
    return client;
  }
}
