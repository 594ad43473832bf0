// What a run tells the world. Steps emit these and nothing else; the screen, the plain lines and NDJSON all read them, and
// assets/events.schema.json is generated from here. No event holds a secret or more of the data than a shortened example.
import { z } from 'zod';

const step = z.enum(['preflight', 'backup', 'schema', 'copy', 'constrain', 'verify', 'dump', 'cutover']);
export type StepName = z.infer<typeof step>;

const count = z.number().int().nonnegative();
const elapsedMs = count;

const finding = z.object({
  severity: z.enum(['ok', 'info', 'warning', 'error']),
  /** kebab-case name of what was checked or found. */
  code: z.string(),
  /** One sentence. */
  message: z.string(),
  /** Lines to type or do. */
  remedies: z.array(z.string()),
  /** For findings about values. */
  table: z.string().optional(),
  column: z.string().optional(),
  /** How many rows have it. */
  count: count.optional(),
  examples: z.array(z.object({ key: z.string(), value: z.string() })).optional(),
});
export type Finding = z.infer<typeof finding>;

const ms = z.number().nonnegative();
/** The first run, and the median of the warm ones; without any, after a first run of more than a second, the first counts. */
const queryTimes = z.object({ firstMs: ms, ms, warmRuns: count });

const totals = z.object({ tables: count, rows: count, bytes: count, quarantined: count });
export type Totals = z.infer<typeof totals>;

const environment = z.object({
  /** Versions. */
  wizard: z.string(),
  node: z.string(),
  sqlite: z.string(),
  /** Absent until the server has answered. */
  postgres: z.string().optional(),
  /** The operating system with its kernel and processor; never the machine's name. */
  system: z.string(),
  cores: count,
  memoryBytes: count,
  timeZone: z.string(),
});
export type Environment = z.infer<typeof environment>;

