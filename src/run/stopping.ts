// Who asked a run to stop, and how: what the person did, in words.

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
