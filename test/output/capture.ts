// A writer that keeps what it is given.
import type { Writer } from '../../src/output/writer.js';

export interface Capture extends Writer {
  readonly lines: string[];
}

export function capture(isTty = false): Capture {
  const lines: string[] = [];
  return {
    lines,
    line: (text) => lines.push(text),
    isTty,
    close: () => undefined,
    flushed: () => Promise.resolve(),
  };
}
