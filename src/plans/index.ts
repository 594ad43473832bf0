// The plans that --plan can name.
import { WizardError } from '../errors.js';
import type { Plan } from './plan.js';
import { tothemoon } from './tothemoon.js';

const PLANS: readonly Plan[] = [tothemoon];

export function planNamed(name: string): Plan {
  const plan = PLANS.find((candidate) => candidate.name === name);
  if (plan !== undefined) return plan;
  throw new WizardError({
    code: 'UNKNOWN_PLAN',
    message: `there is no plan named ${name}`,
    remedies: [`--plan ${PLANS.map((candidate) => candidate.name).join(' | ')}`],
    exitCode: 2,
  });
}
