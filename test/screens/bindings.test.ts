// The keys of every screen: each does what its hint says, and no other key does anything.
import { describe, expect, test } from 'vitest';
import { type Effect, type Situation, liveBindings, press } from '../../components/bindings.js';
import { type Ui, uiFor } from '../../components/ui.js';
import type { Key } from '../../src/keypress.js';
import { canRollBack } from '../../src/reversible.js';
import { SECRET, SMALL, USUAL, frameOf, sceneOf } from './frame.js';
import { type NamedScene, SCENES } from './scenes.js';

const NAMED: Readonly<Record<string, Key['name']>> = {
  Enter: 'enter',
  Esc: 'escape',
  '↑↓': 'down',
  'Ctrl-U': 'clear',
};

const MOVING: readonly Key['name'][] = ['left', 'right', 'home', 'end', 'delete', 'delete-word'];

/** A key by its name, or a text that is typed or pasted. */
type Pressed = Key['name'] | { readonly text: string };

function keyOf(shown: string): Key {
  const name = NAMED[shown];
  return name === undefined ? { name: 'text', text: shown } : { name, text: '' };
}

function situationOf({ view, page, change }: NamedScene): Situation {
  return { view, page, ui: change?.ui ?? uiFor(page) };
}

/** What a hint of this word promises. */
const PROMISES: Readonly<Record<string, (effect: Effect, situation: Situation) => void>> = {
  log: ({ ui }) => expect(ui).toMatchObject({ overlay: 'log' }),
  help: ({ ui }) => expect(ui).toMatchObject({ overlay: 'help' }),
  tables: ({ ui }) => expect(ui).toEqual({ overlay: 'tables', scroll: 0 }),
  close: ({ ui }) => expect(ui).toMatchObject({ overlay: 'none' }),
  stop: ({ act, ui }) => {
    expect(act).toEqual({ kind: 'stop' });
    expect(ui).toEqual({ isStopping: true });
  },
  choose: ({ ui }) => expect(ui).toEqual({ selected: 1 }),
  clear: ({ ui }) => expect(ui).toMatchObject({ typed: '' }),
  // The log is read from its end.
  scroll: ({ ui: effect }, { ui }) =>
    expect(effect).toEqual({ scroll: ui.overlay === 'log' ? 0 : ui.scroll + 1 }),
};

function keepsPromise(label: string, effect: Effect, situation: Situation): void {
  const promise = PROMISES[label];
  if (promise !== undefined) {
    promise(effect, situation);
    return;
  }
  if (situation.page === undefined) {
    expect([label, effect.act]).toEqual(['roll back', { kind: 'roll-back' }]);
    return;
  }
  const { choices, escape, field } = situation.page;
  if (label === 'go on' && field?.mustBe !== undefined) {
    expect(effect.ui?.complaint).toContain(field.mustBe);
    return;
  }
  const answer = effect.act?.kind === 'answer' ? effect.act.answer : undefined;
  if (label === 'go on' && field !== undefined) expect(answer).toEqual({ id: 'typed', text: field.initial });
  else if (answer?.id === escape?.id && label === escape?.label) expect(answer).toBeDefined();
  else expect(choices.find(({ id }) => id === answer?.id)?.label.toLowerCase()).toContain(label);
}

describe.each(SCENES)('$name', (scene) => {
  const situation = situationOf(scene);

  test('every key that is named does what its hint says', () => {
    for (const { shown, label } of liveBindings(situation).filter((binding) => binding.label !== ''))
      keepsPromise(label, press(situation, keyOf(shown)), situation);
  });

  test('a letter that is not named does nothing, where nothing is typed', () => {
    const typed = situation.page?.field !== undefined;
    const shown = liveBindings(situation).map((binding) => binding.shown);
    for (const letter of 'abcdefghijklmnopqrstuvwxyz?'.split('').filter((key) => !shown.includes(key))) {
      const effect = press(situation, { name: 'text', text: letter });
      expect(effect, letter).toEqual(
        typed ? { ui: { typed: situation.ui.typed + letter, behind: 0, complaint: '' } } : {},
      );
    }
  });

  test('PgDn and PgUp scroll where a line says so', () => {
    const { view, page, ui } = situation;
    const frame = frameOf(sceneOf(view, SMALL, { page, ui }));
    const scrollOf = (name: Key['name']): number | undefined =>
      press(situation, { name, text: '' }).ui?.scroll;
    if (frame.includes('PgDn shows')) expect(scrollOf('page-down')).toBeGreaterThan(ui.scroll);
    if (frame.includes('PgUp shows')) expect(scrollOf('page-up')).toBeDefined();
  });

  test('Ctrl-C and Ctrl-Z are always there', () => {
    const isWorking = situation.page === undefined;
    expect(press(situation, { name: 'interrupt', text: '' })).toEqual({
      ...(isWorking ? { ui: { isStopping: true } } : {}),
      act: { kind: 'interrupt' },
    });
    expect(press(situation, { name: 'suspend', text: '' })).toEqual({ act: { kind: 'suspend' } });
  });

  test('while it works, r is live exactly as long as there is something to take back', () => {
    const { view, page, ui } = situation;
    if (page !== undefined || ui.overlay !== 'none' || ui.isStopping) return;
    const isLive = press(situation, { name: 'text', text: 'r' }).act?.kind === 'roll-back';
    expect(isLive).toBe(canRollBack(view));
  });
});

