// How much the person's terminal can show: which characters, whether somebody listens instead of looking, how often it may change.
// Pure, so that the screens and the plain lines decide alike.
import type { OptionName } from '../config/options.js';
import type { Settings } from '../config/settings.js';

export interface Look {
  /** Frames, bars and marks in ASCII. */
  readonly isAscii: boolean;
  /** Linear text: nothing drawn, no columns, progress at each ten percent. */
  readonly isScreenReader: boolean;
  readonly framesPerSecond: number;
}

/** Measured over SSH: a frame of 20 rows at 8 a second is below 12 KB/s. */
const USUAL_FRAMES_PER_SECOND = 8;

export const USUAL_LOOK: Look = {
  isAscii: false,
  isScreenReader: false,
  framesPerSecond: USUAL_FRAMES_PER_SECOND,
};

type Asked = Pick<Settings, 'isOn' | 'origin'>;

/** Before the settings are known. */
const NOTHING_ASKED: Asked = { isOn: () => false, origin: () => undefined };

/** What was asked for goes before what `env` says of the terminal, also where it is an option that is taken back (TTM_ASCII=0). */
export function chooseLook(env: NodeJS.ProcessEnv, settings: Asked = NOTHING_ASKED): Look {
  const asked = (name: OptionName, otherwise: boolean): boolean =>
    settings.origin(name) === undefined ? otherwise : settings.isOn(name);
  return {
    isAscii: asked('ascii', env['TERM'] === 'linux' || !isUtf8(env)),
    isScreenReader: asked('screen-reader', env['INK_SCREEN_READER'] === 'true'),
    framesPerSecond: asked('low-bandwidth', false) ? 1 : USUAL_FRAMES_PER_SECOND,
  };
}

/** The order is that of setlocale(3); with none of them the locale is C, which is ASCII. An empty one counts as none. */
function isUtf8({ LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv): boolean {
  const locale = [LC_ALL, LC_CTYPE, LANG].find((value) => value !== undefined && value !== '') ?? 'C';
  return /utf-?8/i.test(locale);
}

/** `text` in ASCII: an ellipsis as three dots, anything else beyond it escaped like a control character, so that nothing is lost. */
export function toAscii(text: string): string {
  return text
    .replaceAll('…', '...')
    .replace(/[^\p{ASCII}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
