// A writer that keeps what it is given.
import { type Look, USUAL_LOOK } from '../../src/output/look.js';
import type { Writer } from '../../src/output/writer.js';

export interface Capture extends Writer {
  readonly lines: string[];
}

export function capture(isTty = false, look: Look = USUAL_LOOK, columns?: number): Capture {
  const lines: string[] = [];
  return {
    lines,
    line: (text) => lines.push(text),
    data: (text) => lines.push(text),
    json: (value) => lines.push(JSON.stringify(value)),
    isTty,
    columns,
    look,
    close: () => undefined,
    flushed: () => Promise.resolve(),
  };
}
