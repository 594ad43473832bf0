// Puts the screen on a terminal and keeps it up to date: events only change what the next tick will show, four times a second,
// because a frame for each event would be more than an SSH connection wants. Reads no keys, so Ctrl-C stays a signal.
import { type Instance, render } from 'ink';
import type { EventSink } from '../src/run/journal.js';
import type { RunView } from '../src/view.js';
import { App } from './App.js';

export interface LiveOptions {
  readonly stdout: NodeJS.WriteStream;
  /** Milliseconds of the epoch. */
  readonly now: () => number;
}

export interface LiveScreen {
  readonly sink: EventSink;
  /** A line for the person from elsewhere than the run; writing it to the terminal would tear the frame. */
  say(text: string): void;
  /** Takes the frame away and leaves the terminal to somebody else, with a cursor; what is over stays. May be called again. */
  pause(): void;
  /** Draws again with the next tick, below whatever has been written since. */
  resume(): void;
  /** Draws what is known last and leaves the finished lines behind. May be called again. */
  unmount(): void;
}

const TICK_MS = 250;
/** Twice the tick, because the spinner turns in between. Ink lets a few more through where the two fall close together. */
const MAX_FPS = 8;
/** Of a terminal that does not say its size. */
const USUAL_SIZE = { columns: 80, rows: 24 };

/** The first frame shows with the first tick after the first event. */
export function mountLive({ stdout, now }: LiveOptions): LiveScreen {
  let view: RunView | undefined;
  let oldNotices = 0;
  const said: string[] = [];
  let instance: Instance | undefined;
  let isMounted = true;
  let isPaused = false;
  /** What was on the screen before it was paused last, and still is on the terminal. */
  let printed: RunView | undefined;

  const draw = (current: RunView, isFrameShown: boolean): RunView => {
    const shown = { ...current, notices: [...current.notices.slice(oldNotices), ...said] };
    const columns = stdout.columns > 0 ? stdout.columns : USUAL_SIZE.columns;
    const rows = stdout.rows > 0 ? stdout.rows : USUAL_SIZE.rows;
    const size = { columns, rows };
    const app = <App view={shown} printed={printed} isFrameShown={isFrameShown} {...size} nowMs={now()} />;
    if (instance === undefined) instance = render(app, { stdout, maxFps: MAX_FPS, exitOnCtrlC: false });
    else instance.rerender(app);
    return shown;
  };
  const show = (): void => {
    if (view !== undefined && isMounted && !isPaused) draw(view, true);
  };
  const tick = setInterval(show, TICK_MS);
  // Before Ink's own listener, which would draw the frame of the old width.
  stdout.prependListener('resize', show);

  return {
    sink: (_, next) => {
      // A resumed run brings the notices of its earlier life along.
      if (view === undefined) oldNotices = next.notices.length;
      view = next;
    },
    say: (text) => {
      said.push(text);
      show();
    },
    pause: () => {
      if (!isMounted || isPaused) return;
      if (view !== undefined) printed = draw(view, false);
      isPaused = true;
      // Ink has no pause, and hides the cursor as long as it is there.
      instance?.unmount();
      instance = undefined;
    },
    resume: () => {
      isPaused = false;
    },
    unmount: () => {
      if (!isMounted) return;
      // A run that ends while its question is open still leaves its last lines.
      isPaused &&= view?.outcome === 'running';
      show();
      isMounted = false;
      clearInterval(tick);
      stdout.off('resize', show);
      instance?.unmount();
    },
  };
}
