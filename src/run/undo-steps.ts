// Takes back what a run did: each step, newest first, and at last all that it has made in the target.
import type { StepName } from '../events.js';
import { dropRun, hasRun } from '../target/ledger.js';
import { keepModuleRows } from './module-rows.js';
import type { Step, StepContext } from './step.js';

interface Undoing {
  readonly steps: readonly Step[];
  readonly context: StepContext;
  /** Is given each step that had something to take back, once that is true. */
  readonly undone: (step: StepName, summary: string) => void;
  /** Called directly before what the run has made is gone for good. */
  readonly beforeDrop: () => void;
}

/** Safe to repeat. Throws what a step throws, or the server's error. */
export async function undoSteps({ steps, context, undone, beforeDrop }: Undoing): Promise<void> {
  let dropped: string | undefined;
  for (const step of [...steps].reverse()) {
    const summary = await step.undo(context);
    // Told when it is true: what the schema has made is dropped below.
    if (step.name === 'schema') dropped = summary;
    else if (summary !== undefined) undone(step.name, summary);
  }
  const client = await context.target();
  // Somebody who still reads there must not keep us waiting for ever.
  await client.query(`SELECT set_config('lock_timeout', '15s', false)`);
  if (await hasRun(client, context.run)) {
    const rows = await keepModuleRows(client, context.options.plan, context.folder);
    if (rows !== undefined) context.emit({ type: 'notice', message: rows });
    for (const role of await dropRun(client, context.run, beforeDrop))
      context.emit({ type: 'notice', message: `role ${role} stays, because others use it by now` });
  }
  if (dropped !== undefined) undone('schema', dropped);
}
