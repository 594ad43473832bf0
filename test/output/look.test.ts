// What the terminal can show: asked for, or told by its environment.
import { describe, expect, test } from 'vitest';
import { Problems } from '../../src/config/problems.js';
import { type Flags, readSettings } from '../../src/config/settings.js';
import { USUAL_LOOK, chooseLook, toAscii } from '../../src/output/look.js';

const UTF8 = { LANG: 'en_US.UTF-8', TERM: 'xterm-256color' };

function look(env: Record<string, string>, flags: Flags = {}) {
  const problems = new Problems();
  const settings = readSettings('run', flags, env, problems);
  problems.throwIfAny();
  return chooseLook(env, settings);
}

test('a usual terminal gets the usual look', () => {
  expect(look(UTF8)).toEqual(USUAL_LOOK);
});

describe('ASCII', () => {
  test.each([
    [{ LANG: 'C' }, true],
    [{ LANG: 'POSIX' }, true],
    [{ LANG: 'de_DE.ISO-8859-1' }, true],
    [{}, true],
    [{ LANG: '' }, true],
    [{ LANG: 'C.UTF-8' }, false],
    [{ LANG: 'de_DE.utf8' }, false],
    [{ LANG: 'C', LC_CTYPE: 'en_US.UTF-8' }, false],
    [{ LANG: 'en_US.UTF-8', LC_CTYPE: 'C' }, true],
    [{ LANG: 'C', LC_CTYPE: 'C', LC_ALL: 'C.UTF-8' }, false],
    [{ LC_CTYPE: 'en_US.UTF-8', LC_ALL: 'C' }, true],
    [{ LC_ALL: '', LC_CTYPE: '', LANG: 'en_US.UTF-8' }, false],
    [{ LANG: 'en_US.UTF-8', TERM: 'linux' }, true],
  ])('for %j: %j', (env, expected) => {
    expect(look(env).isAscii).toBe(expected);
  });

  test('is there when it is asked for, and not where it is taken back', () => {
    expect(look(UTF8, { ascii: true }).isAscii).toBe(true);
    expect(look({ ...UTF8, TTM_ASCII: '1' }).isAscii).toBe(true);
    expect(look({ LANG: 'C', TTM_ASCII: '0' }).isAscii).toBe(false);
  });

  test('is told by the environment alone before any setting is known', () => {
    expect(chooseLook({ LANG: 'C' }).isAscii).toBe(true);
    expect(chooseLook(UTF8)).toEqual(USUAL_LOOK);
  });

  test('loses nothing: what has no letters there is escaped', () => {
    expect(toAscii('SHA-256 b1537…')).toBe('SHA-256 b1537...');
    expect(toAscii('月 é 🚀')).toBe('\\u{6708} \\u{e9} \\u{1f680}');
    expect(toAscii('a\tb\u001b[31m\n')).toBe('a\tb\u001b[31m\n');
  });
});

describe('a screen reader', () => {
  test('is served when it is asked for, by our variable or by that of Ink', () => {
    expect(look(UTF8, { 'screen-reader': true }).isScreenReader).toBe(true);
    expect(look({ ...UTF8, TTM_SCREEN_READER: '1' }).isScreenReader).toBe(true);
    expect(look({ ...UTF8, INK_SCREEN_READER: 'true' }).isScreenReader).toBe(true);
    expect(look({ ...UTF8, INK_SCREEN_READER: '0' }).isScreenReader).toBe(false);
  });

  test('is not, where ours says no and that of Ink yes', () => {
    expect(look({ ...UTF8, INK_SCREEN_READER: 'true', TTM_SCREEN_READER: '0' }).isScreenReader).toBe(false);
  });
});

test('a narrow line gets one frame a second', () => {
  expect(look(UTF8, { 'low-bandwidth': true }).framesPerSecond).toBe(1);
  expect(look({ ...UTF8, TTM_LOW_BANDWIDTH: 'yes' }).framesPerSecond).toBe(1);
  expect(look(UTF8).framesPerSecond).toBe(8);
});
