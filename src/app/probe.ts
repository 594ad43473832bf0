// Asks the application for pages that it can answer only with its database, until it answers them well or time is up.
// An answer that waiting cannot mend (404, a page that is no JSON) ends it at once: every second of it is downtime.
import { setTimeout as sleep } from 'node:timers/promises';
import { showValue } from '../codec/problem.js';
import { WizardError } from '../errors.js';
import { showDuration } from '../output/format.js';
import { type Answer, httpGet } from './http-get.js';

export interface Probed {
  readonly path: string;
  readonly status: number;
  /** From the request to the last byte of the answer. */
  readonly elapsedMs: number;
}

export interface ProbeOptions {
  /** For all paths together. */
  readonly timeoutMs?: number;
  readonly requestTimeoutMs?: number;
  readonly pollMs?: number;
}

const BODY_SHOWN = 200;

/**
 * GETs each path in turn until it answers 200 with JSON. Throws PROBE (exit 7) with what was seen last, and BAD_PROBE_URL (exit 2).
 * A password in the URL is sent and never shown.
 */
export async function probe(
  baseUrl: string,
  paths: readonly string[],
  { timeoutMs = 60_000, requestTimeoutMs = 10_000, pollMs = 250 }: ProbeOptions = {},
): Promise<readonly Probed[]> {
  const urls = paths.map((path) => ({ path, url: urlOf(baseUrl, path) }));
  const deadline = performance.now() + timeoutMs;
  const probed: Probed[] = [];
  for (const { path, url } of urls) {
    let seen = 'nothing';
    for (;;) {
      const begin = performance.now();
      const allowedMs = Math.min(requestTimeoutMs, deadline - begin);
      if (allowedMs <= 0) {
        const message = `the probe times out: no good answer from ${show(url)} within ${showDuration(timeoutMs)}; last seen: ${seen}`;
        throw probeError(message, url);
      }
      const answer = await httpGet(url, allowedMs);
      const verdict = judge(answer);
      if (verdict.kind === 'good') {
        probed.push({ path, status: verdict.status, elapsedMs: performance.now() - begin });
        break;
      }
      // A request that only our own deadline cut short says less than the one before it.
      const isCutShort = answer.kind === 'silent' && allowedMs < requestTimeoutMs;
      if (!isCutShort || seen === 'nothing') seen = describe(answer, allowedMs);
      if (verdict.kind === 'hopeless') throw probeError(`the probe fails: ${show(url)} ${seen}`, url);
      await sleep(Math.max(0, Math.min(pollMs, deadline - performance.now())));
    }
  }
  return probed;
}

/** One timed request, to compare with later; undefined unless it is answered well within the time. */
export async function measure(
  baseUrl: string,
  path: string,
  requestTimeoutMs = 60_000,
): Promise<Probed | undefined> {
  const begin = performance.now();
  const verdict = judge(await httpGet(urlOf(baseUrl, path), requestTimeoutMs));
  if (verdict.kind !== 'good') return undefined;
  return { path, status: verdict.status, elapsedMs: performance.now() - begin };
}

type Verdict = { readonly kind: 'good'; readonly status: number } | { readonly kind: 'wait' | 'hopeless' };

/** Statuses besides 5xx that ask to come again: timeout, too early, too many requests. */
const AGAIN = [408, 425, 429];

function judge(answer: Answer): Verdict {
  if (answer.kind !== 'answer') return { kind: 'wait' };
  const { status, body } = answer;
  if (status >= 500 || AGAIN.includes(status)) return { kind: 'wait' };
  return status === 200 && isJson(body) ? { kind: 'good', status } : { kind: 'hopeless' };
}

function isJson(body: string): boolean {
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}

function describe(answer: Answer, allowedMs: number): string {
  if (answer.kind === 'silent') return `gives no answer within ${showDuration(allowedMs)}`;
  if (answer.kind === 'broken') return `cannot be reached: ${showValue(answer.reason, BODY_SHOWN)}`;
  const { status, body } = answer;
  if (body.trim() === '') return `answers ${status} with an empty body`;
  const what = status === 200 ? 'with what is no JSON' : 'with';
  return `answers ${status} ${what}: ${showValue(body.trim(), BODY_SHOWN)}`;
}

function urlOf(baseUrl: string, path: string): URL {
  const text = baseUrl.replace(/\/+$/, '') + (path.startsWith('/') ? path : `/${path}`);
  if (/^https?:\/\/[^?#]+$/.test(baseUrl) && URL.canParse(text)) return new URL(text);
  throw new WizardError({
    code: 'BAD_PROBE_URL',
    message: 'the URL of the application is not one of http:// or https:// without a query',
    remedies: ['--health-url http://127.0.0.1:8000'],
    exitCode: 2,
  });
}

/** Without user and password. */
function show(url: URL): string {
  return `GET ${url.origin}${url.pathname}${url.search}`;
}

function probeError(message: string, url: URL): WizardError {
  return new WizardError({
    code: 'PROBE',
    message,
    remedies: [
      `curl -i '${url.origin}${url.pathname}${url.search}'`,
      'the application writes its reason into its own log: journalctl -u UNIT -n 50',
    ],
    exitCode: 7,
  });
}
