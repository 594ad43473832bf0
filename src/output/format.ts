// How numbers, sizes and times look for people: the same everywhere, whatever the locale of the machine.
import prettyBytes from 'pretty-bytes';
import prettyMs from 'pretty-ms';

/** `847,080`. Not by Intl.NumberFormat, which takes 16 ms to load its tables whenever a command starts. */
export function showCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `1 row`, `847,080 rows` */
export function showRows(count: number): string {
  return `${showCount(count)} ${count === 1 ? 'row' : 'rows'}`;
}

/** `1.4 GB` */
export function showSize(bytes: number): string {
  return prettyBytes(bytes);
}

/** `13.4 s`; below a second `12 ms`, `0.4 ms`. */
export function showDuration(ms: number): string {
  if (ms < 1000) return `${ms < 10 && !Number.isInteger(ms) ? ms.toFixed(1) : Math.round(ms)} ms`;
  return prettyMs(ms, {
    keepDecimalsOnWholeSeconds: true,
    secondsDecimalDigits: ms < 60_000 ? 1 : 0,
  }).replace(/(\d)([a-z]+)/g, '$1 $2');
}

/** `0 s`, `13 s`, `1 m 5 s`: whole seconds, for a time that goes on or is guessed. */
export function showSeconds(ms: number): string {
  return ms < 1000 ? '0 s' : showDuration(Math.floor(ms / 1000) * 1000).replace('.0 ', ' ');
}

/** Milliseconds from `at` (UTC) to `nowMs` (of the epoch); 0 when `at` is empty or later, as after the clock was set back. */
export function msSince(at: string, nowMs: number): number {
  const ms = nowMs - Date.parse(at);
  return ms > 0 ? ms : 0;
}

/** Milliseconds from one time to another (UTC); never less than 0. */
export function msBetween(from: string, to: string): number {
  return msSince(from, Date.parse(to));
}

/** `02:00:13`, in the machine's own time zone like every other log there. */
export function showClock(at: string): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
}

/** `2026-01-31 02:00:13 +00:00` */
export function showMoment(at: string): string {
  const date = new Date(at);
  const day = [date.getFullYear(), twoDigits(date.getMonth() + 1), twoDigits(date.getDate())].join('-');
  const offset = -date.getTimezoneOffset();
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map(twoDigits);
  return `${day} ${showClock(at)} ${offset < 0 ? '-' : '+'}${hours ?? '00'}:${minutes ?? '00'}`;
}

/** Whole percent, 100 only when all is done. */
export function percentOf(done: number, total: number): number {
  if (done >= total) return 100;
  return Math.min(99, Math.floor((done / total) * 100));
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** The first `most` of them, and how many there are beyond: `a, b and 3 more`. */
export function showSome(names: readonly string[], most: number): string {
  const more = names.length > most ? ` and ${names.length - most} more` : '';
  return names.slice(0, most).join(', ') + more;
}
