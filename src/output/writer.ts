// A stream to write lines to that may vanish at any time: the reader of a pipe ends, or the SSH session hangs up. The work goes
// on without it.

export interface Writer {
  line(text: string): void;
  readonly isTty: boolean;
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
  return {
    line: (text) => {
      if (isOpen) stream.write(`${text}\n`);
    },
    isTty: stream.isTTY,
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
}
