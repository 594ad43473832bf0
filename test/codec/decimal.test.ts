// Numbers are spelled as the server's numeric and float8 spell them, and no digit is lost on the way.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonicalNumber, float8FromDouble, numericFromDouble } from '../../src/codec/decimal.js';
import { type ServerAnswers, differences, openAnswers } from './server-answers.js';

let server: ServerAnswers;

beforeAll(async () => {
  server = await openAnswers();
});
afterAll(() => server.close());

function batches<T>(value: fc.Arbitrary<T>, maxLength = 1000): fc.Arbitrary<T[]> {
  return fc.array(value, { minLength: 1, maxLength, size: 'max' });
}

async function expectSameNumeric(numbers: readonly string[]): Promise<void> {
  const ours = numbers.map((number) => canonicalNumber(number) ?? null);
  expect(differences(numbers, ours, await server.ask('numeric', numbers))).toEqual([]);
}

/** The double with these 64 bits. */
function doubleOf(bits: bigint): number {
  return new DataView(new BigUint64Array([bits]).buffer).getFloat64(0, true);
}

function bitsOf(value: number): bigint {
  return new BigUint64Array(new Float64Array([value]).buffer)[0] ?? 0n;
}

/** `value` and the two doubles on either side of it. */
function around(value: number): number[] {
  return [-2n, -1n, 0n, 1n, 2n].map((step) => doubleOf(BigInt.asUintN(64, bitsOf(value) + step)));
}

const bitPattern = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(doubleOf);
const finite = fc.oneof(
  bitPattern.filter(Number.isFinite),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.maxSafeInteger(),
  fc.tuple(fc.maxSafeInteger(), fc.integer({ min: 0, max: 9 })).map(([n, k]) => n / 10 ** k),
  fc.integer().map((n) => n / 1e6),
  fc.maxSafeInteger().map((n) => n / 2),
  // Subnormals: the exponent's bits are zero.
  fc.bigInt({ min: 1n, max: 2n ** 52n - 1n }).map(doubleOf),
  // Whole numbers too large for every one of them to be a double, and short decimals that may lie between two doubles.
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n }).map(Number),
  fc.tuple(fc.nat(1e9), fc.integer({ min: 8, max: 30 })).map(([n, e]) => Number(`${n}e${e}`)),
);

const EDGES = [
  ...[0, -0, 1, -1, 0.1, -0.1, 0.1 + 0.2, 1 / 3, 5e-324, 2 ** -1022, Number.MAX_VALUE, Number.EPSILON],
  ...[1e15, 1e14, 999999999999999, 123456789012345680, 1e-4, 1e-5, 0.0001, 0.00001, 1e21, 1e22, 1e23],
  ...[9007199254740991, 9007199254740992, 9007199254740994, -1e15, -1e-5, 123456.789, 100, 1e300, 9.5e-7],
];
const POWERS = Array.from({ length: 2098 }, (_, i) => 2 ** (i - 1074));
const ROUND = Array.from({ length: 632 }, (_, i) => [1, 2, 4, 5, 7, 8].map((m) => Number(`${m}e${i - 323}`)));
const HARD = [...EDGES, ...POWERS, ...ROUND.flat()].flatMap(around).filter(Number.isFinite);

