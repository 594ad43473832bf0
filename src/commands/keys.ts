// The keys of the terminal. readline, with which the prompts read, ends the process by an error nobody listens to when the terminal is gone.
// In the middle of a run that must not be: so keys come through a stream that cannot fail, and the terminal is handled here.
import { PassThrough } from 'node:stream';
import { type Key, isUnfinished, parseKeys } from '../keypress.js';

/** A terminal that is gone reports that once for each thing that is tried with it. */
function ignore(): void {
  // Whoever asks learns it from `gone`.
}

/** How long the rest of an escape sequence may be under way. */
const SEQUENCE_MS = 60;

export interface Keys {
  /** Aborted when no more can come. */
  readonly gone: AbortSignal;
  /** Gives the terminal its line mode and its echo back, until `resume`. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** Calls `press` for every key from now on. */
export function openKeys(press: (key: Key) => void): Keys {
  const { stdin } = process;
  const stream = new PassThrough();
  const gone = new AbortController();
  let held = '';
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    const input = held;
    held = '';
    for (const key of parseKeys(input)) press(key);
  };
  stream.setEncoding('utf8').on('data', (text: string) => {
    clearTimeout(timer);
    held += text;
    if (isUnfinished(held)) timer = setTimeout(flush, SEQUENCE_MS);
    else flush();
  });
  stream.once('end', () => gone.abort());
  stdin.off('error', ignore).on('error', ignore);
  const setRaw = (isRaw: boolean): void => {
    try {
      stdin.setRawMode(isRaw);
    } catch {
      // The terminal is gone; its end follows.
    }
  };
  setRaw(true);
  stdin.pipe(stream);
  return {
    gone: gone.signal,
    pause: () => setRaw(false),
    resume: () => setRaw(true),
    close: () => {
      clearTimeout(timer);
      stdin.unpipe(stream).pause();
      setRaw(false);
    },
  };
}

/** Gives `ask` the bytes as they are typed, and `gone`, which is aborted when no more can come. */
export async function withKeys<T>(ask: (keys: PassThrough, gone: AbortSignal) => Promise<T>): Promise<T> {
  const { stdin } = process;
  const keys = new PassThrough();
  const gone = new AbortController();
  keys.once('end', () => gone.abort());
  stdin.off('error', ignore).on('error', ignore);
  stdin.setRawMode(true);
  stdin.pipe(keys);
  try {
    return await ask(keys, gone.signal);
  } finally {
    stdin.unpipe(keys).pause();
    stdin.setRawMode(false);
  }
}
