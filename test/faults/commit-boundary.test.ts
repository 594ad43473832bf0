// The narrowest moments: the rows are in but not committed, and committed without the wizard having heard of it. Also every other
// way in which the server or the line to it can fail in the middle of a COPY.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { tothemoon } from '../../src/plans/tothemoon.js';
import { serverUrl } from '../support/database.js';
import { connectAsText } from '../support/migrate.js';
import { type Fingerprint, fingerprintOf, strangersIn } from './fingerprint.js';
import { type Line, Proxy, tagOf } from './proxy.js';
import { type Attempt, Workshop } from './workshop.js';
import type { Ending, WizardProcess } from './wizard-process.js';

/** Of 5,600 scores: two chunks, and one of each other table. */
const CHUNKS = 5;
/** The first one of the scores. */
const MIDDLE = 3;
const TIMEOUT_MS = 90_000;

type Point = 'copied' | 'committed';
const NAMES: Readonly<Record<Point, string>> = {
  copied: 'the rows are in and not committed',
  committed: 'the rows are committed and nobody knows it yet',
};

let workshop: Workshop;
let prepared: Attempt;
let proxy: Proxy;
let reference: Fingerprint;
let attempt: Attempt | undefined;

beforeAll(async () => {
  workshop = new Workshop(5600);
  prepared = await workshop.prepare();
  proxy = await Proxy.open(serverUrl());
  const undisturbed = await workshop.attempt();
  const ending = await undisturbed.start().ended;
  expect(ending.code, ending.stderr).toBe(0);
  reference = await fingerprintOf(undisturbed.database.url);
  expect(reference['chunks']).toHaveLength(CHUNKS);
  await undisturbed.remove();
}, TIMEOUT_MS);

afterEach(async () => {
  proxy.reset();
  await attempt?.remove();
  attempt = undefined;
});

afterAll(async () => {
  await proxy.close();
  await prepared.remove();
  workshop.remove();
});

describe('the wizard is killed with kill -9 at the moment when', () => {
  for (const point of ['copied', 'committed'] as const) {
    for (const chunk of [1, MIDDLE, CHUNKS]) {
      for (const isDeaf of chunk === MIDDLE ? [false, true] : [false]) {
        const cable = isDeaf ? ', and the server does not notice' : '';
        it(
          `${NAMES[point]}, at chunk ${chunk} of ${CHUNKS}${cable}: --resume completes the same target`,
          async () => {
            const current = await begin();
            const wizard = current.start('--resume', '--jobs', '1');
            proxy.isDeaf = isDeaf;
            at(point, chunk, () => void wizard.kill('SIGKILL'));
            expect((await wizard.ended).signal).toBe('SIGKILL');
            expect(await ledgerLength(current)).toBe(point === 'copied' ? chunk - 1 : chunk);
            proxy.watcher = {};
            await expectCompletion(current);
          },
          TIMEOUT_MS,
        );
      }
    }
  }
});

describe('the wizard is killed with kill -9 while two indexes are built, each in a transaction of its own', () => {
  it.each([
    ['the first two', 0, false],
    ['others being in already, and the server does not notice', 2, true],
  ])(
    '%s: --resume makes what is missing, each once',
    async (_, files, isDeaf) => {
      const current = await begin();
      const wizard = current.start('--resume');
      proxy.isDeaf = isDeaf;
      atTwoBuilds(files, () => void wizard.kill('SIGKILL'));
      expect((await wizard.ended).signal).toBe('SIGKILL');
      expect(await indexFiles(current)).toHaveLength(files);
      proxy.watcher = {};
      await expectCompletion(current);
      expect(await indexFiles(current)).toEqual(INDEX_FILES);
    },
    TIMEOUT_MS,
  );
});

