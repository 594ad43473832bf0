// The application's own queries on both sides: equal answers, the time before and after, and how the target comes to them. First all
// of the source's side, while the target is idle, then the target's: so neither slows the other down.
import type pg from 'pg';
import type { QueryAnswer, QueryResult, QueryTimes } from '../../src/chunk/jobs.js';
import type { WorkerPool } from '../../src/chunk/pool.js';
import { timeAnswer } from '../../src/chunk/query-times.js';
import { codeOf, messageOf } from '../../src/errors.js';
import type { Finding } from '../../src/events.js';
import { showDuration } from '../../src/output/format.js';
import type { QueryPlan } from '../../src/plans/plan.js';
import { progressOf } from '../../src/run/progress.js';
import { backupResult, chunkList } from '../../src/run/snapshot.js';
import { type StepContext, Stopped } from '../../src/run/step.js';
import { onOwnConnection } from '../../src/target/connect.js';
import { loadSql } from '../../src/target/sql.js';
import { firstDifference } from './answers.js';
import { type PlanCheck, checkPlan, unlessQuick } from './query-plan.js';

type Report = (finding: Finding) => void;

/** Above this a query of the plan has to say why. */
const SLOW_MS = 50;
/** So many characters of answers are those of a large source. */
const MANY_CHARACTERS = 1_000_000;

/** Resolves to how long the slowest of them takes on the source, in milliseconds. */
export async function compareQueries(
  context: StepContext,
  pool: WorkerPool,
  report: Report,
): Promise<number> {
  const { queries } = context.options.plan;
  const progress = progressOf(context.emit, 'verify');
  const told = (doing: string, done: number): void =>
    progress({ doing, done, total: queries.length, unit: 'parts' });
  const answers = await askSource(context, pool, (done) =>
    told("asking the source the application's queries", done),
  );
  // What the threads have taken for a large source they would keep while the same answers come from the target.
  if (charactersOf([...answers.values()]) > MANY_CHARACTERS) await pool.close();
  reportUnavailable(queries, answers, report);
  const excuse = excuseFor(context);
  let slowestMs = 0;
  // On a connection of its own: what a session has counted, each index's scans, is known to others for certain when it has ended.
  await onOwnConnection(await context.address(), async (client) => {
    for (const [i, query] of queries.entries()) {
      if (context.stop.aborted) throw new Stopped();
      const source = answers.get(query.name);
      if (source !== undefined && source.unavailable === undefined) {
        slowestMs = Math.max(slowestMs, roundMs(source.times.ms));
        await compareQuery(context, client, query, source, excuse, report);
      }
      told('asking the target the same', i + 1);
      answers.delete(query.name);
    }
  });
  return slowestMs;
}

async function askSource(
  context: StepContext,
  pool: WorkerPool,
  told: (done: number) => void,
): Promise<Map<string, QueryResult>> {
  const answers = new Map<string, QueryResult>();
  const jobs = context.options.plan.queries.map(({ name, sqlite, parameters }) => ({
    kind: 'query' as const,
    name,
    sql: loadSql(sqlite),
    ...(parameters === undefined ? {} : { parameters }),
  }));
  const keep = ({ name }: { name: string }, result: QueryResult): void => {
    answers.set(name, result);
    told(answers.size);
  };
  if (!(await pool.run(jobs.values(), keep, context.stop))) throw new Stopped();
  return answers;
}

function charactersOf(answers: readonly QueryResult[]): number {
  return answers
    .flatMap(({ rows }) => rows)
    .flat()
    .reduce((sum, text) => sum + (text?.length ?? 0), 0);
}

/** One finding for each reason: an older source lacks the same column for many of them. */
function reportUnavailable(
  queries: readonly QueryPlan[],
  answers: ReadonlyMap<string, QueryResult>,
  report: Report,
): void {
  const names = new Map<string, string[]>();
  for (const { name } of queries) {
    const reason = answers.get(name)?.unavailable;
    if (reason !== undefined) names.set(reason, [...(names.get(reason) ?? []), name]);
  }
  for (const [reason, without] of names) {
    const which = without.length === 1 ? `query ${without.join()}` : `${without.length} queries`;
    const all = without.length === 1 ? '' : ` (${without.join('; ')})`;
    const message = `${which} cannot be compared: on the source ${reason}${all}`;
    report({ severity: 'info', code: 'query-unavailable', message, remedies: [] });
  }
}

