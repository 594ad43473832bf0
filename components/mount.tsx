// Puts the screen on a terminal and keeps it up to date. Events only change what the next tick will show, four times a second, because a
// frame for each event would be more than an SSH connection wants; a key shows at once.
import { type Instance, render } from 'ink';
import type { Key } from '../src/keypress.js';
import type { Answer, Page } from '../src/pages.js';
import type { EventSink } from '../src/run/journal.js';
import { EMPTY_VIEW, type RunView } from '../src/view.js';
import { App } from './App.js';
import { type Act, press } from './bindings.js';
import { clampScroll, frameLines, isTooSmall } from './frame-lines.js';
import { type Look, USUAL_LOOK } from '../src/output/look.js';
import { type Sample, takeSample } from './samples.js';
import type { Scene } from './scene.js';
import { type ScrollbackEntry, entriesOf, said, undone } from './scrollback-lines.js';
import { stillTerminal } from './still-terminal.js';
import { EMPTY_UI, type Ui, uiFor } from './ui.js';

export interface LiveOptions {
  readonly stdout: NodeJS.WriteStream;
  /** Milliseconds of the epoch. */
  readonly now: () => number;
  readonly look?: Look;
  /** False where standard input is no terminal. */
  readonly hasKeys?: boolean;
  /** What a key asks for that is not an answer. */
  readonly act: (kind: Exclude<Act['kind'], 'answer'>) => void;
}

export interface LiveScreen {
  readonly sink: EventSink;
  /** Shows this view until the next event. */
  readonly setView: (view: RunView) => void;
  /** Takes lines for the log that `l` shows. */
  readonly log: (line: string) => void;
  /** A line for the person from elsewhere than the run; writing it to the terminal would tear the frame. */
  say(text: string): void;
  /** Shows `page`, which asks for nothing now; undefined for the work itself. */
  readonly show: (page: Page | undefined) => void;
  /** Shows `page` until it is answered, or rejects with the reason of `signal`. */
  readonly ask: (page: Page, signal: AbortSignal) => Promise<Answer>;
  /** Whether something is being asked. */
  readonly isAsking: () => boolean;
  readonly press: (key: Key) => void;
  /** Takes the frame away and leaves the terminal to somebody else, with a cursor; what is over stays. May be called again. */
  pause(): void;
  /** Draws again, below whatever has been written since. */
  resume(): void;
  /** Draws what is known last and leaves the finished lines behind. May be called again. */
  unmount(): void;
}

/** What an SSH line is given; keys draw in between. */
const TICKS_PER_SECOND = 4;
/** Of a terminal that does not say its size. */
const USUAL_SIZE = { columns: 80, rows: 24 };
const TAIL_LINES = 300;

