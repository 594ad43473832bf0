// The one table of keys. The hint line and the help are made from it, and what a key does is looked up in it: so every hint does what it
// says, and nothing else does anything.
import type { Key } from '../src/keypress.js';
import type { Answer, Choice, Field, Page } from '../src/pages.js';
import { canRollBack } from '../src/reversible.js';
import type { RunView } from '../src/view.js';
import { edited } from './typed-text.js';
import type { Ui } from './ui.js';

/** What a key leads to outside of the screen. */
export type Act =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'stop' | 'roll-back' | 'suspend' | 'interrupt' };

export interface Situation {
  readonly view: RunView;
  readonly page: Page | undefined;
  readonly ui: Ui;
}

export interface Effect {
  readonly ui?: Partial<Ui>;
  readonly act?: Act;
}

export interface Binding {
  /** As the hint names it. */
  readonly shown: string;
  /** What it does, in a word or two; empty for one that is live and needs no hint. */
  readonly label: string;
  readonly matches: (key: Key) => boolean;
  readonly press: (key: Key) => Effect;
}

/** The keys that do something now, in the order of the hint line; what comes first wins. */
export function liveBindings(situation: Situation): Binding[] {
  const { page, ui } = situation;
  if (ui.overlay !== 'none') return [...overlayKeys(situation), ...alwaysKeys(situation)];
  if (page?.kind === 'connection' && page.busy !== undefined) return alwaysKeys(situation);
  const { field } = page ?? {};
  return [
    ...(page === undefined ? [] : pageKeys(page, ui)),
    // Letters are text where something is typed.
    ...(field === undefined ? letterKeys(situation) : typingKeys(field, ui)),
    ...alwaysKeys(situation),
  ];
}

/** What `key` does: nothing, unless it is among the live ones. */
export function press(situation: Situation, key: Key): Effect {
  return (
    liveBindings(situation)
      .find(({ matches }) => matches(key))
      ?.press(key) ?? {}
  );
}

function letter(text: string): Binding['matches'] {
  return (key) => key.name === 'text' && key.text === text;
}

function named(...names: readonly Key['name'][]): Binding['matches'] {
  return ({ name }) => names.includes(name);
}

function answer(id: string, text = ''): Effect {
  return { act: { kind: 'answer', answer: { id, text } } };
}

function pageKeys({ choices, field, escape }: Page, ui: Ui): Binding[] {
  const marked = choices[ui.selected] ?? choices[0];
  const last = choices.length - 1;
  // Whoever comes again finds what was typed, unless it is a secret.
  const typed = field === undefined || field.isSecret ? '' : ui.typed;
  const move = (by: number): Effect => ({ ui: { selected: Math.min(last, Math.max(0, ui.selected + by)) } });
  return [
    ...(field === undefined
      ? []
      : [{ shown: 'Enter', label: 'go on', matches: named('enter'), press: () => submit(field, ui) }]),
    ...(marked === undefined || field !== undefined
      ? []
      : [
          {
            shown: 'Enter',
            label: shortLabel(marked),
            matches: named('enter'),
            press: () => answer(marked.id),
          },
        ]),
    ...(last < 1 || field !== undefined
      ? []
      : [
          {
            shown: '↑↓',
            label: 'choose',
            matches: named('up', 'down'),
            press: ({ name }: Key) => move(name === 'up' ? -1 : 1),
          },
        ]),
    ...(field === undefined ? choices : []).flatMap((choice): Binding[] =>
      choice.key === undefined
        ? []
        : [
            {
              shown: choice.key,
              label: choice === marked ? '' : shortLabel(choice),
              matches: letter(choice.key),
              press: () => answer(choice.id),
            },
          ],
    ),
    ...(escape === undefined
      ? []
      : [
          {
            shown: 'Esc',
            label: escape.label,
            matches: named('escape'),
            press: () => answer(escape.id, typed),
          },
        ]),
  ];
}

