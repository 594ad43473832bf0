// How a run ends that was asked to stop: what the person did, what is left as it is, and the exit code of the signal.
import { EXIT } from '../errors.js';

export const RESUME_REMEDY = 'the same command with --resume goes on';

interface Left {
  readonly message: string;
  readonly remedies: readonly string[];
}

export interface Asked {
  /** End at the next safe point; end now. The reason of each says who wants it. */
  readonly stop: AbortSignal;
  readonly abort: AbortSignal;
}

/** `reason` of a stop that only makes way for a rollback. */
export const TO_ROLL_BACK = 'roll back';

/** For the step that was at work. */
export function whyStopped({ stop, abort }: Asked): string {
  const reason: unknown = abort.aborted ? abort.reason : stop.reason;
  if (abort.aborted) return `stopped at once (${reason === 'SIGTERM' ? 'SIGTERM' : 'Ctrl-C twice'})`;
  if (reason === TO_ROLL_BACK) return 'stopped at a safe point, to be taken back (r)';
  return `stopped at a safe point (${reason === 'SIGTERM' ? 'SIGTERM' : 'q or Ctrl-C'})`;
}

/** For the run; `left` says in what state the application is where it stands. */
export function stoppedEnding({ stop, abort }: Asked, left: Left | undefined): Left & { exitCode: number } {
  const reason: unknown = abort.aborted ? abort.reason : stop.reason;
  const { message, remedies } = left ?? { message: 'what is done is kept', remedies: [RESUME_REMEDY] };
  const exitCode = reason === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted;
  return { exitCode, message: `stopped; ${message}`, remedies };
}
