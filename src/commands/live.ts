// The one place where the command line reaches for the screens. Loading them takes half a second, so only a run that is shown live
// does; everything else prints plain lines.
import type { Settings } from '../config/settings.js';
import { choosePaint, unpainted } from '../output/paint.js';
import { plainSink } from '../output/plain.js';
import type { EventSink } from '../run/journal.js';
import type { Session } from './session.js';

/**
 * Shows a run on the screen from its first event to its last; undefined when it is to be plain lines. What comes before and after,
 * like the summary and the error, is printed as plain lines. While the screen is up it is `session.screen`.
 */
export async function liveSink(session: Session, settings: Settings): Promise<EventSink | undefined> {
  if (!isLive(session, settings)) return undefined;
  const { out, env, stdout } = session;
  const paint = choosePaint(out.isTty, env, settings.isOn('no-color'));
  // Ink decides on colours while it is loaded, and knows FORCE_COLOR alone.
  if (paint === unpainted) env['FORCE_COLOR'] = '0';
  // React's development build keeps a measurement of every render for ever.
  env['NODE_ENV'] ??= 'production';
  // Node writes its warnings past every stream, straight to the terminal, and would tear the frame; worker threads inherit this.
  env['NODE_NO_WARNINGS'] = '1';
  process.removeAllListeners('warning');
  const { mountLive } = await import('../../components/mount.js');
  const plain = plainSink(out, paint);
  let show: EventSink | undefined;
  return (event, view) => {
    if (event.type === 'run.started' || event.type === 'run.resumed') {
      const screen = mountLive({ stdout, now: () => Date.now() });
      session.screen = screen;
      show = screen.sink;
    }
    show?.(event, view);
    const isEnd =
      event.type === 'run.completed' || event.type === 'run.failed' || event.type === 'run.rolled-back';
    if (show === undefined || isEnd) {
      session.screen?.unmount();
      session.screen = undefined;
      show = undefined;
      plain(event, view);
    }
  };
}

/** Whether the terminal can be drawn on and nobody asked for text; a dry run is a text to read. */
function isLive({ out, env }: Session, settings: Settings): boolean {
  const isText = settings.isOn('plain') || settings.isOn('json') || settings.isOn('dry-run');
  return (
    out.isTty && !isText && env['TERM'] !== 'dumb' && !isOn(env['CI']) && !isOn(env['CONTINUOUS_INTEGRATION'])
  );
}

/** As Ink decides it, which draws nothing there. */
function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== '0' && value !== 'false';
}
