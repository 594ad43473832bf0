// The steps of a run, in order.
import type { Step } from '../src/run/step.js';
import { backup } from './backup.js';
import { constrain } from './constrain.js';
import { copy } from './copy.js';
import { cutover } from './cutover/index.js';
import { dump } from './dump.js';
import { preflight } from './preflight/index.js';
import { schema } from './schema.js';
import { verify } from './verify/index.js';

export const STEPS: readonly Step[] = [preflight, backup, schema, copy, constrain, verify, dump, cutover];

/** What `ttm-wizard verify` runs on a copied run. */
export const VERIFY_STEPS: readonly Step[] = [verify];

export { catchUp as CATCH_UP_STEP } from './cutover/catch-up.js';