/** What stands before the first colon or bracket: the rest explains it where there is room. */
function shortLabel({ label }: Choice): string {
  return (label.split(/[:(]/)[0] ?? label).trim().toLowerCase();
}

function submit(field: Field, { typed }: Ui): Effect {
  if (field.mustBe === undefined || typed.trim() === field.mustBe)
    return answer('typed', field.isSecret ? typed : typed.trim());
  return { ui: { complaint: `that is not ${field.mustBe}: type it exactly, or Esc` } };
}

function typingKeys(field: Field, ui: Ui): Binding[] {
  const { typed, behind } = ui;
  const edit = (key: Key): Effect => ({ ui: { ...edited({ typed, behind }, key), complaint: '' } });
  return [
    { shown: 'Ctrl-U', label: 'clear', matches: named('clear'), press: edit },
    { shown: 'Backspace', label: '', matches: named('backspace'), press: edit },
    { shown: field.isSecret ? 'hidden' : 'text', label: '', matches: named('text'), press: edit },
    // Of a secret nobody sees where its cursor would be.
    ...(field.isSecret
      ? []
      : [
          {
            shown: '←→',
            label: '',
            matches: named('left', 'right', 'home', 'end', 'delete', 'delete-word'),
            press: edit,
          },
        ]),
    ...scrollKeys(ui, 5),
  ];
}

function letterKeys({ view, page, ui }: Situation): Binding[] {
  const isWorking = page === undefined && view.outcome === 'running';
  const open = (overlay: Ui['overlay']): Effect => ({ ui: { overlay, scroll: 0 } });
  const stop: Effect = { ui: { isStopping: true }, act: { kind: 'stop' } };
  return [
    ...(isWorking && canRollBack(view) && !ui.isStopping
      ? [
          {
            shown: 'r',
            label: 'roll back',
            matches: letter('r'),
            press: (): Effect => ({ ui: { isStopping: true }, act: { kind: 'roll-back' } }),
          },
        ]
      : []),
    { shown: 'l', label: 'log', matches: letter('l'), press: () => open('log') },
    { shown: '?', label: 'help', matches: letter('?'), press: () => open('help') },
    ...(isWorking && !ui.isStopping && view.doing === 'run'
      ? [{ shown: 'q', label: 'stop', matches: letter('q'), press: () => stop }]
      : []),
    ...(view.tables.length > 0
      ? [{ shown: 't', label: 'tables', matches: letter('t'), press: () => open('tables') }]
      : []),
    ...scrollKeys(ui, 5),
  ];
}

const OVERLAYS: readonly (readonly [key: string, overlay: Exclude<Ui['overlay'], 'none'>])[] = [
  ['l', 'log'],
  ['?', 'help'],
  ['t', 'tables'],
];

function overlayKeys({ view, ui }: Situation): Binding[] {
  const isThere = (overlay: Ui['overlay']): boolean => overlay !== 'tables' || view.tables.length > 0;
  return [
    {
      shown: 'Esc',
      label: 'close',
      matches: named('escape', 'enter'),
      press: () => ({ ui: { overlay: 'none', scroll: 0 } }),
    },
    ...OVERLAYS.filter(([, overlay]) => isThere(overlay)).map(([key, overlay]): Binding => ({
      shown: key,
      label: ui.overlay === overlay ? '' : overlay,
      matches: letter(key),
      press: () => ({ ui: { overlay: ui.overlay === overlay ? 'none' : overlay, scroll: 0 } }),
    })),
    {
      shown: '↑↓',
      label: ui.overlay === 'help' ? '' : 'scroll',
      matches: named('up', 'down'),
      press: ({ name }) => scrollBy(ui, name === 'down' ? 1 : -1),
    },
    ...scrollKeys(ui, 10),
  ];
}

function scrollKeys(ui: Ui, by: number): Binding[] {
  return [
    {
      shown: 'PgUp/PgDn',
      label: '',
      matches: named('page-up', 'page-down'),
      press: ({ name }) => scrollBy(ui, name === 'page-down' ? by : -by),
    },
  ];
}

/** `down` lines towards the end, or back. The log is read from its end. */
function scrollBy({ scroll, overlay }: Ui, down: number): Effect {
  return { ui: { scroll: Math.max(0, scroll + (overlay === 'log' ? -down : down)) } };
}

/** Whatever is on the screen. The first needs no hint: everybody tries it. */
function alwaysKeys({ page }: Situation): Binding[] {
  // A page is left by it; what works is stopped, and must not be told a second time by q.
  const stopping = page === undefined ? { ui: { isStopping: true } } : {};
  return [
    {
      shown: 'Ctrl-C',
      label: '',
      matches: named('interrupt'),
      press: () => ({ ...stopping, act: { kind: 'interrupt' } }),
    },
    { shown: 'Ctrl-Z', label: '', matches: named('suspend'), press: () => ({ act: { kind: 'suspend' } }) },
  ];
}
