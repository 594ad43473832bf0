// The plans that --plan can name.
import { nearest } from '../config/nearest.js';
import { WizardError } from '../errors.js';
import type { Plan } from './plan.js';
import { tothemoon } from './tothemoon.js';

const PLANS: readonly Plan[] = [tothemoon];

export function planNamed(name: string): Plan {
  const plan = PLANS.find((candidate) => candidate.name === name);
  if (plan !== undefined) return plan;
  const names = PLANS.map((candidate) => candidate.name);
  const near = nearest(name, names);
  throw new WizardError({
    code: 'UNKNOWN_PLAN',
    message: `there is no plan named ${name}`,
    remedies: [near === undefined ? `--plan ${names.join(' | ')}` : `Did you mean --plan ${near}?`],
    exitCode: 2,
  });
}
