// Generated JSON documents as source text: any spelling of strings and numbers, any white space, any keys.
import fc from 'fast-check';

/** A string or key: what it means and how it is written, with its quotes. */
export interface Spelled {
  readonly text: string;
  readonly source: string;
}

const space = fc.constantFrom('', '', '', '', ' ', '\n', '\t', '\r\n', '  ');

/** Code points of one to four bytes in UTF-8 and the limits between them; no NUL and no surrogates. */
export const codePoint = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 0x1f }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...[0x22, 0x5c, 0x2f, 0x7f, 0x80, 0x7ff, 0x800, 0x2028, 0xd7ff, 0xe000, 0xfeff, 0xfffd, 0xffff],
      ...[0x10000, 0x1f680, 0x10ffff],
    ),
  },
  fc.integer({ min: 0x80, max: 0x7ff }),
  fc.integer({ min: 0x800, max: 0xd7ff }),
  fc.integer({ min: 0xe000, max: 0xffff }),
  fc.integer({ min: 0x10000, max: 0x10ffff }),
);

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

type Spelling = 'plain' | 'short' | 'hex' | 'HEX';

function spell(character: string, spelling: Spelling): string {
  const isPlain = character > '\x1f' && character !== '"' && character !== '\\';
  if (spelling === 'plain' && isPlain) return character;
  const short = SHORT[character];
  if ((spelling === 'plain' || spelling === 'short') && short !== undefined) return short;
  if (spelling === 'short' && isPlain) return character;
  return Array.from({ length: character.length }, (_, i) => {
    const hex = character.charCodeAt(i).toString(16).padStart(4, '0');
    return `\\u${spelling === 'HEX' ? hex.toUpperCase() : hex}`;
  }).join('');
}

const character = fc
  .tuple(codePoint, fc.constantFrom<Spelling>('plain', 'plain', 'plain', 'short', 'hex', 'HEX'))
  .map(([code, spelling]) => {
    const text = String.fromCodePoint(code);
    return { text, source: spell(text, spelling) };
  });

/** A string of up to `maxLength` characters. */
export function spelledString(maxLength: number): fc.Arbitrary<Spelled> {
  return fc.array(character, { maxLength, size: 'max' }).map((characters) => ({
    text: characters.map(({ text }) => text).join(''),
    source: `"${characters.map(({ source }) => source).join('')}"`,
  }));
}

/** Each character of `text` in a spelling of its own. */
export function respelled(text: string): fc.Arbitrary<Spelled> {
  const spellings = fc.constantFrom<Spelling>('plain', 'short', 'hex', 'HEX');
  return fc
    .tuple(...Array.from(text, (c) => spellings.map((spelling) => spell(c, spelling))))
    .map((characters) => ({
      text,
      source: `"${characters.join('')}"`,
    }));
}

/** Numbers of the JSON grammar, with all that numeric prints in another way: -0, exponents, zeros at the end. */
export const jsonNumber = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(fc.constantFrom('0', '1', '10'), fc.stringMatching(/^[1-9][0-9]{0,30}$/)),
    fc.oneof(fc.constantFrom('', '', '.0', '.10', '.000'), fc.stringMatching(/^\.[0-9]{1,30}$/)),
    fc.oneof(
      fc.constantFrom('', '', '', 'e0', 'E5', 'e-7', 'e+10', 'e007', 'E-0'),
      fc.stringMatching(/^[eE][+-]?[0-9]{1,2}$/),
    ),
  )
  .map((parts) => parts.join(''));

const shortKey = fc.oneof(
  { weight: 2, arbitrary: spelledString(4) },
  fc.constantFrom('', 'a', 'ab', 'b', 'é', '€', '🚀', 'a"', '\\', '\n').chain(respelled),
);

const scalar = fc.oneof(
  fc.constantFrom('null', 'true', 'false'),
  jsonNumber,
  spelledString(10).map(({ source }) => source),
);

type Gap = [before: string, between: string, after: string];
const gap: fc.Arbitrary<Gap> = fc.tuple(space, space, space);

function writeArray(items: readonly (readonly [string, Gap])[], empty: string): string {
  return `[${items.length === 0 ? empty : items.map(([item, [before, , after]]) => before + item + after).join(',')}]`;
}

export function writeObject(
  members: readonly (readonly [Pick<Spelled, 'source'>, string, Gap])[],
  empty = '',
): string {
  const parts = members.map(
    ([key, value, [before, between, after]]) => `${before}${key.source}${between}:${after}${value}${before}`,
  );
  return `{${parts.length === 0 ? empty : parts.join(',')}}`;
}

const { value } = fc.letrec<{ value: string; array: string; object: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 2, arbitrary: scalar },
    { weight: 2, arbitrary: tie('array') },
    { weight: 3, arbitrary: tie('object') },
  ),
  array: fc
    .tuple(fc.array(fc.tuple(tie('value'), gap), { maxLength: 5 }), space)
    .map(([items, empty]) => writeArray(items, empty)),
  object: fc
    .tuple(
      fc.uniqueArray(fc.tuple(shortKey, tie('value'), gap), {
        maxLength: 6,
        selector: ([key]) => key.text,
      }),
      space,
    )
    .map(([members, empty]) => writeObject(members, empty)),
}));

const wrapping = fc.tuple(fc.boolean(), shortKey, gap);

/** Any document, some of them up to 60 levels deeper than they would be. */
export const jsonDocument = fc
  .tuple(
    value,
    fc.oneof({ weight: 9, arbitrary: fc.constant([]) }, fc.array(wrapping, { maxLength: 60, size: 'max' })),
    gap,
  )
  .map(([inner, wrappings, [before, , after]]) => {
    let text = inner;
    for (const [isArray, key, spaces] of wrappings) {
      text = isArray ? writeArray([[text, spaces]], '') : writeObject([[key, text, spaces]]);
    }
    return before + text + after;
  });
