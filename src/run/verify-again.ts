// Compares source and target of the newest run once more; changes nothing on either side and nothing in the run's folder.
import { Execution, type RunIo } from './execution.js';
import { type RunQuery, findCopiedRun, optionsOfRun } from './find-run.js';
import type { Step } from './step.js';

/** Resolves to 0 when all is equal, 6 when not. Throws NO_RUN (exit 2) when the folder holds no copied run of this target. */
export async function verifyAgain(query: RunQuery, steps: readonly Step[], io: RunIo): Promise<number> {
  const run = findCopiedRun(query);
  return new Execution(optionsOfRun(run, query), steps, io, run, 'read-only').again();
}
