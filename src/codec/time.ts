// Time text of SQLite to the text PostgreSQL prints for a timestamptz with TimeZone UTC. Text without an offset is UTC.
import { Problem } from './problem.js';

const FORM =
  /^(\d{4})-(\d\d)-(\d\d)(?:([ T])(\d\d):(\d\d)(?::(\d\d)(?:[.](\d{1,100}))?)?(?: ?(Z|z|[+-]\d\d(?::?\d\d)?))?)?$/;

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export interface CanonicalTime {
  readonly text: string;
  /** Whether the source spelled it in another way than `YYYY-MM-DD HH:MM:SS[.ffffff]` (T, Z, an offset, a date alone). */
  readonly respelled: boolean;
}

/**
 * One time. A Problem for anything that is not an existing time of the years 1 to 9999 to the microsecond: words such as
 * `now` that PostgreSQL would take (datetime.c), 24:00, leap seconds, 30 February, more than six digits of a second.
 */
export function canonicalTime(value: string): CanonicalTime | Problem {
  const usual = usualTime(value);
  if (usual !== undefined) return { text: usual, respelled: false };
  const match = FORM.exec(value);
  if (match === null) return new Problem('not-a-time', 'is not a time of the form YYYY-MM-DD HH:MM:SS');
  const [
    ,
    year = '',
    month = '',
    day = '',
    separator = '',
    hour = '00',
    minute = '00',
    second,
    fraction = '',
    zone,
  ] = match;
  if (!isCalendarDay(Number(year), Number(month), Number(day)) || Number(hour) > 23 || Number(minute) > 59) {
    return new Problem('not-a-time', 'is not an existing time');
  }
  if (Number(second ?? 0) > 59)
    return new Problem('not-a-time', 'is a leap second, which the target does not hold');
  const micros = fraction.replace(/0+$/, '');
  if (micros.length > 6) return new Problem('time-precision', 'has more than six digits of a second');
  const naive = `${year}-${month}-${day} ${hour}:${minute}:${second ?? '00'}`;
  const suffix = micros === '' ? '+00' : `.${micros}+00`;
  if (zone === undefined)
    return { text: naive + suffix, respelled: separator !== ' ' || second === undefined };
  const shifted = shift(naive, zone);
  if (shifted === undefined) return new Problem('not-a-time', 'has an offset that does not exist');
  return { text: shifted + suffix, respelled: true };
}

/** The spelling that SQLAlchemy writes, `YYYY-MM-DD HH:MM:SS.ffffff`, without a regular expression; undefined for any other. */
function usualTime(value: string): string | undefined {
  if (value.length !== 26) return undefined;
  for (let i = 0; i < 26; i++) {
    const c = value.charCodeAt(i);
    const wanted = SEPARATORS.charCodeAt(i);
    if (wanted === 0x30 ? c < 0x30 || c > 0x39 : c !== wanted) return undefined;
  }
  const part = (start: number): number =>
    (value.charCodeAt(start) - 0x30) * 10 + value.charCodeAt(start + 1) - 0x30;
  const year = part(0) * 100 + part(2);
  if (!isCalendarDay(year, part(5), part(8)) || part(11) > 23 || part(14) > 59 || part(17) > 59)
    return undefined;
  let end = 26;
  while (value.charCodeAt(end - 1) === 0x30) end--;
  return `${value.slice(0, end === 20 ? 19 : end)}+00`;
}

const SEPARATORS = '0000-00-00 00:00:00.000000';

function isCalendarDay(year: number, month: number, day: number): boolean {
  const isLeap = month === 2 && (year % 4 === 0 ? year % 100 !== 0 || year % 400 === 0 : false);
  return year >= 1 && day >= 1 && day <= (MONTH_DAYS[month - 1] ?? 0) + (isLeap ? 1 : 0);
}

/** The UTC text for a naive text with an offset; undefined when the offset or the resulting year is out of range. */
function shift(naive: string, zone: string): string | undefined {
  const digits = zone.toUpperCase() === 'Z' ? '0000' : zone.slice(1).replace(':', '').padEnd(4, '0');
  const [hours, minutes] = [Number(digits.slice(0, 2)), Number(digits.slice(2))];
  // PostgreSQL refuses displacements of 16 hours and more (MAX_TZDISP_HOUR).
  if (hours > 15 || minutes > 59) return undefined;
  const sign = zone.startsWith('-') ? 1 : -1;
  const shifted = new Date(
    Date.parse(`${naive.replace(' ', 'T')}Z`) + sign * (hours * 60 + minutes) * 60_000,
  );
  const year = shifted.getUTCFullYear();
  if (year < 1 || year > 9999) return undefined;
  return shifted.toISOString().slice(0, 19).replace('T', ' ');
}
