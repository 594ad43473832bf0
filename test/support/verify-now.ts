// `ttm-wizard verify` on a site: what it complains of now.
import type { Finding, WizardEvent } from '../../src/events.js';
import { verifyAgain } from '../../src/run/verify-again.js';
import { VERIFY_STEPS } from '../../steps/index.js';
import type { Site } from './migrate.js';

export interface Verification {
  readonly exitCode: number;
  readonly events: readonly WizardEvent[];
  /** Findings of severity error. */
  readonly complaints: readonly Finding[];
}

export async function verifyNow(site: Pick<Site, 'backupDir' | 'target'>): Promise<Verification> {
  const events: WizardEvent[] = [];
  const { backupDir, target } = site;
  const exitCode = await verifyAgain({ backupDir, target, jobs: 1 }, VERIFY_STEPS, {
    sinks: [(event) => events.push(event)],
    stop: new AbortController().signal,
    abort: new AbortController().signal,
    secrets: [],
  });
  const findings = events.filter((event) => event.type === 'step.finding').map(({ finding }) => finding);
  return { exitCode, events, complaints: findings.filter(({ severity }) => severity === 'error') };
}
