// The one place where the command line reaches for the screens. Loading them takes half a second, so only a run that is shown live
// does; everything else prints plain lines.
import { setForOurselves } from '../app/given-environment.js';
import type { Settings } from '../config/settings.js';
import type { WizardEvent } from '../events.js';
import { choosePaint, unpainted } from '../output/paint.js';
import { plainSink } from '../output/plain.js';
import type { RunView } from '../view.js';
import { type Keys, openKeys } from './keys.js';
import type { Screen, Session } from './session.js';

/**
 * The screen, or undefined when it is to be plain lines. From then on it is `session.screen`. What it leaves behind when it is unmounted
 * are the finished steps, and the summary of how it ended last.
 */
export async function openScreen(session: Session, settings: Settings): Promise<Screen | undefined> {
  if (!isLive(session, settings)) return undefined;
  const { out, env, stdout } = session;
  const paint = choosePaint(out.isTty, env, settings.isOn('no-color'));
  // Ink decides on colours while it is loaded, and knows FORCE_COLOR alone.
  if (paint === unpainted) setForOurselves('FORCE_COLOR', '0');
  // React's development build keeps a measurement of every render for ever.
  if (env['NODE_ENV'] === undefined) setForOurselves('NODE_ENV', 'production');
  // Node writes its warnings past every stream, straight to the terminal, and would tear the frame; worker threads inherit this.
  setForOurselves('NODE_NO_WARNINGS', '1');
  process.removeAllListeners('warning');
  const { mountLive } = await import('../../components/mount.js');
  let wantsRollBack = (): void => undefined;
  const terminal: { keys?: Keys } = {};
  const live = mountLive({
    stdout,
    now: () => Date.now(),
    look: out.look,
    hasKeys: session.isTerminal,
    act: (kind) => {
      if (kind === 'suspend') suspend();
      else if (kind === 'roll-back') wantsRollBack();
      // Like anybody's Ctrl-C, which raw mode keeps from being a signal.
      else process.kill(process.pid, 'SIGINT');
    },
  });
  const goOn = (): void => {
    terminal.keys?.resume();
    live.resume();
  };
  const suspend = (): void => {
    live.pause();
    terminal.keys?.pause();
    // The whole group, as the terminal would do it: npm and npx wait for us.
    process.kill(0, 'SIGTSTP');
  };
  process.on('SIGCONT', goOn);
  if (session.isTerminal) terminal.keys = openKeys(live.press);
  const { keys } = terminal;
  const logSink = plainSink({ line: live.log, isTty: false, columns: undefined, look: out.look }, unpainted);
  const plain = plainSink(out, paint);
  let ending: { event: WizardEvent; view: RunView } | undefined;
  let isMounted = true;
  const screen: Screen = {
    sink: (event, view) => {
      const isEnd =
        event.type === 'run.completed' || event.type === 'run.failed' || event.type === 'run.rolled-back';
      if (event.type === 'run.started' || event.type === 'run.resumed') ending = undefined;
      if (isEnd) ending = { event, view };
      logSink(event, view);
      live.sink(event, view);
    },
    setView: live.setView,
    // Whoever is being asked is told by the end of the question.
    say: (text) => {
      if (!live.isAsking()) live.say(text);
    },
    show: live.show,
    isAsking: live.isAsking,
    ask: live.ask,
    gone: keys?.gone,
    onRollBack: (listener) => {
      wantsRollBack = listener;
    },
    unmount: () => {
      if (!isMounted) return;
      isMounted = false;
      process.off('SIGCONT', goOn);
      live.unmount();
      keys?.close();
      session.screen = undefined;
      if (ending !== undefined) plain(ending.event, ending.view);
    },
  };
  session.screen = screen;
  return screen;
}

/** Whether the terminal can be drawn on and nobody asked for text; a dry run is a text to read. */
function isLive({ out, env }: Session, settings: Settings): boolean {
  const isText = settings.isOn('plain') || settings.isOn('json') || settings.isOn('dry-run');
  // Whoever listens to the screen wants sentences, each once.
  return (
    out.isTty &&
    !isText &&
    !out.look.isScreenReader &&
    env['TERM'] !== 'dumb' &&
    !isOn(env['CI']) &&
    !isOn(env['CONTINUOUS_INTEGRATION'])
  );
}

/** As Ink decides it, which draws nothing there. */
function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== '0' && value !== 'false';
}
