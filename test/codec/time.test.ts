// Times are spelled as the server spells them in UTC; what it would guess, round or replace by the clock is refused.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Problem } from '../../src/codec/problem.js';
import { canonicalTime } from '../../src/codec/time.js';
import { type ServerAnswers, differences, openAnswers } from './server-answers.js';

let server: ServerAnswers;

beforeAll(async () => {
  server = await openAnswers();
});
afterAll(() => server.close());

function textOf(value: string): string | null {
  const time = canonicalTime(value);
  return time instanceof Problem ? null : time.text;
}

function codeOf(value: string): string {
  const time = canonicalTime(value);
  return time instanceof Problem ? time.code : time.text;
}

async function expectSameTime(values: readonly string[]): Promise<void> {
  const ours = values.map(textOf);
  expect(ours.filter((text) => text === null)).toEqual([]);
  expect(differences(values, ours, await server.ask('timestamptz', values))).toEqual([]);
}

const two = (n: number): string => String(n).padStart(2, '0');

/** Days of the years 1 to 9999, most of them today's, with the ends of February more often than they deserve. */
const day = fc.oneof(
  fc.date({ min: new Date('2000-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
  fc.date({ min: new Date('0001-01-03T00:00Z'), max: new Date('9999-12-29'), noInvalidDate: true }),
  fc
    .tuple(fc.integer({ min: 1, max: 9998 }), fc.constantFrom('02-28', '03-01', '12-31', '01-01', '06-30'))
    .map(([year, rest]) => new Date(`${String(year).padStart(4, '0')}-${rest}T23:59:59Z`))
    .filter((date) => date.getTime() > Date.parse('0001-01-03T00:00Z')),
);
const date = day.map((value) => value.toISOString().slice(0, 10));
const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map(two).join(':'));
const fraction = fc.oneof(
  fc.constantFrom('', '', '.0', '.000000', '.999999', '.000001', '.1234560', `.5${'0'.repeat(99)}`),
  fc.stringMatching(/^\.[0-9]{1,6}0{0,3}$/),
);
const zone = fc.oneof(
  fc.constantFrom(
    '',
    '',
    'Z',
    'z',
    ' Z',
    '+00',
    '-00:00',
    '+02',
    '+0530',
    '-03:30',
    '+15:59',
    '-1559',
    ' +02',
  ),
  fc
    .tuple(fc.constantFrom('+', '-'), fc.integer({ min: 0, max: 15 }), fc.integer({ min: 0, max: 59 }))
    .map(([sign, hours, minutes]) => `${sign}${two(hours)}:${two(minutes)}`),
);
const time = fc
  .tuple(date, fc.constantFrom(' ', 'T'), fc.tuple(clock, fraction), fc.boolean(), zone)
  .map(([onDay, separator, [at, parts], seconds, offset]) =>
    seconds ? `${onDay}${separator}${at}${parts}${offset}` : `${onDay}${separator}${at.slice(0, 5)}${offset}`,
  );

describe('a time', () => {
  test('is spelled as the server spells it, whatever its year, fraction and offset', async () => {
    const batch = fc.array(fc.oneof({ weight: 9, arbitrary: time }, date), {
      minLength: 1,
      maxLength: 1000,
      size: 'max',
    });
    await fc.assert(fc.asyncProperty(batch, expectSameTime), { numRuns: 10 });
  });

  test('exists on every day of leap years, of other years and of the centuries', async () => {
    const days = [1600, 1900, 2000, 2023, 2024, 2100].flatMap((year) =>
      Array.from({ length: year % 400 === 0 || (year % 4 === 0 && year % 100 !== 0) ? 366 : 365 }, (_, i) =>
        new Date(Date.UTC(year, 0, 1 + i)).toISOString().slice(0, 10),
      ),
    );
    await expectSameTime(days);
  });

  test('is read to the ends of the calendar', async () => {
    await expectSameTime([
      ...['0001-01-01', '0001-01-01 00:00:00', '0001-01-01T00:00:00.000001Z', '0099-12-31 23:59:59+00'],
      ...[
        '9999-12-31 23:59:59.999999',
        '9999-12-31T23:59:59Z',
        '9999-12-31 00:00:00+15:59',
        '0001-01-02 00:00+15',
      ],
    ]);
  });

  test('counts as spelled in another way unless it is date, space, time to the second and nothing else', () => {
    const isRespelled = (value: string) => {
      const result = canonicalTime(value);
      return result instanceof Problem ? result.code : result.respelled;
    };
    expect(
      ['2024-01-02 03:04:05', '2024-01-02 03:04:05.5', '2024-01-02 03:04:05.120000'].map(isRespelled),
    ).toEqual([false, false, false]);
    for (const value of ['2024-01-02', '2024-01-02 03:04', '2024-01-02T03:04:05', '2024-01-02 03:04:05Z'])
      expect(isRespelled(value)).toBe(true);
    expect(isRespelled('2024-01-02 03:04:05+00')).toBe(true);
  });
});

describe('not a time', () => {
  const words = [
    'now',
    'today',
    'tomorrow',
    'yesterday',
    'infinity',
    '-infinity',
    'epoch',
    'allballs',
    'NOW',
  ];
  const guessed = [
    '01/02/2024',
    '2024-1-2',
    '20240102',
    '2024.01.02',
    'Jan 2 2024',
    '2024-01-02 3:04',
    '2024-002',
  ];
  const shifted = [
    '2024-01-02 24:00:00',
    '2024-01-02 23:59:60',
    '2024-01-02 03:04:05 PM',
    '2024-01-02 03:04:05 EST',
  ];
  const beyond = ['10000-01-01', '10000-01-01 00:00:00', '0001-01-01 00:00:00 BC', '9999-12-31 23:59:59-01'];
  const padded = [
    ' 2024-01-02',
    '2024-01-02 ',
    '2024-01-02\n',
    '2024-01-02 03:04:05\n',
    '\t2024-01-02',
    '2024-01-02T',
  ];
  const spaced = [
    '2024-01-02  03:04:05',
    '2024-01-02\n03:04:05',
    '2024-01-02 03:04:05\nZ',
    '2024-01-02 03:04:05  Z',
  ];

  test('is what the server would take for another time, the clock or a calendar of its own', async () => {
    const taken = [...words.slice(0, 6), ...guessed, ...shifted, ...beyond, ...padded.slice(0, 5), ...spaced];
    const answers = await server.ask('timestamptz', taken);
    // Each of these is a danger because the server takes it; one it refuses would be no reason for a rule of ours.
    expect(taken.filter((_, i) => answers[i] === null)).toEqual([]);
    expect(taken.map((value) => [value, codeOf(value)])).toEqual(taken.map((value) => [value, 'not-a-time']));
  });

  test('is what the server refuses as well', async () => {
    const refused = [
      ...[
        '',
        ' ',
        '0000-00-00',
        '0000-01-01',
        '2024-02-30',
        '2023-02-29',
        '1900-02-29',
        '2024-00-10',
        '2024-13-01',
      ],
      ...[
        '2024-04-31',
        '2024-01-00',
        '2024-01-32',
        '2024-01-02 25:00:00',
        '2024-01-02 03:60:00',
        '2024-01-02 03:04:61',
      ],
      ...[
        '2024-01-02 03:04:05+16',
        '2024-01-02 03:04:05+1600',
        '2024-01-02 03:04:05+02:60',
        '2024-01-02 03:04:05,5',
      ],
      ...[
        '2024-01-02 03:04:05\u00a0Z',
        '2024-01-02 03:04:05\u3000+02',
        '２０２４-01-02',
        '2024‐01‐02',
        '−2024-01-02',
      ],
      ...[`2024-01-02 03:04:05.${'0'.repeat(150)}`, '1e3', 'null', '2024-01-02 03:04:05+2:00:00:00'],
    ];
    expect(await server.ask('timestamptz', refused)).toEqual(refused.map(() => null));
    expect(refused.map((value) => [value, codeOf(value)])).toEqual(
      refused.map((value) => [value, 'not-a-time']),
    );
  });

  test('is a fraction that does not fit microseconds, but zeros at its end do no harm', async () => {
    const finer = ['.1234567', '.0000001', '.9999999', '.12345601', `.${'0'.repeat(50)}1`];
    expect(finer.map((digits) => codeOf(`2024-01-02 03:04:05${digits}`))).toEqual(
      finer.map(() => 'time-precision'),
    );
    await expectSameTime(['2024-01-02 03:04:05.1234560', '2024-01-02 03:04:05.100000000000']);
  });

  test('is any text that the server reads as another time than we do', async () => {
    const character = fc.constantFrom(...Array.from('0123456789-:. TZ+zt\n/'));
    type Edit = [at: number, deleted: number, inserted: string];
    const edit: fc.Arbitrary<Edit> = fc.tuple(
      fc.nat(26),
      fc.nat(2),
      fc.array(character, { maxLength: 2 }).map((all) => all.join('')),
    );
    const damaged = fc
      .tuple(time, fc.array(edit, { minLength: 1, maxLength: 2 }))
      .map(([text, edits]) =>
        edits.reduce(
          (all, [at, deleted, inserted]) => all.slice(0, at) + inserted + all.slice(at + deleted),
          text,
        ),
      );
    const property = fc.asyncProperty(
      fc.array(damaged, { minLength: 1, maxLength: 1000, size: 'max' }),
      async (values) => {
        const answers = await server.ask('timestamptz', values);
        const ours = values.map(textOf);
        // A refusal is always safe; a time must be the server's.
        expect(
          differences(
            values,
            ours,
            ours.map((text, i) => (text === null ? null : answers[i])),
          ),
        ).toEqual([]);
      },
    );
    await fc.assert(property, { numRuns: 10 });
  });
});
