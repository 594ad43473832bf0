// Ctrl-C, kill and a lost terminal. Nothing ends here: the run is told, saves its state and ends by itself.
import { EXIT } from '../errors.js';

/** After `abort` the state is saved already; whoever hangs in a dead connection is not waited for any longer. */
const GRACE_MS = 2000;

export interface Signals {
  readonly stop: AbortSignal;
  readonly abort: AbortSignal;
  /** The exit code of a command that ended with `code`: that of the signal if the signal was why. */
  exitCode(code: number): number;
}

interface Listener {
  /** A line for the person. */
  say(text: string): void;
  /** What is going on while the application stands, as a sentence; undefined when it runs. */
  halfway?(): string | undefined;
  /** The terminal is gone; nothing more can be written to it. */
  hungUp(): void;
  /** Ends the process at once. */
  end(code: number): void;
}

/** Listens for SIGINT, SIGTERM and SIGHUP from now on. */
export function listenForSignals(listener: Listener): Signals {
  const stop = new AbortController();
  const abort = new AbortController();
  let caught: 'SIGINT' | 'SIGTERM' | undefined;
  const codeOfSignal = (): number => (caught === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted);
  const endNow = (name: 'SIGINT' | 'SIGTERM'): void => {
    if (abort.signal.aborted) {
      listener.end(codeOfSignal());
      return;
    }
    caught = name;
    stop.abort(name);
    abort.abort(name);
    setTimeout(() => listener.end(codeOfSignal()), GRACE_MS).unref();
  };
  const askToStop = (name: 'SIGINT' | 'SIGTERM'): void => {
    const doing = listener.halfway?.();
    caught = name;
    listener.say(
      doing === undefined
        ? 'Stopping after this chunk; press Ctrl-C again to stop now'
        : `${doing}; press Ctrl-C again to leave it as it is`,
    );
    stop.abort(name);
  };
  process.on('SIGINT', () => {
    if (stop.signal.aborted) endNow('SIGINT');
    else askToStop('SIGINT');
  });
  process.on('SIGTERM', () => {
    // An application that stands is put back first; who cannot wait for that sends it twice.
    const isFirst = !stop.signal.aborted && listener.halfway?.() !== undefined;
    if (isFirst) askToStop('SIGTERM');
    else endNow('SIGTERM');
  });
  process.on('SIGHUP', () => listener.hungUp());
  return {
    stop: stop.signal,
    abort: abort.signal,
    exitCode: (code) => {
      const isStopped = code === EXIT.stoppedEarly || code === EXIT.interrupted || code === EXIT.terminated;
      return caught !== undefined && isStopped ? codeOfSignal() : code;
    },
  };
}
