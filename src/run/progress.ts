// Thins out progress: at most four events a second for each thing that is being done, and always the last one.
import type { Emit, EventBody } from '../events.js';

type Progress = Extract<EventBody, { type: 'step.progress' }>;

const INTERVAL_MS = 250;

/** A function that emits progress of one step with its elapsed time. */
export function progressOf(
  emit: Emit,
  step: Progress['step'],
): (progress: Omit<Progress, 'type' | 'step' | 'elapsedMs'>) => void {
  const startedAt = performance.now();
  const last = new Map<string, number>();
  return (progress) => {
    const now = performance.now();
    const name = `${progress.doing} ${progress.table ?? ''}`;
    const before = last.get(name);
    if (before !== undefined && now - before < INTERVAL_MS && progress.done < progress.total) return;
    last.set(name, now);
    const done = Math.min(progress.done, progress.total);
    emit({ type: 'step.progress', step, ...progress, done, elapsedMs: Math.round(now - startedAt) });
  };
}
