// The env-file editor: a table of files in and files out, each read back by a real bash, and properties over random files.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assignmentsOf, restOf, valueOf, withKeyAsIn, withValue } from '../../src/app/env-file.js';
import { statementsOf } from '../../src/app/env-lines.js';
import { remarksOn } from '../../src/app/env-show.js';
import { bashValue } from './bash-value.js';
import { KEY, MARK, SYNTAX, URL } from './env-case.js';
import { CASES } from './env-cases.js';
import { thrownBy } from './server-folder.js';

function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

test('the table is large enough, and its names are different', () => {
  expect(CASES.length).toBeGreaterThanOrEqual(60);
  expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length);
});

describe.each(CASES)('$name', ({ before, after, was, value = URL, bashDiffers, systemdDiffers }) => {
  test('the old value is found', () => {
    expect(valueOf(bytes(before), KEY)).toBe(was);
  });

  test('only the value changes', () => {
    const result = withValue(bytes(before), KEY, value);
    expect(result.toString('latin1') === after ? 'as expected' : result.toString('latin1').slice(-2000)).toBe(
      'as expected',
    );
    expect(valueOf(result, KEY)).toBe(value);
  });

  test('a second edit changes nothing', () => {
    expect(withValue(bytes(after), KEY, value).equals(bytes(after))).toBe(true);
  });

  test(bashDiffers === undefined ? 'bash reads the same' : `bash does not: ${bashDiffers}`, () => {
    const read = bashValue(bytes(after));
    if (bashDiffers === undefined) expect(read).toBe(value);
    else expect(read).not.toBe(value);
  });

  test('a reader that gets another value is named in a remark', () => {
    const remarks = remarksOn(bytes(after), KEY).join('\n');
    expect(remarks.includes('systemd')).toBe(systemdDiffers !== undefined);
    // A syntax error elsewhere in the file, and a mark, are bash's trouble before and after.
    if (bashDiffers !== SYNTAX && bashDiffers !== MARK) {
      expect(remarks.includes('bash')).toBe(bashDiffers !== undefined);
    }
  });
});

describe('a value that not every reader takes alike', () => {
  test.each([
    ['a single quote', "postgresql://u:pa'ss@h/d"],
    ['a backslash', 'postgresql://u:pa\\ss@h/d'],
    ['a newline', 'postgresql://u:p@h/d\nEVIL=1'],
    ['a NUL', 'postgresql://u:p\0@h/d'],
    ['a letter beyond ASCII', 'postgresql://u:p\u00e4ss@h/d'],
    ['${}, which dotenv fills in even between single quotes', 'postgresql://u:${HOME}@h/d'],
  ])('is refused without being named: %s', (_, value) => {
    const error = thrownBy(() => withValue(bytes('DATABASE_URL=a\n'), KEY, value));
    expect(error.code).toBe('ENV_VALUE');
    expect([error.message, ...error.remedies].join(' ')).not.toContain(value.slice(0, 16));
  });
});

describe('a quote that is never closed', () => {
  test.each([
    ['on our line', 'A=1\nDATABASE_URL="sqlite:///dev.db\n', 2],
    ['above our line', 'A="1\nDATABASE_URL=a\n', 1],
    ['above the place of a new line', "A=1\nB='2\n", 2],
  ])('%s is refused with the number of its line', (_, before, line) => {
    const error = thrownBy(() => withValue(bytes(before), KEY, URL));
    expect(error.code).toBe('ENV_SYNTAX');
    expect(error.message).toContain(`line ${line} `);
  });

  test('below our line does no harm', () => {
    const result = withValue(bytes('DATABASE_URL=a\nA="1\n'), KEY, URL);
    expect(result.toString()).toBe(`DATABASE_URL=${URL}\nA="1\n`);
  });
});

describe('putting only the key back into a file that was edited since', () => {
  const original = bytes('A=1\nDATABASE_URL="sqlite:///dev.db" # old\n');

  test('the value goes back as it was written, the edit stays', () => {
    const edited = bytes(`A=2\nDATABASE_URL="${URL}" # old\nNEW=3\n`);
    const result = withKeyAsIn(edited, original, KEY);
    expect(result.toString()).toBe('A=2\nDATABASE_URL="sqlite:///dev.db" # old\nNEW=3\n');
  });

  test('a line that was not there goes out', () => {
    const result = withKeyAsIn(bytes(`A=2\nDATABASE_URL=${URL}\nNEW=3\n`), bytes('A=1\n'), KEY);
    expect(result.toString()).toBe('A=2\nNEW=3\n');
  });

  test('a line that the person took out stays out', () => {
    expect(withKeyAsIn(bytes('A=2\n'), original, KEY).toString()).toBe('A=2\n');
  });
});