describe('the connection breaks, and not the wizard, at the moment when', () => {
  for (const point of ['copied', 'committed'] as const) {
    for (const chunk of [1, CHUNKS]) {
      it(
        `${NAMES[point]}, at chunk ${chunk} of ${CHUNKS}: a clean error, and --resume completes`,
        async () => {
          const current = await begin();
          const wizard = current.start('--resume');
          at(point, chunk, (line) => line.cut());
          expectCleanFailure(wizard, await wizard.ended);
          proxy.watcher = {};
          await expectCompletion(current);
        },
        TIMEOUT_MS,
      );
    }
  }
});

describe('the network is gone', () => {
  for (const step of ['schema', 'copy', 'constrain', 'verify'] as const) {
    it(
      `when ${step} begins: a clean error, and --resume completes`,
      async () => {
        const current = await begin();
        const wizard = current.start('--resume');
        wizard.onEvent((event) => {
          if (event.type !== 'step.started' || event.step !== step) return;
          proxy.isDown = true;
          proxy.cutAll();
        });
        expectCleanFailure(wizard, await wizard.ended);
        proxy.isDown = false;
        await expectCompletion(current);
      },
      TIMEOUT_MS,
    );
  }

  it(
    'in the middle of the comparison of rows: a clean error, and --resume completes',
    async () => {
      const current = await begin();
      const wizard = current.start('--resume');
      wizard.onEvent((event) => {
        if (event.type === 'table.verified' && event.table === 'tokens') proxy.cutAll();
      });
      expectCleanFailure(wizard, await wizard.ended);
      await expectCompletion(current);
    },
    TIMEOUT_MS,
  );

  it(
    'during preflight: a clean error, and the next run completes',
    async () => {
      const current = await workshop.attempt({ port: proxy.port });
      attempt = current;
      const wizard = current.start();
      wizard.onEvent((event) => {
        if (event.type === 'step.finding') proxy.cutAll();
      });
      expectCleanFailure(wizard, await wizard.ended);
      await expectCompletion(current);
    },
    TIMEOUT_MS,
  );

  it(
    'for the connection with the lock alone, while rows are copied: a clean error, and --resume completes',
    async () => {
      const current = await begin();
      const wizard = current.start('--resume');
      wizard.onEvent((event) => {
        if (event.type === 'table.started') proxy.lines.find(({ number }) => number === 0)?.cut();
      });
      expectCleanFailure(wizard, await wizard.ended);
      await expectCompletion(current);
    },
    TIMEOUT_MS,
  );
});

describe('the server ends a COPY in its middle', () => {
  it(
    'because an administrator terminates the sessions: a clean error, no session left, and --resume completes',
    async () => {
      const current = await begin();
      const wizard = current.start('--resume');
      let copies = 0;
      proxy.watcher = {
        fromServer: ({ type }, { server }) => {
          if (type !== 'G' || ++copies !== MIDDLE) return 'forward';
          // What the wizard sends from now on waits until the session is gone.
          void terminateCopies(current).then(() => server.uncork());
          server.cork();
          return 'forward';
        },
      };
      expectCleanFailure(wizard, await wizard.ended);
      expect(await strangersIn(current.database.url)).toEqual([]);
      proxy.watcher = {};
      await expectCompletion(current);
    },
    TIMEOUT_MS,
  );

  it(
    'because a row arrives damaged: a clean error, no session left, and --resume completes',
    async () => {
      const current = await begin();
      const wizard = current.start('--resume');
      let parts = 0;
      proxy.watcher = {
        // The first part of the fourth COPY that holds rows; each row begins with its number of fields.
        fromClient: ({ type, bytes }) => {
          if (type !== 'd' || bytes.length < 1000 || ++parts !== 4) return 'forward';
          const damaged = Buffer.from(bytes);
          damaged.writeInt16BE(99, 5);
          return damaged;
        },
      };
      const ending = await wizard.ended;
      expectCleanFailure(wizard, ending);
      expect(wizard.events.at(-1)).toMatchObject({ exitCode: 5, code: 'TARGET_SQL' });
      expect(ending.stderr).toContain('22P04');
      expect(await strangersIn(current.database.url)).toEqual([]);
      proxy.watcher = {};
      await expectCompletion(current);
    },
    TIMEOUT_MS,
  );
});

