// The endpoints that people and probes ask: /health knows nothing of the database, /tokens/stats and /tokens read it.
import { type Server, type ServerResponse, createServer } from 'node:http';
import { messageOf } from '../../errors.js';
import { loadSql } from '../../target/sql.js';
import type { Diary } from './diary.js';
import type { Cell, Row, Store } from './store.js';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Listens on 127.0.0.1; port 0 takes any. The caller closes it. */
export async function serve(store: Store, diary: Diary, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const startedAt = performance.now();
    void answer(store, url)
      .catch((error: unknown): Answer => {
        const waitedMs = performance.now() - startedAt;
        diary.write({ kind: 'error', where: `GET ${url.pathname}`, message: messageOf(error), waitedMs });
        return { status: 500, body: { detail: messageOf(error) } };
      })
      .then((given) => send(response, given));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function answer(store: Store, url: URL): Promise<Answer> {
  switch (url.pathname.replace(/(.)\/$/, '$1')) {
    case '/health':
      return { status: 200, body: { status: 'ok' } };
    case '/tokens/stats':
      return { status: 200, body: await stats(store) };
    case '/tokens': {
      const limit = Number(url.searchParams.get('limit') ?? 50);
      const offset = Number(url.searchParams.get('offset') ?? 0);
      const isValid = Number.isInteger(limit) && limit >= 1 && limit <= 100;
      if (!isValid || !Number.isInteger(offset) || offset < 0)
        return { status: 422, body: { detail: 'limit is 1 to 100, offset not negative' } };
      return { status: 200, body: await list(store, limit, offset) };
    }
    default:
      return { status: 404, body: { detail: 'Not Found' } };
  }
}

/** How many tokens there are of each status, and of all. */
async function stats(store: Store): Promise<Record<string, number>> {
  const sql = loadSql('tothemoon/queries/tokens_stats.sql');
  const counts: Record<string, number> = { active: 0, archived: 0, monitoring: 0 };
  let total = 0;
  for (const { status, tokens } of await store.session((session) => session.rows(sql))) {
    counts[String(status)] = Number(tokens);
    total += Number(tokens);
  }
  return { ...counts, total };
}

/** A page of the tokens that are not archived, best first, and how many there are. */
async function list(store: Store, limit: number, offset: number): Promise<unknown> {
  return store.session(async (session) => {
    const [counted] = await session.rows(loadSql('demo/tokens_count.sql'));
    const rows = await session.rows(loadSql(`demo/tokens_list.${store.kind}.sql`), limit, offset);
    return { total: Number(counted?.['tokens']), limit, offset, items: rows.map(listItem) };
  });
}

function listItem(row: Row): Record<string, unknown> {
  const { mint_address, name, symbol, status, scoring_model } = row;
  const metrics: unknown = typeof row['metrics'] === 'string' ? JSON.parse(row['metrics']) : null;
  const metric = (key: string): unknown =>
    typeof metrics === 'object' && metrics !== null ? (Reflect.get(metrics, key) ?? null) : null;
  return {
    mint_address,
    name,
    symbol,
    status,
    score: number(row['smoothed_score'] ?? row['score']),
    liquidity_usd: metric('L_tot'),
    n_5m: metric('n_5m'),
    primary_dex: metric('primary_dex'),
    fetched_at: metric('fetched_at'),
    scoring_model,
    scored_at: iso(row['scored_at']),
    created_at: iso(row['created_at']),
  };
}

function number(value: Cell | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}

function iso(time: Cell | undefined): string | null {
  return typeof time === 'string' ? `${time.replace(' ', 'T')}+00:00` : null;
}
