// --json: one event a line on standard output, nothing else there. What a person must see in spite of it goes to standard error.
import type { EventSink } from '../run/journal.js';
import { failureLines } from './failure.js';
import type { Paint } from './paint.js';
import type { Writer } from './writer.js';

export function ndjsonSink(out: Writer, err: Writer, paint: Paint): EventSink {
  return (event, view) => {
    out.json(event);
    if (event.type === 'run.failed')
      for (const line of failureLines({ ...event, log: view.log }, paint)) err.line(line);
  };
}