/** The first frame shows with the first event or page. */
export function mountLive({ stdout, now, look = USUAL_LOOK, hasKeys = true, act }: LiveOptions): LiveScreen {
  const terminal = stillTerminal(stdout);
  let view = EMPTY_VIEW;
  let page: Page | undefined;
  let ui: Ui = EMPTY_UI;
  let pending: { resolve(answer: Answer): void } | undefined;
  let samples: readonly Sample[] = [];
  const tail: string[] = [];
  const entries: ScrollbackEntry[] = [];
  const known = new Set<string>();
  const oldNotices = new Map<string, number>();
  /** Of a step that has failed: while the page about its end shows them, they are not told twice. */
  let held: readonly ScrollbackEntry[] = [];
  /** Entries that are on the terminal for good, from before a pause. */
  let printed = 0;
  let instance: Instance | undefined;
  let state: 'fresh' | 'shown' | 'paused' | 'over' = 'fresh';

  const size = (): { columns: number; rows: number } => ({
    columns: stdout.columns > 0 ? stdout.columns : USUAL_SIZE.columns,
    rows: stdout.rows > 0 ? stdout.rows : USUAL_SIZE.rows,
  });
  const scene = (): Scene => ({ view, page, ui, ...size(), hasKeys, nowMs: now(), tail, samples });
  const draw = (hasFrame: boolean): void => {
    const { columns } = size();
    const frame = hasFrame ? frameLines(scene()) : [];
    const app = <App entries={entries.slice(printed)} frame={frame} columns={columns} look={look} />;
    if (instance === undefined)
      instance = render(app, { stdout: terminal, maxFps: look.framesPerSecond, exitOnCtrlC: false });
    else instance.rerender(app);
  };
  const show = (): void => {
    if (state === 'fresh') state = 'shown';
    if (state === 'shown') draw(true);
  };
  /** Ink has no pause, and hides the cursor as long as it is there. */
  const lift = (): void => {
    if (instance === undefined) return;
    draw(false);
    instance.unmount();
    instance = undefined;
    printed = entries.length;
  };
  const release = (): void => {
    const own = held;
    held = [];
    enter(...own);
  };
  const enter = (...fresh: readonly ScrollbackEntry[]): void => {
    for (const entry of fresh) {
      if (known.has(entry.key)) continue;
      known.add(entry.key);
      entries.push(entry);
    }
  };
  const resized = (): void => {
    if (state !== 'shown') return;
    lift();
    draw(true);
  };
  const tick = setInterval(
    () => {
      if (state === 'shown') draw(true);
    },
    1000 / Math.min(TICKS_PER_SECOND, look.framesPerSecond),
  );
  stdout.on('resize', resized);
  const turnTo = (next: Page | undefined): void => {
    // A page that only changes what it says keeps what has been typed.
    page = next;
    ui = uiFor(next);
    show();
  };

  return {
    sink: (event, next) => {
      const isBegin = event.type === 'run.started' || event.type === 'run.resumed';
      if (isBegin && !oldNotices.has(event.run)) oldNotices.set(event.run, next.notices.length);
      if (isBegin) ui = EMPTY_UI;
      if (isBegin) release();
      view = next;
      samples = takeSample(samples, next, now());
      if (event.type === 'step.undone') enter(undone(event));
      // A run that is only taken back to make room for another has told its story before.
      const old = oldNotices.get(event.run);
      // What has long been done is no news where it is only taken back.
      if (event.type === 'run.resumed' && next.doing === 'take-back')
        for (const { key } of entriesOf(next, 0)) known.add(key);
      if (event.type === 'step.failed' && old !== undefined) held = entriesOf(next, old);
      else if (event.type !== 'step.progress' && event.type !== 'run.failed' && old !== undefined)
        enter(...entriesOf(next, old));
      if (state === 'fresh') state = 'shown';
    },
    setView: (next) => {
      view = next;
    },
    log: (text) => {
      tail.push(text);
      tail.splice(0, tail.length - TAIL_LINES);
    },
    say: (text) => {
      if (state === 'over') return;
      enter(said(text, entries.length));
      show();
    },
    show: turnTo,
    ask: (next, signal) =>
      new Promise((resolve, reject) => {
        const give = (): void => {
          pending = undefined;
          page = undefined;
          // The next tick draws: mostly another page has come by then.
          ui = EMPTY_UI;
        };
        const cancel = (): void => {
          give();
          reject(signal.reason instanceof Error ? signal.reason : new Error('nobody is asked any more'));
        };
        if (signal.aborted || state === 'over') {
          reject(new Error('nobody is asked any more'));
          return;
        }
        signal.addEventListener('abort', cancel, { once: true });
        pending = {
          resolve: (answer) => {
            signal.removeEventListener('abort', cancel);
            give();
            resolve(answer);
          },
        };
        turnTo(next);
      }),
    isAsking: () => pending !== undefined,
    press: (key) => {
      if (state !== 'shown') return;
      const { columns, rows } = size();
      // A question that is not shown must not be answered.
      if (isTooSmall(columns, rows) && key.name !== 'interrupt' && key.name !== 'suspend') return;
      const effect = press({ view, page, ui }, key);
      ui = clampScroll({ ...scene(), ui: { ...ui, ...effect.ui } });
      if (effect.act?.kind === 'answer') pending?.resolve(effect.act.answer);
      else if (effect.act !== undefined) act(effect.act.kind);
      if (effect.act?.kind !== 'answer') show();
    },
    pause: () => {
      if (state !== 'shown') return;
      lift();
      state = 'paused';
    },
    resume: () => {
      if (state !== 'paused') return;
      state = 'shown';
      show();
    },
    unmount: () => {
      if (state === 'over') return;
      release();
      // A run that ends while it is paused still leaves its last lines.
      if (entries.length > printed || instance !== undefined) {
        draw(false);
        instance?.unmount();
      }
      state = 'over';
      clearInterval(tick);
      stdout.off('resize', resized);
    },
  };
}
