// A server that is gone when a switch-over is to be taken back. What the application has written there cannot be known without it, and
// starting the application on the source could lose that: so the server is waited for, and then the application is left where its rows
// are.
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Application } from '../../src/app/application.js';
import { planSwitch } from '../../src/app/env-switch.js';
import { EXIT, WizardError, codeOf, messageOf } from '../../src/errors.js';
import { showDuration } from '../../src/output/format.js';
import type { StepContext } from '../../src/run/step.js';
import { isTargetFailure, targetError } from '../../src/target/connect.js';
import { urlFor } from './new-url.js';

const PING_MS = 5000;
const AGAIN_MS = 500;
/** Times that the server may go away in the middle and come back. */
const MAX_LOSSES = 3;

/**
 * Performs what needs the target, again from its beginning when the connection is lost meanwhile. Throws TARGET_GONE (exit 10) when the
 * server does not come back; the application has then been started on the target, if its env files lead there.
 */
export async function withTarget<T>(
  context: StepContext,
  application: Application,
  work: () => Promise<T>,
): Promise<T> {
  for (let losses = 0; ; losses++) {
    await reachTarget(context, application);
    try {
      return await work();
    } catch (error) {
      if (!isLoss(error) || losses >= MAX_LOSSES) throw error;
    }
  }
}

/** Resolves when the target answers. Throws TARGET_GONE (exit 10); see withTarget. */
export async function reachTarget(context: StepContext, application: Application): Promise<void> {
  const { targetMs } = application.patience;
  const deadline = performance.now() + targetMs;
  let isTold = false;
  try {
    await ping(await context.target());
    return;
  } catch (error) {
    if (!isLoss(error)) throw error;
  }
  for (;;) {
    try {
      await ping(await context.reconnect());
      if (isTold) context.emit({ type: 'notice', message: 'the target answers again' });
      return;
    } catch (error) {
      if (!isLoss(error)) throw error;
      if (performance.now() >= deadline) throw await leaveThere(context, application, error);
      const what = `the target does not answer, and what the application has written there cannot be known without it: waiting for it, ${showDuration(targetMs)} at most (${reasonOf(error)})`;
      if (!isTold) context.emit({ type: 'notice', message: what });
      isTold = true;
      await sleep(AGAIN_MS);
    }
  }
}

/** A server that has vanished from the network says nothing at all. */
async function ping(client: pg.Client): Promise<void> {
  const limit = new AbortController();
  const silence = sleep(PING_MS, undefined, { signal: limit.signal }).then(() => {
    throw targetError('the target does not answer', new Error('no answer'));
  });
  silence.catch(() => undefined);
  try {
    await Promise.race([client.query('SELECT 1'), silence]);
  } finally {
    limit.abort();
  }
}

function isLoss(error: unknown): boolean {
  if (error instanceof WizardError) return error.code === 'TARGET_CONNECTION';
  return isTargetFailure(error) && targetError('', error).code === 'TARGET_CONNECTION';
}

function reasonOf(error: unknown): string {
  return messageOf(error instanceof WizardError ? error : targetError('connection lost', error));
}

async function leaveThere(
  context: StepContext,
  application: Application,
  cause: unknown,
): Promise<WizardError> {
  const { services, envFiles, urlKey, patience } = application;
  const url = await urlFor(context);
  const isOnTarget = planSwitch(envFiles, urlKey, url).every(({ diff }) => diff.length === 0);
  if (isOnTarget) await startAnyway(context, application);
  const left = isOnTarget
    ? 'the application is left on the target and goes on there as soon as the server is back'
    : `the application is left stopped (${services.describe})`;
  return new WizardError({
    code: 'TARGET_GONE',
    message: `for ${showDuration(patience.targetMs)} the target has not answered (${reasonOf(cause)}); so that no row is lost, ${left}`,
    remedies: [
      'start PostgreSQL again; then the same command with --resume finds out what was written where, and goes on',
    ],
    exitCode: EXIT.rollbackFailed,
    cause,
  });
}

/** Without its database it may not come up; whoever watches over it will try again, and the error says what is up in any case. */
async function startAnyway(context: StepContext, { services }: Application): Promise<void> {
  try {
    await services.start();
  } catch (error) {
    if (!(error instanceof WizardError)) throw error;
    const message = `the application does not start while its database is away: ${codeOf(error) ?? ''}`;
    context.emit({ type: 'notice', message });
  }
}
