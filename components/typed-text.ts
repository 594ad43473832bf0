// What the editing keys do to a text that is typed, and where its cursor is. By what a person takes for one character: a letter with its
// accents, a wide one, a flag.
import type { Key } from '../src/keypress.js';

/** A text and the length of what stands behind the cursor: none at its end, where typing begins. */
export interface Typed {
  readonly typed: string;
  readonly behind: number;
}

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** A word and what divides it from the next: parts of a URL or of a path go one by one. */
const LAST_WORD = /[^\s/@:.?&=,]*[\s/@:.?&=,]*$/;

/** What stands before the cursor, and behind it. */
export function aroundCursor({ typed, behind }: Typed): readonly [before: string, after: string] {
  const at = Math.max(0, typed.length - behind);
  return [typed.slice(0, at), typed.slice(at)];
}

type Edit = (before: string, after: string, more: string) => Typed;

const EDITS: Readonly<Partial<Record<Key['name'], Edit>>> = {
  text: (before, after, more) => joined(before + more, after),
  left: (before, after) => ({ typed: before + after, behind: after.length + lastLength(before) }),
  right: (before, after) => ({ typed: before + after, behind: after.length - firstLength(after) }),
  home: (before, after) => joined('', before + after),
  end: (before, after) => joined(before + after, ''),
  backspace: (before, after) => joined(before.slice(0, before.length - lastLength(before)), after),
  delete: (before, after) => joined(before, after.slice(firstLength(after))),
  'delete-word': (before, after) => joined(before.replace(LAST_WORD, ''), after),
  clear: () => joined('', ''),
};

/** The text after `key`; what is typed or pasted goes to the cursor. A key that edits nothing changes nothing. */
export function edited(text: Typed, { name, text: more }: Key): Typed {
  return EDITS[name]?.(...aroundCursor(text), more) ?? text;
}

function joined(before: string, after: string): Typed {
  return { typed: before + after, behind: after.length };
}

function firstLength(text: string): number {
  const [first] = GRAPHEMES.segment(text);
  return first?.segment.length ?? 0;
}

function lastLength(text: string): number {
  return [...GRAPHEMES.segment(text)].at(-1)?.segment.length ?? 0;
}