describe('a decimal number', () => {
  test('is spelled as numeric spells it, whatever its digits and exponent', async () => {
    const number = fc
      .tuple(
        fc.constantFrom('', '-'),
        fc.oneof(fc.stringMatching(/^[0-9]{1,40}$/), fc.stringMatching(/^0{1,6}[1-9]?$/)),
        fc.oneof(fc.constantFrom('', '.0', '.500'), fc.stringMatching(/^\.[0-9]{1,40}$/)),
        fc.oneof(
          fc.constantFrom('', 'e0', 'E+00', 'e-0'),
          fc
            .tuple(fc.constantFrom('e', 'E'), fc.integer({ min: -400, max: 400 }))
            .map(([e, n]) => `${e}${n}`),
        ),
      )
      .map((parts) => parts.join(''));
    await fc.assert(fc.asyncProperty(batches(number), expectSameNumeric), { numRuns: 10 });
  });

  test('is refused exactly where numeric refuses it: over 131072 digits before the point or 16383 after it', async () => {
    const nearLimit = fc
      .tuple(
        fc.stringMatching(/^-?[0-9]{1,12}(\.[0-9]{1,12})?$/),
        fc.oneof(fc.integer({ min: 131_055, max: 131_080 }), fc.integer({ min: -16_400, max: -16_365 })),
      )
      .map(([number, exponent]) => `${number}e${exponent}`);
    await fc.assert(fc.asyncProperty(batches(nearLimit, 60), expectSameNumeric), { numRuns: 4 });
    const digits = (n: number, digit = '9') => digit.repeat(n);
    await expectSameNumeric([
      ...[
        digits(131_072),
        digits(131_073),
        `0${digits(131_072)}`,
        `${digits(131_000)}e72`,
        `${digits(131_000)}e73`,
      ],
      ...[
        `0.${digits(16_383)}`,
        `0.${digits(16_384)}`,
        `0.${digits(16_384, '0')}`,
        `${digits(131_072)}.${digits(16_383)}`,
      ],
      ...[
        '1e131071',
        '1e131072',
        '0.1e131072',
        '00001e131071',
        '0.0001e131075',
        '0e131072',
        '0e200000',
        '-0e131072',
      ],
      ...[
        '1e-16383',
        '1e-16384',
        '0e-16383',
        '0e-16384',
        '10e-16384',
        '1.0e-16383',
        '1e2147483647',
        '1e-2147483648',
      ],
      ...[
        '1e1073741824',
        '0e1073741824',
        '0e-1073741824',
        '1e99999999999999999999',
        '0e99999999999999999999',
      ],
    ]);
  });

  test('is only refused beyond numeric where it is zero with an exponent over 200000', async () => {
    const zeros = ['0e200001', '0.00e1000000', '-0e1073741823'];
    expect(zeros.map(canonicalNumber)).toEqual([undefined, undefined, undefined]);
    expect((await server.ask('numeric', zeros)).slice(0, 2)).toEqual(['0', '0']);
  });

  test('is nothing else than digits, a point and an exponent', () => {
    const others = [
      '',
      '-',
      '+1',
      '.5',
      '5.',
      '1e',
      '1e+',
      ' 1',
      '1 ',
      '1\n',
      '0x10',
      '1_000',
      'NaN',
      'Infinity',
    ];
    expect(others.map(canonicalNumber)).toEqual(others.map(() => undefined));
  });
});

describe('a double', () => {
  async function expectSameFloat8(values: readonly number[]): Promise<void> {
    // 17 digits name the double without using the shortest spelling that is under test.
    const exact = values.map((value) =>
      Object.is(value, -0) ? '-0' : Number.isFinite(value) ? value.toPrecision(17) : String(value),
    );
    const ours = values.map(float8FromDouble);
    expect(differences(exact, ours, await server.ask('float8', exact))).toEqual([]);
  }

  async function expectSameAsNumeric(values: readonly number[]): Promise<void> {
    const ours = values.map(numericFromDouble);
    expect(differences(values, ours, await server.ask('numeric', values.map(String)))).toEqual([]);
    // Nothing is lost: the decimal reads back as the same double, here and in the server.
    expect(values.filter((value, i) => Number(ours[i]) !== value)).toEqual([]);
    const back = await server.ask('float8', ours);
    const unsigned = values.map((value) => float8FromDouble(value === 0 ? 0 : value));
    expect(differences(values, back, unsigned)).toEqual([]);
  }

  test('is spelled as float8 spells it, whatever its bits', async () => {
    await fc.assert(fc.asyncProperty(batches(fc.oneof(bitPattern, finite)), expectSameFloat8), {
      numRuns: 10,
    });
  });

  test('is spelled as float8 spells it at every power of two and every round number', async () => {
    await expectSameFloat8([...HARD, Infinity, -Infinity, NaN]);
    expect(float8FromDouble(-0)).toBe('-0');
    expect(float8FromDouble(1e15)).toBe('1e+15');
    expect(float8FromDouble(1e-5)).toBe('1e-05');
  });

  test('is spelled as float8 spells it where the shortest decimal lies halfway between two doubles', async () => {
    expect(float8FromDouble(1e23)).toBe('9.999999999999999e+22');
    expect(float8FromDouble(-5e22)).toBe('-4.9999999999999996e+22');
    expect(float8FromDouble(2 ** 54 + 8)).toBe('1.8014398509481992e+16');
    const even = fc
      .tuple(fc.bigInt({ min: 2n ** 51n, max: 2n ** 52n }), fc.integer({ min: 2, max: 12 }))
      .map(([half, exponent]) => Number(half * 2n) * 2 ** exponent);
    await fc.assert(fc.asyncProperty(batches(even), expectSameFloat8), { numRuns: 5 });
  });

  test('becomes the numeric that its shortest decimal is, and reads back as the same double', async () => {
    await fc.assert(fc.asyncProperty(batches(finite), expectSameAsNumeric), { numRuns: 10 });
  });

  test('becomes an exact numeric at every power of two and every round number', async () => {
    await expectSameAsNumeric(HARD);
  });
});
