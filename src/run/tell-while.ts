// Says what is waited for while somebody else takes long: services that do not stop, an application that does not answer.
import type { Emit } from '../events.js';
import type { Wait } from '../target/waits.js';

/** After so much silence the person is told why, and again after as much more. */
export const SILENCE_MS = 10_000;

/** Does `work`; when it lasts, `find` says what it waits for, as long as it knows. `silenceMs` is SILENCE_MS, unless given. */
export async function tellWhile<T>(
  emit: Emit,
  find: () => Wait | undefined | Promise<Wait | undefined>,
  work: () => Promise<T>,
  silenceMs = SILENCE_MS,
): Promise<T> {
  const startedAt = performance.now();
  let isOver = false;
  const tell = async (): Promise<void> => {
    try {
      const wait = await find();
      if (wait === undefined || isOver) return;
      const silentMs = Math.round(performance.now() - startedAt);
      emit({ type: 'run.waiting', what: wait.what, remedies: [...wait.remedies], silentMs });
    } catch {
      // What cannot be found out is not told; the work itself says what goes wrong.
    }
  };
  const timer = setInterval(() => void tell(), silenceMs);
  try {
    return await work();
  } finally {
    isOver = true;
    clearInterval(timer);
  }
}
