// A real HTTP server that comes up late, breaks, hangs, or says the wrong things, and what the probe makes of each.
import { type IncomingMessage, type RequestListener, type Server, createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { measure, probe } from '../../src/app/probe.js';
import { failureOf } from '../support/processes.js';

const PATHS = ['/tokens/stats', '/tokens?limit=10'];
const QUICK = { timeoutMs: 700, requestTimeoutMs: 200, pollMs: 20 };

let server: Server;
let sockets: Set<Socket>;
let requests: IncomingMessage[];
let base: string;

beforeEach(async () => {
  sockets = new Set();
  requests = [];
  await listen(0);
});

afterEach(() => {
  vi.unstubAllEnvs();
  return close();
});

async function listen(port: number): Promise<void> {
  server = createServer();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${portOf()}`;
}

function portOf(): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function close(): Promise<void> {
  for (const socket of sockets) socket.destroy();
  return new Promise((resolve) => server.close(() => resolve()));
}

function serve(answer: RequestListener): void {
  server.on('request', (request, response) => {
    requests.push(request);
    answer(request, response);
  });
}

/** One answer after the other, then the last one for ever. */
function serveInTurn(...answers: readonly (readonly [status: number, body: string])[]): void {
  serve((_, response) => {
    const [status, body] = answers[Math.min(requests.length, answers.length) - 1] ?? [200, '{}'];
    response.writeHead(status).end(body);
  });
}

describe('a probe', () => {
  it('asks each path in turn, only with GET, and gives status and time', async () => {
    serve((request, response) => {
      setTimeout(() => response.end('{"total":3}'), request.url === PATHS[1] ? 60 : 0);
    });

    const probed = await probe(`${base}/`, PATHS, QUICK);

    expect(probed.map(({ path, status }) => [path, status])).toEqual(PATHS.map((path) => [path, 200]));
    expect(probed[1]?.elapsedMs).toBeGreaterThanOrEqual(59);
    expect(requests.map(({ method, url }) => `${method ?? ''} ${url ?? ''}`)).toEqual(
      PATHS.map((path) => `GET ${path}`),
    );
  });

  it('waits for an application that does not listen yet', async () => {
    const port = portOf();
    await close();
    const late = new Promise((resolve) => setTimeout(resolve, 200)).then(() => listen(port));
    const probing = probe(base, PATHS.slice(0, 1), { ...QUICK, timeoutMs: 10_000 });
    await late;
    serveInTurn([200, '[]']);

    expect(await probing).toMatchObject([{ path: '/tokens/stats', status: 200 }]);
  });

  it('waits while the application answers 500 and its proxy 502', async () => {
    serveInTurn([500, 'no'], [502, 'Bad Gateway'], [429, ''], [200, '{}']);
    await probe(base, PATHS, { ...QUICK, timeoutMs: 10_000 });
    expect(requests.map(({ url }) => url)).toEqual([
      ...Array<string>(4).fill('/tokens/stats'),
      '/tokens?limit=10',
    ]);
  });

  it('asks again where an answer hangs or breaks off', async () => {
    serve((_, response) => {
      if (requests.length === 1) return;
      if (requests.length === 2) response.writeHead(200, { 'content-length': '100' }).write('{"half":');
      else if (requests.length === 3) response.socket?.destroy();
      else response.end('{}');
    });
    await probe(base, PATHS.slice(0, 1), { ...QUICK, timeoutMs: 10_000 });
    expect(requests).toHaveLength(4);
  });

  it('times out with the last answer, made safe and shortened', async () => {
    serveInTurn([500, `{"detail":"password authentication failed\u001B[2J"}${'x'.repeat(500)}`]);

    const error = await failureOf(probe(base, PATHS, QUICK));

    expect(error).toMatchObject({ code: 'PROBE', exitCode: 7 });
    expect(error.message).toMatch(
      /^the probe times out: no good answer from GET http:\S+\/tokens\/stats within 700 ms; last seen: answers 500 with: \{"detail":"password authentication failed\\u\{1b\}\[2J"\}x+…$/,
    );
    expect(error.message.length).toBeLessThan(400);
    expect(error.remedies[0]).toBe(`curl -i '${base}/tokens/stats'`);
  });

  it('times out with the reason when nobody ever listens', async () => {
    await close();
    const error = await failureOf(probe(base, PATHS, QUICK));
    expect(error.message).toMatch(
      /times out: .* last seen: cannot be reached: connect ECONNREFUSED 127\.0\.0\.1/,
    );
    await listen(0);
  });

  it('times out when the answer never comes, and says so', async () => {
    serve(() => undefined);
    const begin = performance.now();
    const error = await failureOf(probe(base, PATHS, QUICK));
    expect(error.message).toMatch(/times out: .* last seen: gives no answer within 200 ms$/);
    expect(performance.now() - begin).toBeLessThan(5000);
  });

  it.each([
    ['an empty body', 200, '  ', 'answers 200 with an empty body'],
    ['a page', 200, '<html>', 'answers 200 with what is no JSON: <html>'],
    ['404', 404, '{"detail":"Not Found"}', 'answers 404 with: {"detail":"Not Found"}'],
    ['401', 401, '', 'answers 401 with an empty body'],
    ['204', 204, '', 'answers 204 with an empty body'],
  ])('fails at once on %s, which waiting cannot mend', async (_, status, body, words) => {
    serveInTurn([status, body]);
    const error = await failureOf(probe(base, PATHS, { ...QUICK, timeoutMs: 60_000 }));
    expect(error).toMatchObject({
      code: 'PROBE',
      exitCode: 7,
      message: `the probe fails: GET ${base}/tokens/stats ${words}`,
    });
    expect(requests).toHaveLength(1);
  });

  it('names the second path when only that one fails', async () => {
    serve((request, response) => response.writeHead(request.url === PATHS[1] ? 400 : 200).end('{}'));
    expect((await failureOf(probe(base, PATHS, QUICK))).message).toContain('/tokens?limit=10 answers 400');
  });

  it('follows redirects of the same host, and no others', async () => {
    serve((request, response) => {
      const location = request.url === '/there' ? 'http://elsewhere.invalid/x' : `${base}/final`;
      if (request.url === '/final') response.end('{}');
      else response.writeHead(307, { location }).end();
    });

    expect(await probe(base, ['/here'], QUICK)).toMatchObject([{ path: '/here', status: 200 }]);
    const error = await failureOf(probe(base, ['/there'], QUICK));
    expect(error.message).toMatch(/answers 307 with: redirects to http:\/\/elsewhere\.invalid$/);
  });

  it('does not run in circles', async () => {
    serve((_, response) => response.writeHead(302, { location: '/again' }).end());
    const error = await failureOf(probe(base, ['/again'], QUICK));
    expect(error.message).toMatch(/^the probe fails: .* answers 302 with: redirects more than 5 times$/);
  });

  it('takes no proxy from the environment', async () => {
    for (const name of ['http_proxy', 'HTTP_PROXY', 'ALL_PROXY']) vi.stubEnv(name, 'http://127.0.0.1:9');
    vi.stubEnv('NODE_USE_ENV_PROXY', '1');
    serveInTurn([200, '{}']);
    expect(await probe(base, ['/x'], QUICK)).toHaveLength(1);
  });

  it('sends a password of the URL and shows it nowhere', async () => {
    serveInTurn([403, 'no']);
    const error = await failureOf(probe(base.replace('//', '//admin:s3cret@'), ['/x'], QUICK));
    expect(requests[0]?.headers.authorization).toBe(`Basic ${btoa('admin:s3cret')}`);
    expect([error.message, ...error.remedies].join()).not.toContain('s3cret');
  });

  it.each(['ftp://here', '127.0.0.1:8000', 'http://here/?q=1', 'http://'])(
    'refuses %s as a URL',
    async (url) => {
      expect(await failureOf(probe(url, PATHS, QUICK))).toMatchObject({ code: 'BAD_PROBE_URL', exitCode: 2 });
    },
  );
});

describe('the time measured before the cutover', () => {
  it('is that of one request', async () => {
    serve((_, response) => setTimeout(() => response.end('[1]'), 60));
    const measured = await measure(base, '/tokens?limit=10');
    expect(measured).toMatchObject({ path: '/tokens?limit=10', status: 200 });
    expect(measured?.elapsedMs).toBeGreaterThanOrEqual(59);
    expect(requests).toHaveLength(1);
  });

  it('is unknown where the application cannot be reached, fails, or takes too long', async () => {
    serve((request, response) => {
      if (request.url === '/broken') response.writeHead(500).end('{}');
    });
    expect(await measure(base, '/broken')).toBeUndefined();
    expect(await measure(base, '/slow', 100)).toBeUndefined();
    await close();
    expect(await measure(base, '/tokens')).toBeUndefined();
    await listen(0);
  });
});