describe('typing', () => {
  const [scene] = SCENES.filter(({ name }) => name === 'start over');
  const situation = (ui: Partial<Ui>): Situation => {
    if (scene === undefined) throw new Error('there is no such screen');
    return { ...situationOf(scene), ui: { ...uiFor(scene.page), ...ui } };
  };

  test('the name of the database is taken, anything else is not', () => {
    expect(press(situation({ typed: 'moon ' }), keyOf('Enter')).act).toEqual({
      kind: 'answer',
      answer: { id: 'typed', text: 'moon' },
    });
    expect(press(situation({ typed: 'mooon' }), keyOf('Enter'))).toEqual({
      ui: { complaint: 'that is not moon: type it exactly, or Esc' },
    });
    expect(press(situation({ typed: '' }), keyOf('Enter')).act).toBeUndefined();
  });

  /** What is left, the cursor as |, after keys are pressed one by one. */
  function after(typed: string, keys: readonly Pressed[]): string {
    let ui = { ...uiFor(scene?.page), typed };
    for (const key of keys) {
      const pressed: Key = typeof key === 'string' ? { name: key, text: '' } : { name: 'text', ...key };
      ui = { ...ui, ...press(situation(ui), pressed).ui };
    }
    const at = ui.typed.length - ui.behind;
    return `${ui.typed.slice(0, at)}|${ui.typed.slice(at)}`;
  }

  test.each<[string, string, readonly Pressed[], string]>([
    ['Left, then a text', 'mon', ['left', { text: 'o' }], 'moo|n'],
    [
      'a pasted text in the middle',
      'app@moon',
      ['home', { text: 'postgresql://' }],
      'postgresql://|app@moon',
    ],
    ['Left and Right over a wide character and a joined one', 'a月👩‍🚀', ['left', 'left', 'right'], 'a月|👩‍🚀'],
    ['Left at the beginning and Right at the end', 'ab', ['home', 'left', 'end', 'right'], 'ab|'],
    ['Backspace before the end', 'moOn', ['left', 'backspace'], 'mo|n'],
    ['Backspace at the beginning', 'moon', ['home', 'backspace'], '|moon'],
    ['Delete', 'é́moon', ['home', 'delete'], '|moon'],
    ['Delete at the end', 'moon', ['delete'], 'moon|'],
    ['Ctrl-W', 'postgresql://app@db/moon', ['delete-word', 'delete-word'], 'postgresql://app@|'],
    ['Ctrl-U', 'moon', ['left', 'clear'], '|'],
  ])('%s', (_, typed, keys, wanted) => {
    expect(after(typed, keys)).toBe(wanted);
  });

  test('the cursor shows where it is, in what fits of a long text and in every look', () => {
    const long = `postgresql://${'月'.repeat(60)}@db.example:5432/moon`;
    const [asking] = SCENES.filter(({ name }) => name === 'start over');
    if (asking?.page === undefined) throw new Error('there is no such screen');
    for (const [typed, behind, wanted] of [
      ['moon', 2, /^> mo\|on$/m],
      [long, long.length, /^> \|postgresql:/m],
      [long, 5, /月@db\.example:5432\|\/moon$/m],
    ] as const)
      for (const size of [SMALL, USUAL]) {
        const ui = { ...uiFor(asking.page), typed, behind };
        expect(frameOf(sceneOf(asking.view, size, { page: asking.page, ui }))).toMatch(wanted);
      }
  });

  test('of a secret the keys that move do nothing', () => {
    const [asking] = SCENES.filter(({ name }) => name === 'connection, with a password to be typed');
    if (asking === undefined) throw new Error('there is no such screen');
    for (const name of MOVING) expect(press(situationOf(asking), { name, text: '' })).toEqual({});
  });

  test('Backspace takes one character, however wide', () => {
    expect(press(situation({ typed: 'a月🚀' }), { name: 'backspace', text: '' }).ui).toMatchObject({
      typed: 'a月',
    });
  });

  test('of a password nothing shows, not even how long it is', () => {
    const [asking] = SCENES.filter(({ name }) => name === 'connection, with a password to be typed');
    if (asking?.page === undefined) throw new Error('there is no such screen');
    const frames = [SECRET, 'x'].map((typed) =>
      frameOf(sceneOf(asking.view, USUAL, { page: asking.page, ui: { ...uiFor(asking.page), typed } })),
    );
    expect(frames[0]).toBe(frames[1]);
    expect(frames[0]).toContain('> (hidden)');
  });

  test('r, l, q and ? are letters there', () => {
    for (const text of ['r', 'l', 'q', '?'])
      expect(press(situation({ typed: 'x' }), { name: 'text', text }).ui).toMatchObject({
        typed: `x${text}`,
      });
  });
});

test('the log is scrolled back by its keys, and never beyond its end', () => {
  const [scene] = SCENES.filter(({ name }) => name === 'log');
  if (scene === undefined) throw new Error('there is no such screen');
  const situation = situationOf(scene);
  expect(press(situation, { name: 'up', text: '' })).toEqual({ ui: { scroll: 1 } });
  expect(press(situation, { name: 'page-up', text: '' })).toEqual({ ui: { scroll: 10 } });
  expect(press(situation, { name: 'page-down', text: '' })).toEqual({ ui: { scroll: 0 } });
});
