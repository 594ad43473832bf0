// The pictures in the README show what stood on the terminal, with its colours.
import { describe, expect, test } from 'vitest';
import { drawScreen } from './svg.js';

describe('a picture of a screen', () => {
  test('has each piece of text in its column, row and colour', () => {
    const svg = drawScreen('\x1b[32m✔\x1b[39m copy \x1b[1mdone\x1b[0m\n  \x1b[2mnext\x1b[22m', 80, 'copy');
    expect(svg).toContain(
      '<text x="14.0" y="27" textLength="8.4" lengthAdjust="spacingAndGlyphs" fill="#98c379">✔</text>',
    );
    expect(svg).toContain(
      'x="30.8" y="27" textLength="33.6" lengthAdjust="spacingAndGlyphs" fill="#d7dae0">copy</text>',
    );
    expect(svg).toMatch(/x="72\.8" y="27"[^>]* font-weight="bold">done</);
    expect(svg).toMatch(/x="30\.8" y="44"[^>]* opacity="0\.6">next</);
  });

  test('has no spaces that a browser might drop, and each word in its column all the same', () => {
    const svg = drawScreen('漢  a b   c ', 20, '');
    const texts = [...svg.matchAll(/<text x="([\d.]+)"[^>]*>([^<]*)</g)].map(([, x, text]) => [x, text]);
    expect(texts).toEqual([
      ['14.0', '漢'],
      ['47.6', 'a b'],
      ['98.0', 'c'],
    ]);
  });

  test('carries a colour on into the next line, as a terminal does', () => {
    const svg = drawScreen('\x1b[31mone\ntwo\x1b[0m', 10, '');
    expect(svg).toMatch(/fill="#e06c75">two</);
  });

  test('draws nothing for empty places, and a bar behind inverse text', () => {
    const svg = drawScreen('   \x1b[7m run \x1b[27m   ', 20, '');
    expect(svg.match(/<text/g)).toHaveLength(1);
    expect(svg).toContain('<rect x="39.2" y="14" width="42.0" height="17" fill="#d7dae0"/>');
  });

  test('is XML whatever the text is', () => {
    const svg = drawScreen('a<b>&"c"', 10, '<&>');
    expect(svg).toContain('>a&lt;b&gt;&amp;&quot;c&quot;</text>');
    expect(svg).toContain('aria-label="&lt;&amp;&gt;"');
  });

  test('is refused for a screen with cursor movements or styles that it would draw wrong', () => {
    expect(() => drawScreen('\x1b[2Jx', 10, '')).toThrow('which is no colour');
    expect(() => drawScreen('\x1b[48;5;1mx', 10, '')).toThrow('style 48');
  });
});