const bodies = [
  z.object({
    type: z.literal('run.started'),
    plan: z.string(),
    source: z.string(),
    target: z.string(),
    folder: z.string(),
    log: z.string(),
    steps: z.array(step),
    dryRun: z.boolean(),
  }),
  z.object({
    type: z.literal('run.resumed'),
    plan: z.string(),
    source: z.string(),
    target: z.string(),
    folder: z.string(),
    log: z.string(),
    steps: z.array(step),
    /** Steps that were completed before. */
    done: z.array(step),
    message: z.string(),
    /** Absent when the run goes on. */
    doing: z.literal('take-back').optional(),
  }),
  /** On what it runs; said again when it goes on, which may be with other versions. */
  z.object({ type: z.literal('environment'), ...environment.shape }),
  z.object({ type: z.literal('step.started'), step, title: z.string() }),
  z.object({
    type: z.literal('step.progress'),
    step,
    /** What is being done, in a few words. */
    doing: z.string(),
    table: z.string().optional(),
    /** Work done and in all, in `unit`; never more done than total, never less than before for the same `doing` and table. */
    done: count,
    total: count,
    unit: z.enum(['rows', 'bytes', 'pages', 'blocks', 'parts']),
    bytes: count.optional(),
    elapsedMs,
  }),
  z.object({ type: z.literal('step.finding'), step, finding }),
  z.object({ type: z.literal('step.completed'), step, summary: z.string(), elapsedMs }),
  z.object({ type: z.literal('step.failed'), step, code: z.string(), message: z.string(), elapsedMs }),
  z.object({ type: z.literal('step.undone'), step, summary: z.string() }),
  /** What a step is made of, in order, where that is worth following; said again when it begins to take itself back. */
  z.object({ type: z.literal('step.parts'), step, parts: z.array(z.string()) }),
  /** One of them has begun; those before it are done. */
  z.object({ type: z.literal('step.part'), step, part: z.string() }),
  /** The application is being stopped. */
  z.object({ type: z.literal('downtime.started'), step }),
  /** It has answered again, from whichever side. */
  z.object({ type: z.literal('downtime.ended'), step, downtimeMs: count }),
  /** What will be copied of a table, as the source is now. */
  z.object({ type: z.literal('table.planned'), step, table: z.string(), rows: count, bytes: count }),
  z.object({ type: z.literal('table.started'), step, table: z.string(), rows: count, bytes: count }),
  z.object({
    type: z.literal('table.copied'),
    step,
    table: z.string(),
    rows: count,
    bytes: count,
    quarantined: count,
    elapsedMs,
  }),
  z.object({
    type: z.literal('table.verified'),
    step,
    table: z.string(),
    sourceRows: count,
    targetRows: count,
    quarantined: count,
    /** SHA-256 over the digests of the chunks, in order, of each side. */
    sourceDigest: z.string(),
    targetDigest: z.string(),
    equal: z.boolean(),
    /** Rows that differ; the first ten are findings. */
    differences: count,
    elapsedMs,
  }),
  z.object({
    type: z.literal('query.compared'),
    step,
    query: z.string(),
    equal: z.boolean(),
    rows: count,
    /** Median of the warm runs on each side, of what the application sends. */
    sourceMs: ms,
    targetMs: ms,
    /** Index that the target's plan uses; null when the query needs none or uses none. */
    index: z.string().nullable(),
    /** The route or job that sends it. Runs of earlier versions have this and what follows not. */
    caller: z.string().optional(),
    /** On the source, on the target as the application sends it, and there in the form that suits the target best, if that is another. */
    times: z.object({ source: queryTimes, sent: queryTimes, fast: queryTimes.optional() }).optional(),
    /** How many times faster than the source the best form has to be. */
    requiredFactor: z.number().positive().optional(),
    /** How the target comes to the answer; not right when it misses its index, or reads all of a large table. */
    plan: z
      .object({
        isRight: z.boolean(),
        /** What is not right; or which tables are read as a whole and why that is right, or why it takes its time. */
        reasons: z.array(z.string()),
        indexes: z.array(z.string()),
      })
      .optional(),
  }),
  /** An index of the target when the comparison is over; those of partitions are summed under the index they belong to. */
  z.object({
    type: z.literal('index.measured'),
    step,
    table: z.string(),
    index: z.string(),
    /** Method and keys: `btree (token_id, created_at DESC)`. */
    definition: z.string(),
    bytes: count,
    /** How often it has been used since it was made, by the comparison and by the application's queries. */
    scans: count,
  }),
  /** A file that is kept for the person: the snapshot, the dump. */
  z.object({
    type: z.literal('file.written'),
    step,
    /** Its whole path. */
    file: z.string(),
    bytes: count,
    sha256: z.string(),
  }),
  z.object({ type: z.literal('input.needed'), question: z.string(), message: z.string(), flag: z.string() }),
  z.object({ type: z.literal('input.given'), question: z.string(), answer: z.string(), origin: z.string() }),
  z.object({ type: z.literal('notice'), message: z.string() }),
  /** Nothing has come on for a while, and this is why; said again every ten seconds as long as it lasts. */
  z.object({
    type: z.literal('run.waiting'),
    /** What is waited for, as the end of a sentence that begins with "waiting for". */
    what: z.string(),
    remedies: z.array(z.string()),
    /** For how long nothing has come on. */
    silentMs: count,
  }),
  z.object({ type: z.literal('plan.statement'), step, title: z.string(), sql: z.string() }),
  z.object({ type: z.literal('run.completed'), exitCode: count, message: z.string(), totals, elapsedMs }),
  z.object({
    type: z.literal('run.failed'),
    exitCode: count,
    code: z.string(),
    message: z.string(),
    remedies: z.array(z.string()),
    elapsedMs,
  }),
  z.object({ type: z.literal('run.rolled-back'), exitCode: count, message: z.string(), elapsedMs }),
] as const;

/** An event without the envelope that the journal adds. */
const eventBodySchema = z.discriminatedUnion('type', bodies);
export type EventBody = z.infer<typeof eventBodySchema>;

const envelope = z.object({
  /** Version of this format. */
  v: z.literal(1),
  /** 1, 2, 3, … within a run, going on when it is resumed. */
  seq: z.number().int().positive(),
  /** UTC, milliseconds. */
  at: z.iso.datetime(),
  run: z.string(),
});
export const eventSchema = envelope.and(eventBodySchema);
export type WizardEvent = z.infer<typeof eventSchema>;

/** How a step speaks. */
export type Emit = (event: EventBody) => void;

/** JSON Schema of one line of `--json` output, as in assets/events.schema.json. */
export function eventJsonSchema(): unknown {
  return z.toJSONSchema(eventSchema);
}
