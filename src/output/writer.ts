// A stream to write lines to that may vanish at any time: the reader of a pipe ends, or the SSH session hangs up. The work goes
// on without it.
import { type Look, USUAL_LOOK, toAscii } from './look.js';

export interface Writer {
  /** For people: in ASCII where `look` wants it. */
  line(text: string): void;
  /** For files: the text and nothing else, whatever the look. */
  data(text: string): void;
  /** For scripts: one line of JSON, whatever the look. */
  json(value: unknown): void;
  readonly isTty: boolean;
  /** Of the terminal as it is now; undefined where the lines may be as long as they like. */
  readonly columns: number | undefined;
  /** What the person's terminal can show, once the settings are known. */
  look: Look;
  /** Nothing is written any more. */
  close(): void;
  /** Resolves when everything has been handed to the system, or the stream is gone. */
  flushed(): Promise<void>;
}

export function openWriter(stream: NodeJS.WriteStream): Writer {
  let isOpen = true;
  const close = (): void => {
    isOpen = false;
  };
  // EPIPE and EIO arrive here; without a listener they would end the process.
  stream.on('error', close);
  const write = (text: string): void => {
    if (isOpen) stream.write(`${text}\n`);
  };
  const writer: Writer = {
    line: (text) => write(writer.look.isAscii ? toAscii(text) : text),
    data: write,
    json: (value) => write(JSON.stringify(value)),
    isTty: stream.isTTY,
    // A terminal that does not know its size says 0.
    get columns() {
      return stream.isTTY && stream.columns > 0 ? stream.columns : undefined;
    },
    look: USUAL_LOOK,
    close,
    flushed: () =>
      new Promise((resolve) => {
        if (!isOpen || stream.writableLength === 0) {
          resolve();
          return;
        }
        stream.once('error', () => resolve());
        stream.write('', () => resolve());
      }),
  };
  return writer;
}
