// Progress as lines of a log: few enough to read afterwards, honest about what is measured and what is guessed.
import type { EventBody } from '../events.js';
import { safe } from './findings.js';
import { percentOf, showCount, showSeconds, showSize } from './format.js';

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

/** Who reads: somebody who watches, whoever looks into a log later, or a screen reader. */
export type Pace = 'watched' | 'logged' | 'spoken';

export class ProgressLines {
  private readonly tracks = new Map<string, Track>();
  private readonly pace: Pace;

  constructor(pace: Pace) {
    this.pace = pace;
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
    return this.pace === 'spoken' ? sentenceOf(progress, track) : lineOf(progress, track);
  }

  private isDue(track: Track, nowMs: number, percent: number): boolean {
    if (percent === 100) return false;
    // What is spoken takes its time: nothing but each full ten percent.
    if (this.pace === 'spoken') return tensIn(percent) > tensIn(track.linePercent);
    const sinceLine = nowMs - track.lineMs;
    if (sinceLine < LEAST_MS_BETWEEN) return false;
    const isWatched = this.pace === 'watched';
    return isWatched || percent - track.linePercent >= POINTS_BETWEEN || sinceLine >= MOST_MS_BETWEEN;
  }
}

/** What is known of a progress, each part as people read it; rate and time left only once they can be measured. */
export interface ProgressParts {
  /** `432,000 of 847,080 rows` */
  readonly amount: string;
  readonly percent: string;
  readonly size: string | undefined;
  readonly rate: string | undefined;
  readonly left: string | undefined;
}

/** `first` is the first progress of the same work: the rate is the average since then. */
export function progressParts(
  { done, total, unit, bytes, elapsedMs }: Progress,
  first: { readonly done: number; readonly elapsedMs: number },
): ProgressParts {
  const show = unit === 'bytes' ? showSize : showCount;
  const parts = {
    amount: unit === 'bytes' ? `${show(done)} of ${show(total)}` : `${show(done)} of ${show(total)} ${unit}`,
    percent: `${percentOf(done, total)} %`,
    size: bytes !== undefined && unit !== 'bytes' ? showSize(bytes) : undefined,
  };
  const measuredMs = elapsedMs - first.elapsedMs;
  const gained = done - first.done;
  if (measuredMs < LEAST_MS_FOR_RATE || gained <= 0) return { ...parts, rate: undefined, left: undefined };
  const rate = (gained / measuredMs) * 1000;
  // Whole seconds: more digits would be more than is known.
  const leftMs = Math.max(1, Math.round((total - done) / rate)) * 1000;
  return {
    ...parts,
    rate: unit === 'bytes' ? `${showSize(rate)}/s` : `${showCount(rate)} ${unit}/s`,
    left: `about ${showSeconds(leftMs)} left`,
  };
}

function tensIn(percent: number): number {
  return Math.floor(percent / POINTS_BETWEEN);
}

function lineOf(progress: Progress, track: Track): string {
  const { amount, percent, size, rate, left } = partsOf(progress, track);
  return `${whatOf(progress)}: ${[amount, percent, size, rate, left].filter((part) => part !== undefined).join(', ')}`;
}

function sentenceOf(progress: Progress, track: Track): string {
  const { left } = partsOf(progress, track);
  const done = `${tensIn(percentOf(progress.done, progress.total)) * POINTS_BETWEEN} %`;
  return [`${whatOf(progress)}: ${done}`, ...(left === undefined ? [] : [left])].join(', ');
}

function partsOf(progress: Progress, { firstMs, firstDone }: Track): ProgressParts {
  return progressParts(progress, { done: firstDone, elapsedMs: firstMs });
}

function whatOf({ doing, table }: Progress): string {
  return table === undefined ? safe(doing) : `${safe(doing)} ${safe(table)}`;
}
