// The whole screen of a run, a pure function of its view: what is over above, what goes on below. Nothing below once it has ended.
import type { RunView } from '../src/view.js';
import { LiveFrame, type FrameProps } from './LiveFrame.js';
import { Scrollback } from './Scrollback.js';

interface AppProps extends FrameProps {
  /** What an earlier screen has left on the terminal is not printed again. */
  readonly printed?: RunView | undefined;
  /** False for a screen that is about to leave the terminal to a question. */
  readonly isFrameShown?: boolean;
}

export function App({ view, printed, isFrameShown = true, columns, rows, nowMs }: AppProps) {
  return (
    <>
      <Scrollback view={view} printed={printed} columns={columns} />
      {isFrameShown && view.outcome === 'running' ? (
        <LiveFrame view={view} columns={columns} rows={rows} nowMs={nowMs} />
      ) : null}
    </>
  );
}
