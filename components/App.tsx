// The whole screen of a run, a pure function of its view: what is over above, what goes on below. Nothing below once it has ended.
import { LiveFrame, type FrameProps } from './LiveFrame.js';
import { Scrollback } from './Scrollback.js';

export function App({ view, columns, rows, nowMs }: FrameProps) {
  return (
    <>
      <Scrollback view={view} columns={columns} />
      {view.outcome === 'running' ? (
        <LiveFrame view={view} columns={columns} rows={rows} nowMs={nowMs} />
      ) : null}
    </>
  );
}
