// What a terminal sends when keys are pressed, as names. Pure; whoever reads the terminal is src/commands/keys.ts.

export interface Key {
  readonly name:
    | 'enter'
    | 'escape'
    | 'up'
    | 'down'
    | 'page-up'
    | 'page-down'
    | 'left'
    | 'right'
    | 'home'
    | 'end'
    | 'backspace'
    | 'delete'
    | 'delete-word'
    | 'clear'
    | 'interrupt'
    | 'suspend'
    | 'text';
  /** Of `text`: what was typed or pasted, without anything that could steer a terminal. */
  readonly text: string;
}

const SEQUENCES: Readonly<Record<string, Key['name']>> = {
  '\u001b[A': 'up',
  '\u001bOA': 'up',
  '\u001b[B': 'down',
  '\u001bOB': 'down',
  '\u001b[C': 'right',
  '\u001bOC': 'right',
  '\u001b[D': 'left',
  '\u001bOD': 'left',
  // As xterm, the console of Linux and rxvt send them.
  '\u001b[H': 'home',
  '\u001bOH': 'home',
  '\u001b[1~': 'home',
  '\u001b[7~': 'home',
  '\u0001': 'home',
  '\u001b[F': 'end',
  '\u001bOF': 'end',
  '\u001b[4~': 'end',
  '\u001b[8~': 'end',
  '\u0005': 'end',
  '\u001b[3~': 'delete',
  '\u0017': 'delete-word',
  '\u001b[5~': 'page-up',
  '\u001b[6~': 'page-down',
  '\r': 'enter',
  '\n': 'enter',
  '\u007f': 'backspace',
  '\b': 'backspace',
  '\u0003': 'interrupt',
  '\u0015': 'clear',
  '\u001a': 'suspend',
  '\u001b': 'escape',
};

/** A whole escape sequence, one control character, or a piece of text. */
const TOKEN =
  /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|O[A-Za-z]|[^\u001b[O])?|[\u0000-\u001f\u007f]|[^\u0000-\u001f\u007f]+/gu;

/** The keys of one piece of input. A sequence that means nothing here is passed over. */
export function parseKeys(input: string): Key[] {
  return [...input.matchAll(TOKEN)].flatMap(([token]): Key[] => {
    const name = SEQUENCES[token];
    if (name !== undefined) return [{ name, text: '' }];
    return /^[\u0000-\u001f\u007f]/.test(token) ? [] : [{ name: 'text', text: token }];
  });
}

/** Whether `input` may be the beginning of a sequence whose rest is still on the line: Escape alone looks the same. */
export function isUnfinished(input: string): boolean {
  return /\u001b(?:\[[0-9;?]*|O)?$/.test(input);
}
