// Plays recorded runs to the plain output.
import type { EventBody } from '../../src/events.js';
import { USUAL_LOOK } from '../../src/output/look.js';
import { unpainted } from '../../src/output/paint.js';
import { plainSink } from '../../src/output/plain.js';
import { reduce } from '../../src/reduce.js';
import { EMPTY_VIEW } from '../../src/view.js';
import { capture } from './capture.js';
import { record } from './recorded-run.js';

export const SPOKEN = { ...USUAL_LOOK, isScreenReader: true };

/** What is printed of a run, as one text. */
export function play(
  bodies: readonly EventBody[],
  paint = unpainted,
  isTty = false,
  look = USUAL_LOOK,
  columns?: number,
): string {
  const out = capture(isTty, look, columns);
  const sink = plainSink(out, paint);
  let view = EMPTY_VIEW;
  for (const event of record(bodies)) {
    view = reduce(view, event);
    sink(event, view);
  }
  return out.lines.join('\n');
}
