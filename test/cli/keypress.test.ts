// What a terminal sends, as keys.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isUnfinished, parseKeys } from '../../src/keypress.js';

function names(input: string): string[] {
  return parseKeys(input).map(({ name, text }) => (name === 'text' ? text : name));
}

test('keys of every kind are told apart, also when they come together', () => {
  expect(names('a\r')).toEqual(['a', 'enter']);
  expect(names('\u001b[A\u001b[B\u001bOA\u001b[5~\u001b[6~')).toEqual([
    'up',
    'down',
    'up',
    'page-up',
    'page-down',
  ]);
  expect(names('\u0003\u001a\u0015\u007f')).toEqual(['interrupt', 'suspend', 'clear', 'backspace']);
  expect(names('\u001b')).toEqual(['escape']);
  expect(names('\u001b[D\u001bOD\u001b[C\u001b[3~\u0017')).toEqual([
    'left',
    'left',
    'right',
    'delete',
    'delete-word',
  ]);
  expect(names('\u001b[H\u001bOH\u001b[1~\u0001')).toEqual(['home', 'home', 'home', 'home']);
  expect(names('\u001b[F\u001bOF\u001b[4~\u0005')).toEqual(['end', 'end', 'end', 'end']);
});

test('a pasted text is one piece, without what could steer a terminal', () => {
  expect(parseKeys('postgresql://app@db/moon')).toEqual([{ name: 'text', text: 'postgresql://app@db/moon' }]);
  expect(names('月🚀')).toEqual(['月🚀']);
});

test('sequences that mean nothing here are passed over', () => {
  expect(names('\u001b[1;5C\u001b[200~x\u001b[201~\u001bx\u0000')).toEqual(['x']);
});

test('a sequence may come in two pieces', () => {
  for (const part of ['\u001b', '\u001b[', '\u001b[5', '\u001bO']) expect(isUnfinished(part)).toBe(true);
  for (const whole of ['', 'a', '\u001b[A', '\u001b[5~', '\u001bOA', '['])
    expect(isUnfinished(whole)).toBe(false);
});

test('whatever comes, text never holds a control character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (input) => {
      for (const { text } of parseKeys(input)) expect(text).not.toMatch(/[\u0000-\u001f\u007f]/);
    }),
  );
});