/** Goes on from the snapshot, through the proxy. */
async function begin(): Promise<Attempt> {
  attempt = await workshop.attempt({ preparedIn: prepared.backupDir, port: proxy.port });
  return attempt;
}

/** Does `action` when the server reports the nth COPY or the COMMIT of the nth chunk; the wizard does not get to hear of it. */
function at(point: Point, nth: number, action: (line: Line) => void): void {
  let seen = 0;
  proxy.watcher = {
    fromServer: (message, line) => {
      const tag = tagOf(message) ?? '';
      const isPoint = point === 'copied' ? tag.startsWith('COPY ') : tag === 'COMMIT' && line.hasCopied;
      if (!isPoint || ++seen !== nth) return 'forward';
      action(line);
      return 'hold';
    },
  };
}

/** Does `action` when two sessions have built an index and not committed it, and `files` files of indexes are in. */
function atTwoBuilds(files: number, action: () => void): void {
  const building = new Set<Line>();
  const committing = new Set<Line>();
  let committed = 0;
  proxy.watcher = {
    fromServer: (message, line) => {
      const tag = tagOf(message);
      if (tag === 'COMMIT' && committing.delete(line)) committed++;
      if (tag !== 'CREATE INDEX') return 'forward';
      // One session stops at its first index; the other goes on until enough are in.
      if (building.size > 0 && committed < files) {
        committing.add(line);
        return 'forward';
      }
      if (building.add(line).size === 2) action();
      return 'hold';
    },
  };
}

const INDEX_FILES = tothemoon.constrain.filter(({ isParallel }) => isParallel).map(({ file }) => file);

/** The files of indexes that the ledger says are in. */
function indexFiles(current: Attempt): Promise<string[]> {
  return texts(current, 'SELECT file FROM ttm_wizard.applied WHERE file = ANY ($1) ORDER BY file', [
    INDEX_FILES,
  ]);
}

async function ledgerLength(current: Attempt): Promise<number> {
  return (await texts(current, 'SELECT number FROM ttm_wizard.chunk')).length;
}

/** The one column that a query answers with. */
async function texts({ database }: Attempt, sql: string, values: unknown[] = []): Promise<string[]> {
  const client = await connectAsText(database.url);
  try {
    const { rows } = await client.query<string[]>({ text: sql, values, rowMode: 'array' });
    return rows.flat();
  } finally {
    await client.end();
  }
}

async function terminateCopies({ database }: Attempt): Promise<void> {
  const client = await connectAsText(database.url);
  try {
    const { rowCount } = await client.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
       WHERE datname = current_database() AND query LIKE 'COPY %' AND state = 'active' AND pid <> pg_backend_pid()`,
    );
    expect(rowCount).toBeGreaterThan(0);
  } finally {
    await client.end();
  }
}

function expectCleanFailure({ events }: WizardProcess, { code, stderr }: Ending): void {
  expect([5, 75], stderr).toContain(code);
  expect(events.at(-1)).toMatchObject({ type: 'run.failed', exitCode: code });
  expect(stderr).not.toMatch(/bug|at .*\.js:\d+|undefined|\[object/i);
  expect(stderr).not.toBe('');
}

async function expectCompletion(current: Attempt): Promise<void> {
  const wizard = current.start('--resume');
  const ending = await wizard.ended;
  expect(ending.code, ending.stderr).toBe(0);
  expect(wizard.events.at(-1)).toMatchObject({ type: 'run.completed', exitCode: 0 });
  expect(await fingerprintOf(current.database.url)).toEqual(reference);
  expect(await strangersIn(current.database.url)).toEqual([]);
}
