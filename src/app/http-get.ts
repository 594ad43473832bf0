// One GET to the application: own sockets, no proxy whatever the environment says, redirects on the same host only.
// Node's fetch would take proxies from the environment (Node 24) and quotes a password of the URL in its errors.
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { codeOf, messageOf } from '../errors.js';

/** What came of a request: a whole answer, no connection, or nothing whole in time. */
export type Answer =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }
  | { readonly kind: 'broken'; readonly reason: string }
  | { readonly kind: 'silent' };

interface Redirect {
  readonly kind: 'redirect';
  readonly location: string;
  readonly status: number;
}

const MAX_REDIRECTS = 5;
/** Far more than any page of a list; a stream without an end must not fill the memory. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Never rejects. `timeoutMs` holds for all redirects and the whole body together. */
export async function httpGet(url: URL, timeoutMs: number): Promise<Answer> {
  const deadline = performance.now() + timeoutMs;
  let here = url;
  for (let redirects = 0; ; redirects += 1) {
    const hop = await requestOnce(here, Math.max(1, deadline - performance.now()));
    if (hop.kind !== 'redirect') return hop;
    const next = URL.canParse(hop.location, here.href) ? new URL(hop.location, here) : undefined;
    if (next === undefined || !mayFollow(here, next))
      return { kind: 'answer', status: hop.status, body: `redirects to ${next?.origin ?? hop.location}` };
    if (redirects === MAX_REDIRECTS)
      return { kind: 'answer', status: hop.status, body: `redirects more than ${MAX_REDIRECTS} times` };
    next.username = url.username;
    next.password = url.password;
    here = next;
  }
}

/** The same host by name, and never from https back to http, which would send a password in the clear. */
function mayFollow(from: URL, to: URL): boolean {
  const isWeb = to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol === 'http:');
  return isWeb && to.hostname === from.hostname;
}

function requestOnce(url: URL, timeoutMs: number): Promise<Answer | Redirect> {
  return new Promise((resolve) => {
    const settle = (answer: Answer | Redirect): void => {
      clearTimeout(timer);
      resolve(answer);
      request.destroy();
    };
    const broken = (error: unknown): void => settle({ kind: 'broken', reason: reasonOf(error) });
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const headers = { accept: 'application/json', 'user-agent': 'ttm-wizard' };
    // `agent: false`: a new connection each time, as a new visitor makes one, and none kept open afterwards.
    const request = send(url, { method: 'GET', agent: false, headers }, (response) => {
      const status = response.statusCode ?? 0;
      const { location } = response.headers;
      if (status >= 300 && status < 400 && location !== undefined) {
        settle({ kind: 'redirect', status, location });
        return;
      }
      const pieces: Buffer[] = [];
      let bytes = 0;
      response.on('data', (piece: Buffer) => {
        pieces.push(piece);
        bytes += piece.length;
        if (bytes > MAX_BODY_BYTES) broken(new Error('the answer does not end'));
      });
      response.on('end', () =>
        settle({ kind: 'answer', status, body: Buffer.concat(pieces).toString('utf8') }),
      );
      response.on('error', broken);
    });
    const timer = setTimeout(() => settle({ kind: 'silent' }), timeoutMs);
    request.on('error', broken);
    request.end();
  });
}

/** Trying several addresses of a name gives one error that holds the others and has no words of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return messageOf(error) || (codeOf(error) ?? 'the connection breaks');
}