describe('a remark warns of a line that one reader takes for another setting', () => {
  test.each([
    ['the bare name', 'DATABASE_URL=a\nDATABASE_URL\n', 'line 2 sets DATABASE_URL for python-dotenv'],
    [
      'an export of the name',
      'DATABASE_URL=a\nexport DATABASE_URL',
      'line 2 sets DATABASE_URL for python-dotenv',
    ],
    [
      'a continued line',
      'DATABASE_URL=a\nK=b\\\nDATABASE_URL=c\n',
      'line 2 sets DATABASE_URL for python-dotenv',
    ],
    ['a comment with a backslash', '# C:\\\nDATABASE_URL=a\n', 'line 1 ends in a backslash: systemd'],
  ])('%s', (_, file, remark) => {
    expect(remarksOn(withValue(bytes(file), KEY, URL), KEY)).toEqual([expect.stringContaining(remark)]);
  });

  test.each([
    ['the bare name above', 'DATABASE_URL\nDATABASE_URL=a\n'],
    ['a quoted value of several lines', 'DATABASE_URL=a\nK="\nDATABASE_URL=c\n"\n'],
    ['a longer name', 'DATABASE_URL=a\nDATABASE_URL_OLD\n'],
    ['a comment', 'DATABASE_URL=a\n# DATABASE_URL=b\n'],
  ])('and is silent for %s', (_, file) => {
    expect(remarksOn(withValue(bytes(file), KEY, URL), KEY)).toEqual([]);
  });
});

describe('random files', () => {
  const line = fc.oneof(
    fc.constantFrom(
      'DATABASE_URL=sqlite:///dev.db',
      'export DATABASE_URL="a b"',
      "DATABASE_URL = 'x' # y",
      '# DATABASE_URL=old',
      'DATABASE_URL_OLD=1',
      'K="two\nDATABASE_URL=no\nlines"',
      'K=goes\\\non',
      '# back\\',
      '',
      'DATABASE_URL=',
    ),
    // Bytes of every kind but quotes and line ends, so that what a line is does not depend on its neighbours.
    fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 20 }).map((codes) =>
      codes
        .filter((code) => ![0, 10, 13, 34, 39, 92].includes(code))
        .map((code) => String.fromCharCode(code))
        .join(''),
    ),
  );
  const file = fc
    .tuple(fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n')), { maxLength: 12 }), fc.boolean())
    .map(([lines, hasLastEnding]) => {
      const text = lines.map(([one, ending]) => one + ending).join('');
      return bytes(hasLastEnding ? text : text.replace(/[\r\n]+$/, ''));
    });
  const value = fc
    .string({ unit: fc.constantFrom(...'abcXYZ019-._~%=&?;#$*!()[]{}<>|/:@, "`'.split('')), maxLength: 40 })
    .filter((text) => !text.includes('${'));

  test('the new value is read back, and every byte that is not of the key stays', () => {
    fc.assert(
      fc.property(file, value, (before, wanted) => {
        const after = withValue(before, KEY, wanted);
        expect(valueOf(after, KEY)).toBe(wanted);
        expect(restOf(after, KEY)).toBe(restOf(before, KEY));
      }),
      { numRuns: 1000 },
    );
  });

  test('putting the key back gives the original, where the switch added no line', () => {
    fc.assert(
      fc.property(file, value, (before, wanted) => {
        const winners = assignmentsOf(before, KEY);
        const after = withKeyAsIn(withValue(before, KEY, wanted), before, KEY);
        expect(valueOf(after, KEY)).toBe(valueOf(before, KEY));
        if (winners.length === 1) expect(after.equals(before)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('statements are the whole file, whatever is in it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'Ab_=# \t\'"\\\r\n;\xef\xbb\xbf'.split('')) }),
        (text) => {
          const statements = statementsOf(text);
          expect(statements.map((one) => text.slice(one.start, one.end)).join('')).toBe(text);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('bash reads any value as we do, bare, in single and in double quotes', () => {
    fc.assert(
      fc.property(value, fc.constantFrom('a', "'a'", '"a"'), (wanted, old) => {
        expect(bashValue(withValue(bytes(`DATABASE_URL=${old}\n`), KEY, wanted))).toBe(wanted);
      }),
      { numRuns: 100 },
    );
  });
});
