// A person at the screen: answers each page as the script says, and keeps what was shown. What happens behind it is the real thing.
import type { Screen } from '../../src/commands/session.js';
import type { WizardEvent } from '../../src/events.js';
import type { Answer, Page } from '../../src/pages.js';
import { EMPTY_VIEW, type RunView } from '../../src/view.js';

/** `welcome`, `resume`, …; of a question its name. */
function nameOf(page: Page): string {
  return page.kind === 'question' ? page.name : page.kind;
}

/** What to answer to a page of that name: the id of a choice, text for its field, or `back, with TEXT` that stays in it. */
export type Script = readonly (readonly [page: string, answer: string])[];

export class ScriptedScreen implements Screen {
  readonly gone = undefined;
  readonly pages: Page[] = [];
  readonly shown: (Page | undefined)[] = [];
  readonly events: WizardEvent[] = [];
  view: RunView = EMPTY_VIEW;
  /** Called with each event, as a key pressed then would be. */
  onEvent: (event: WizardEvent) => void = () => undefined;
  private readonly script: [page: string, answer: string][];
  private wantsRollBack: () => void = () => undefined;

  constructor(script: Script) {
    this.script = script.map(([page, answer]) => [page, answer]);
  }

  /** Pages of the script that were never asked. */
  get left(): string[] {
    return this.script.map(([page]) => page);
  }

  readonly sink: Screen['sink'] = (event, view) => {
    this.view = view;
    this.events.push(event);
    this.onEvent(event);
  };

  setView(view: RunView): void {
    this.view = view;
  }

  say(): void {
    // Nobody listens.
  }

  show(page: Page | undefined): void {
    this.shown.push(page);
  }

  ask(page: Page, signal: AbortSignal): Promise<Answer> {
    this.pages.push(page);
    const next = this.script.shift();
    if (next === undefined || next[0] !== nameOf(page))
      return Promise.reject(
        new Error(`the script has ${next?.[0] ?? 'nothing'} where ${nameOf(page)} is asked`),
      );
    if (signal.aborted) return Promise.reject(new Error('taken back'));
    const [, answer] = next;
    // Back from a field in which something has been typed.
    const [, typed] = /^back, with (.*)$/.exec(answer) ?? [];
    if (typed !== undefined && page.escape?.id === 'back')
      return Promise.resolve({ id: 'back', text: typed });
    const isChoice = page.choices.some(({ id }) => id === answer) || page.escape?.id === answer;
    if (!isChoice && page.field === undefined)
      return Promise.reject(new Error(`${nameOf(page)} offers no ${answer}`));
    const untouched = page.field?.isSecret === false ? page.field.initial : '';
    return Promise.resolve(isChoice ? { id: answer, text: untouched } : { id: 'typed', text: answer });
  }

  isAsking(): boolean {
    return false;
  }

  onRollBack(listener: () => void): void {
    this.wantsRollBack = listener;
  }

  /** As `r` does it. */
  rollBack(): void {
    this.wantsRollBack();
  }

  unmount(): void {
    // There is nothing to give back.
  }
}
