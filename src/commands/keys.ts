// The keys for one question. readline, with which the prompts read, ends the process by an error nobody listens to when the terminal
// is gone. In the middle of a run that must not be: so it reads from a stream that cannot fail, and the terminal is handled here.
import { PassThrough } from 'node:stream';

/** A terminal that is gone reports that once for each thing that is tried with it. */
function ignore(): void {
  // Whoever asks learns it from `gone`.
}

/** Gives `ask` the keys as they are typed, and `gone`, which is aborted when no more can come. */
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
