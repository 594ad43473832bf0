// Progress as lines of a log: few enough to read afterwards, honest about what is measured and what is guessed.
import type { EventBody } from '../events.js';
import { safe } from './findings.js';
import { percentOf, showCount, showDuration, showSize } from './format.js';

type Progress = Extract<EventBody, { type: 'step.progress' }>;

const LEAST_MS_BETWEEN = 2000;
const POINTS_BETWEEN = 10;
/** A log that is not watched still shows that something goes on. */
const MOST_MS_BETWEEN = 30_000;
/** Before that a rate is noise. */
const LEAST_MS_FOR_RATE = 1000;

interface Track {
  readonly firstMs: number;
  readonly firstDone: number;
  lineMs: number;
  linePercent: number;
}

export class ProgressLines {
  private readonly tracks = new Map<string, Track>();
  private readonly isTty: boolean;

  constructor(isTty: boolean) {
    this.isTty = isTty;
  }

  /** The line to print for `progress`, or undefined when it is too soon for one. */
  next(progress: Progress): string | undefined {
    const name = [progress.step, progress.doing, progress.table].join(' ');
    const percent = percentOf(progress.done, progress.total);
    const { elapsedMs, done } = progress;
    const track = this.tracks.get(name);
    // A smaller number than before: the step began anew.
    if (track === undefined || elapsedMs < track.lineMs) {
      this.tracks.set(name, { firstMs: elapsedMs, firstDone: done, lineMs: elapsedMs, linePercent: percent });
      return undefined;
    }
    if (!this.isDue(track, elapsedMs, percent)) return undefined;
    track.lineMs = elapsedMs;
    track.linePercent = percent;
    return lineOf(progress, percent, track);
  }

  private isDue(track: Track, nowMs: number, percent: number): boolean {
    const sinceLine = nowMs - track.lineMs;
    if (sinceLine < LEAST_MS_BETWEEN || percent === 100) return false;
    return this.isTty || percent - track.linePercent >= POINTS_BETWEEN || sinceLine >= MOST_MS_BETWEEN;
  }
}

function lineOf(progress: Progress, percent: number, track: Track): string {
  const { doing, table, done, total, unit, bytes, elapsedMs } = progress;
  const show = unit === 'bytes' ? showSize : showCount;
  const amount =
    unit === 'bytes' ? `${show(done)} of ${show(total)}` : `${show(done)} of ${show(total)} ${unit}`;
  const parts = [amount, `${percent} %`];
  if (bytes !== undefined && unit !== 'bytes') parts.push(showSize(bytes));
  const measuredMs = elapsedMs - track.firstMs;
  const gained = done - track.firstDone;
  if (measuredMs >= LEAST_MS_FOR_RATE && gained > 0) {
    const rate = (gained / measuredMs) * 1000;
    parts.push(unit === 'bytes' ? `${showSize(rate)}/s` : `${showCount(rate)} ${unit}/s`);
    // Whole seconds: more digits would be more than is known.
    const leftMs = Math.max(1, Math.round((total - done) / rate)) * 1000;
    parts.push(`about ${showDuration(leftMs).replace('.0', '')} left`);
  }
  const what = table === undefined ? safe(doing) : `${safe(doing)} ${safe(table)}`;
  return `${what}: ${parts.join(', ')}`;
}
