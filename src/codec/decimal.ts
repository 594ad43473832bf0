// Decimal numbers as PostgreSQL's numeric and float8 print them. Nothing is rounded: a number that does not fit is undefined.

// src/backend/utils/adt/numeric.c: up to 131072 digits before the point and 16383 after it.
const MAX_INTEGER_DIGITS = 131_072;
const MAX_SCALE = 16_383;

// Below this, a point halfway between two doubles has more digits than a shortest decimal; from here on doubles are whole numbers.
const HALFWAY_FROM = 2 ** 53;

/**
 * The text of `value::numeric` for a JSON number or any decimal with an optional exponent: exponent written out, zeros at the
 * end kept, no negative zero. Undefined when numeric cannot hold it exactly.
 */
export function canonicalNumber(value: string): string | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(value);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match;
  const exponent = Number(exponentText);
  // numeric_in refuses exponents beyond half of INT_MAX even for zero; far smaller ones already overflow.
  if (!Number.isSafeInteger(exponent) || Math.abs(exponent) > 200_000) return undefined;
  const digits = whole + fraction;
  const scale = Math.max(0, fraction.length - exponent);
  const pointAt = whole.length + exponent;
  const integerPart =
    pointAt > 0
      ? digits
          .slice(0, pointAt)
          .padEnd(pointAt, '0')
          .replace(/^0+(?=\d)/, '')
      : '0';
  const fractionPart = pointAt >= 0 ? digits.slice(pointAt) : '0'.repeat(-pointAt) + digits;
  if (scale > MAX_SCALE || integerPart.length > MAX_INTEGER_DIGITS) return undefined;
  const isZero = /^0*$/.test(digits);
  return `${isZero ? '' : sign}${isZero ? '0' : integerPart}${scale > 0 ? `.${fractionPart.slice(0, scale).padEnd(scale, '0')}` : ''}`;
}

/** What trim_scale of the server makes of numeric's text: no zeros at the end of the fraction. */
export function trimScale(canonical: string): string {
  if (!canonical.includes('.')) return canonical;
  let end = canonical.length;
  while (canonical[end - 1] === '0') end--;
  return canonical.slice(0, canonical[end - 1] === '.' ? end - 1 : end);
}

/** The shortest decimal that reads back as the same double, as numeric prints it: `1e-7` is `0.0000001`. */
export function numericFromDouble(value: number): string {
  // Up to six decimals and nine digits, as applications store them: no search for the shortest text is needed, because up to
  // 15 digits two decimals never share a double.
  const millionths = Math.round(value * 1e6);
  if (millionths / 1e6 === value && millionths < 1e9 && millionths > -1e9) return fromMillionths(millionths);
  const text = String(value);
  if (!text.includes('e')) return Object.is(value, -0) ? '0' : text;
  return canonicalNumber(text) ?? text;
}

function fromMillionths(value: number): string {
  const magnitude = Math.abs(value);
  const whole = Math.floor(magnitude / 1e6);
  const fraction = magnitude - whole * 1e6;
  const sign = value < 0 ? '-' : '';
  if (fraction === 0) return `${sign}${whole}`;
  let digits = 1e6 + fraction;
  while (digits % 10 === 0) digits /= 10;
  return `${sign}${whole}.${String(digits).slice(1)}`;
}

/**
 * A double as float8out prints it with extra_float_digits >= 1: shortest round trip, scientific below 1e-4 and from 1e15 on
 * (src/common/d2s.c), exponent of at least two digits. d2s.c never writes a decimal exactly halfway between two doubles,
 * JavaScript does where it reads back right: 1e23 is 9.999999999999999e+22 there.
 */
export function float8FromDouble(value: number): string {
  if (Object.is(value, -0)) return '-0';
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return '0';
  const shortest = Math.abs(value) > HALFWAY_FROM ? insideRange(value) : value.toExponential();
  const [mantissa = '', exponentText = '0'] = shortest.split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 15) {
    const magnitude = String(Math.abs(exponent)).padStart(2, '0');
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${magnitude}`;
  }
  return numericFromDouble(value);
}

/** The shortest decimal strictly inside the range that reads back as `value`, nearest to it, in exponential form. */
function insideRange(value: number): string {
  // In quarters of one, because the range below a power of two is half as wide as the one above.
  const exact = 4n * BigInt(Math.abs(value));
  const gap = 1n << BigInt(exact.toString(2).length - 53);
  const low = exact - gap / ((exact & (exact - 1n)) === 0n ? 4n : 2n);
  const high = exact + gap / 2n;
  const isInside = (candidate: bigint): boolean => candidate > low && candidate < high;
  if (isInside(4n * BigInt(numericFromDouble(Math.abs(value))))) return value.toExponential();
  for (let digits = 0; digits < 17; digits++) {
    const text = value.toExponential(digits);
    if (isInside(4n * BigInt(canonicalNumber(text.replace('-', '')) ?? 0))) return text;
  }
  return value.toExponential();
}
