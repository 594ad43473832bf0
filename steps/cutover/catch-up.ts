// Catch-up while the application is up: what it has written since the snapshot, as part of the switch-over or by itself.
import { type ChangeCounts, totalOf } from '../../src/chunk/changes.js';
import { showCount, showRows } from '../../src/output/format.js';
import { CatchUp } from '../../src/run/catch-up.js';
import { hasCaughtUp, saveCutover } from '../../src/run/cutover-state.js';
import type { Step, StepContext } from '../../src/run/step.js';

export const catchUp: Step = {
  name: 'cutover',
  title: 'Bring over what was written since',
  plan: () => Promise.resolve([]),

  async run(context) {
    beginCatchUp(context);
    const { quarantined, ...changes } = await new CatchUp(context).run();
    const aside = quarantined === 0 ? '' : `, ${showCount(quarantined)} set aside in ttm_wizard.quarantine`;
    return { summary: `${showChanges(changes)}${aside}` };
  },

  check: () => Promise.resolve(),
  undo: () => Promise.resolve(undefined),
};

/** From now on the target is what the ledger says, and no longer what the snapshot holds. */
export function beginCatchUp({ folder }: StepContext): void {
  if (!hasCaughtUp(folder)) saveCutover(folder, { v: 1, phase: 'caught-up' });
}

/** `12 rows inserted, 3 updated, 1 deleted`, or that there was nothing. */
export function showChanges(changes: ChangeCounts): string {
  if (totalOf(changes) === 0) return 'nothing has been written since';
  const { inserted, updated, deleted } = changes;
  return `${showRows(inserted)} inserted, ${showCount(updated)} updated, ${showCount(deleted)} deleted`;
}
