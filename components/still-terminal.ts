// The terminal as Ink may see it: without a height, or Ink clears the whole scrollback as soon as a frame is as high as the window has just
// become; without changes of size, which mount.tsx sees to; and with the cursor waiting on the frame's first line, not below its last.
// A window that becomes lower loses what is below its cursor before anything of it moves into the scrollback: no frame ends up there.
// Except where the terminal itself, as tmux does, wraps the lines of a narrower window anew: those above then leave, of a high frame its head.

const NO_HEIGHT = 100_000;

/** How Ink begins a frame where there was one: it takes away as many lines as it has drawn, from below the last one up. */
const ERASED = /^(?:\u001b\[2K\u001b\[1A)*\u001b\[2K\u001b\[G/;
/** How it ends one on a terminal. */
const END = '\u001b[?2026l';
/** What only turns something on or off. */
const MODE = /^\u001b\[\?\d+[hl]$/;
/** Of a line that is wider than the window: it is cut, or it goes on in the next one, which at the bottom scrolls the others away. */
const CUT = '\u001b[?7l';
const WRAP = '\u001b[?7h';
/**
 * From the first line on, whatever the window has made of the others. Not all at once from the first one: tmux keeps in its history what
 * is erased from the upper left corner.
 */
const ERASE_BELOW = '\r\u001b7\u001b[2K\u001b[1B\u001b[J\u001b8';

/** Passes everything else on to `stdout`. */
export function stillTerminal(stdout: NodeJS.WriteStream): NodeJS.WriteStream {
  const waiting = waitingAbove();
  const write = (text: string, done?: () => void): boolean => stdout.write(waiting(text), done);
  const still: NodeJS.WriteStream = new Proxy(stdout, {
    get: (target, name) => {
      if (name === 'rows') return NO_HEIGHT;
      if (name === 'write') return write;
      if (name === 'on' || name === 'off')
        return (event: string, listener: () => void) => {
          if (event !== 'resize') target[name](event, listener);
          return still;
        };
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return still;
}

/**
 * Makes of each text that Ink writes the one that leaves the cursor on the first line of its frame. A frame that needs no more lines than
 * the one before is written over it without a line feed: what is drawn for a window that has just become lower scrolls nothing away.
 */
function waitingAbove(): (text: string) => string {
  /** Of the frame that is there. */
  let height = 0;
  /** Lines that the cursor has to go up when the frame is complete. */
  let below = 0;
  /** Whether finished lines come next, which are there for good: Ink clears its frame before them. */
  let isForGood = false;
  return (text) => {
    if (text === END) {
      const up = below === 0 ? '' : `\u001b[${below}A\r`;
      below = 0;
      return `${up}${text}`;
    }
    if (MODE.test(text)) return text;
    const drawn = text.replace(ERASED, '');
    const isFrame = drawn !== text;
    const isCut = !isForGood;
    isForGood = drawn === '';
    if (text === '') return text;
    // A frame without a line: the cursor stays where it would begin.
    const own = drawn === '\n' ? '' : drawn;
    const lines = own.split('\n').slice(0, -1);
    if (isFrame && lines.length > 0 && lines.length <= height) {
      const isLower = lines.length < height;
      height = lines.length;
      return `${CUT}${writtenOver(lines, isLower)}${WRAP}`;
    }
    height = lines.length;
    below = lines.length;
    const shown = isCut && own !== '' ? `${CUT}${own}${WRAP}` : own;
    return isFrame ? `${ERASE_BELOW}${shown}` : shown;
  };
}

function writtenOver(lines: readonly string[], isLower: boolean): string {
  const rows = lines.map((line) => `\u001b[2K${line}`).join('\u001b[1B\r');
  return `\u001b7\r${rows}${isLower ? '\u001b[1B\r\u001b[J' : ''}\u001b8`;
}
