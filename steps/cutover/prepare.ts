// All of a switch-over that can be done while the application is up. Nothing has been stopped when it throws.
import type { Application } from '../../src/app/application.js';
import { planSwitch } from '../../src/app/env-switch.js';
import { totalOf } from '../../src/chunk/changes.js';
import { EXIT, WizardError } from '../../src/errors.js';
import type { Finding } from '../../src/events.js';
import { CatchUp } from '../../src/run/catch-up.js';
import { checkRoomForSwitch } from '../../src/run/room.js';
import { fittedPlan, poolFor } from '../../src/run/snapshot.js';
import { type StepContext, Stopped } from '../../src/run/step.js';
import { installCapture, removeCapture } from '../../src/source/capture.js';
import { connectTarget } from '../../src/target/connect.js';
import { findingsOnDatabase } from '../preflight/database-in-use.js';
import { verifyResultSchema } from '../verify/index.js';
import { compareTables } from '../verify/tables.js';
import { beginCatchUp, showChanges } from './catch-up.js';
import { urlFor } from './new-url.js';
import { begin } from './parts.js';

/** Passes until one brings so few rows that the last one will be short. */
const FEW_ROWS = 200;
const MAX_PASSES = 4;

interface Prepared {
  readonly catchUp: CatchUp;
  /** How long the application's slowest query takes on the source. */
  readonly slowMs: number | undefined;
}

/** Leaves nothing of ours in the source when it throws. */
export async function prepare(context: StepContext, application: Application): Promise<Prepared> {
  try {
    return await prepareInSource(context, application);
  } catch (error) {
    removeCapture(context.options.source);
    throw error;
  }
}

async function prepareInSource(context: StepContext, application: Application): Promise<Prepared> {
  const notice = (message: string): void => context.emit({ type: 'notice', message });
  begin(context, 'bring over what was written meanwhile');
  const { envFiles, urlKey } = application;
  requireInUse(context, application);
  for (const { path, diff } of planSwitch(envFiles, urlKey, await urlFor(context)))
    if (diff.length > 0) notice(`env file ${path}: ${diff.join(' ')}`);
  await checkUrl(context);
  beginCatchUp(context);
  if (context.options.cutover?.capture === 'triggers') {
    installCapture(context.options.source, fittedPlan(context).tables);
    notice('triggers in the source log which rows change, until the switch-over is done');
  }
  const catchUp = new CatchUp(context);
  for (let pass = 1; pass <= MAX_PASSES; pass++) {
    const changes = await catchUp.run();
    notice(`brought over while the application runs: ${showChanges(changes)}`);
    if (pass === 1) await compareWithLedger(context);
    else if (totalOf(changes) <= FEW_ROWS) break;
  }
  if (context.stop.aborted) throw new Stopped();
  // Again: the passes above may have taken minutes, and from here on the application stands.
  requireInUse(context, application);
  await checkRoomForSwitch(context);
  return { catchUp, slowMs: slowestQueryMs(context) };
}

/** As measured on the snapshot: asking the application itself would keep its writers waiting for as long as that takes. */
function slowestQueryMs(context: StepContext): number | undefined {
  const { success, data } = verifyResultSchema.safeParse(context.result('verify'));
  return success && data.slowestMs > 0 ? data.slowestMs : undefined;
}

/** Preflight may have been days ago, and the application have been moved since, by a person or by another run. */
function requireInUse(context: StepContext, application: Application): void {
  const error = findingsOnDatabase(context, application).find(({ severity }) => severity === 'error');
  if (error === undefined) return;
  throw new WizardError({
    code: 'OTHER_DATABASE',
    message: `${error.message}; the application has not been stopped`,
    remedies: [...error.remedies],
    exitCode: EXIT.takenBack,
  });
}

/** The URL that the env files get must lead to the very target, by itself. */
async function checkUrl(context: StepContext): Promise<void> {
  const url = await urlFor(context);
  const client = await connectTarget({ url, applicationName: 'ttm-wizard check of the new URL' });
  await client.end();
}

/** Nobody but this run may have written to the target. */
async function compareWithLedger(context: StepContext): Promise<void> {
  const fitted = fittedPlan(context);
  let errors = 0;
  const report = (finding: Finding): void => {
    errors++;
    context.emit({ type: 'step.finding', step: 'cutover', finding });
  };
  const pool = await poolFor(context, fitted, context.options.source);
  await compareTables(context, fitted, pool, report, 'ledger', 'cutover');
  if (errors === 0) return;
  throw new WizardError({
    code: 'DIFFERENT',
    message: 'the target is not as this run left it; the application has not been stopped',
    remedies: ['ttm-wizard report lists the differences', 'ttm-wizard verify compares again'],
    exitCode: EXIT.differences,
  });
}