/** Asks the target in every form that the plan has, tells what came of it, and complains where that is called for. */
async function compareQuery(
  context: StepContext,
  client: pg.Client,
  query: QueryPlan,
  source: QueryResult,
  excuse: string | undefined,
  report: Report,
): Promise<void> {
  const complain = (severity: Finding['severity'], code: string, what: string): void =>
    report({ severity, code, message: `query ${query.name}: ${what}`, remedies: [] });
  const sent = await askTarget(client, query, query.postgres, source);
  if ('refusal' in sent) {
    const [severity, why] =
      excuse === undefined ? (['error', ''] as const) : (['warning', ` (${excuse})`] as const);
    complain(
      severity,
      'query-refused',
      `the target refuses it as the application sends it: ${sent.refusal}${why}`,
    );
    return;
  }
  const asked = query.fast === undefined ? undefined : await askTarget(client, query, query.fast, source);
  if (asked !== undefined && 'refusal' in asked)
    complain('warning', 'query-refused', `the target refuses its fast form: ${asked.refusal}`);
  const fast = asked === undefined || 'refusal' in asked ? undefined : asked;
  const best = fast ?? sent;
  const different = [
    ...(sent.difference === undefined ? [] : [sent.difference]),
    ...(fast?.difference === undefined ? [] : [`in its fast form, ${fast.difference}`]),
  ];
  const plan = planOf(query, sent, fast);
  context.emit({
    type: 'query.compared',
    step: 'verify',
    query: query.name,
    caller: query.caller,
    equal: different.length === 0,
    rows: sent.answer.rows.length,
    sourceMs: roundMs(source.times.ms),
    targetMs: roundMs(sent.answer.times.ms),
    times: {
      source: roundTimes(source.times),
      sent: roundTimes(sent.answer.times),
      ...(fast === undefined ? {} : { fast: roundTimes(fast.answer.times) }),
    },
    ...(query.requiredFactor === undefined ? {} : { requiredFactor: query.requiredFactor }),
    index: best.plan.indexes.find((name) => name === query.index) ?? null,
    plan: { isRight: plan.isRight, reasons: [...plan.reasons], indexes: [...plan.indexes] },
  });
  for (const difference of different) {
    if (excuse === undefined) complain('error', 'query-different', difference);
    else complain('warning', 'query-different', `${difference} (${excuse})`);
  }
  if (!plan.isRight) {
    const how = plan.reasons.join(' and ');
    complain('warning', 'query-plan', `the target ${how}, in ${showDuration(best.answer.times.ms)}`);
  }
}

interface Asked {
  readonly answer: QueryAnswer;
  readonly difference: string | undefined;
  readonly plan: PlanCheck;
}

/** One form: its answer with times, how that differs from the source's, and the server's way to it; or why the server refuses it. */
async function askTarget(
  client: pg.Client,
  query: QueryPlan,
  file: string,
  source: QueryResult,
): Promise<Asked | { readonly refusal: string }> {
  const text = loadSql(file);
  const values = source.parameters.map((value, i) => asParameter(text, i + 1, value));
  let types: number[] = [];
  try {
    const answer = await timeAnswer(async () => {
      const result = await client.query<(string | null)[]>({ text, values, rowMode: 'array' });
      types = result.fields.map(({ dataTypeID }) => dataTypeID);
      return { columns: result.fields.map(({ name }) => name), rows: result.rows };
    });
    const difference = firstDifference(source, answer, types, query.isUnordered);
    const plan = unlessQuick(await checkPlan(client, query, text, values), answer.times.ms);
    return { answer, difference, plan };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { refusal: messageOf(error) };
  }
}

/** Classes 42 and 22 of SQLSTATE: the statement, or its values. Everything else is the server's trouble and no answer. */
function isRefusal(error: unknown): boolean {
  return /^(?:42|22)/.test(codeOf(error) ?? '');
}

/** A list of ids is written out by the application; where the target's form takes an array, such a list is one. */
function asParameter(sql: string, place: number, value: string | null): string | null {
  return sql.includes(`$${place}::integer[]`) && value !== null ? `{${value.slice(1, -1)}}` : value;
}

/** What is wrong with the application's own form counts too: it goes on sending that. */
function planOf({ slowReason }: QueryPlan, sent: Asked, fast: Asked | undefined): PlanCheck {
  const { plan, answer } = fast ?? sent;
  if (fast !== undefined && plan.isRight && !sent.plan.isRight)
    return {
      ...sent.plan,
      reasons: sent.plan.reasons.map((reason) => `${reason} for the application's own form`),
    };
  if (slowReason === undefined || answer.times.ms <= SLOW_MS) return plan;
  return { ...plan, reasons: [...plan.reasons, slowReason] };
}

function roundTimes({ firstMs, ms, warmRuns }: QueryTimes): QueryTimes {
  return { firstMs: roundMs(firstMs), ms: roundMs(ms), warmRuns };
}

function roundMs(ms: number): number {
  return Math.round(ms * 100) / 100;
}

/** Why the application's answers may differ by right, every row having been compared. */
function excuseFor(context: StepContext): string | undefined {
  if (chunkList(context).chunks.some(({ survey }) => survey.bad > 0)) return 'rows are in quarantine';
  if (backupResult(context).hasOtherSpellings)
    return 'the source orders times by their spelling, of which it has several';
  return undefined;
}
