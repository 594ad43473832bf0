// Colours: the 16 of every terminal, no backgrounds, and never the only bearer of a meaning.

export type Colour = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';
export type Paint = (colour: Colour, text: string) => string;

const CODES: Readonly<Record<Colour, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

const painted: Paint = (colour, text) => {
  const [on, off] = CODES[colour];
  return `\u001b[${on}m${text}\u001b[${off}m`;
};

/** For files, and for terminals that want none. */
export const unpainted: Paint = (_, text) => text;

/** https://no-color.org and https://force-color.org; --no-color goes before both. */
export function choosePaint(isTty: boolean, env: NodeJS.ProcessEnv, noColor: boolean): Paint {
  if (noColor || isSet(env['NO_COLOR'])) return unpainted;
  const forced = env['FORCE_COLOR'];
  if (isSet(forced)) return forced === '0' || forced === 'false' ? unpainted : painted;
  return isTty && env['TERM'] !== 'dumb' ? painted : unpainted;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
