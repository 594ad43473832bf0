// How a session's outputs are to look, from the moment its settings are known: wherever those come from, flag, environment or config
// file, it holds for everything that is printed from then on, errors too.
import type { Settings } from '../config/settings.js';
import { chooseLook } from '../output/look.js';
import type { Session } from './session.js';

/** Sets the look of both outputs, and carries --no-color from every place to the flags, where the outputs of a run look for it. */
export function adoptLook(session: Session, settings: Settings): void {
  const look = chooseLook(session.env, settings);
  session.out.look = look;
  session.err.look = look;
  if (settings.isOn('no-color')) session.flags = { ...session.flags, 'no-color': true };
}
