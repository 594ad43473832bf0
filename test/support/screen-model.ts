// What a terminal shows of what is written to it, as far as Ink and the screen go, and what has moved into its scrollback. A window that
// becomes lower loses lines below its cursor first and scrolls only then, one that becomes higher takes lines back, as tmux does both.
// Of one that becomes narrower the lines that are there are cut, as xterm does: tmux wraps them anew.

const TOKENS = /\u001b\[(\??[\d;]*)([A-Za-z])|\u001b([78])|([\n\r])|([^\u001b\n\r]+)/g;

export class ScreenModel {
  private readonly history: string[] = [];
  private lines: string[];
  private row = 0;
  private column = 0;
  private saved = { row: 0, column: 0 };
  private columns: number;
  /** Whether what is too long goes on in the next line. */
  private isWrapping = true;

  constructor(rows: number, columns = Infinity) {
    this.columns = columns;
    this.lines = Array.from({ length: rows }, () => '');
  }

  /** Scrollback and window, without the empty lines at the end. */
  get text(): string {
    return [...this.history, ...this.lines]
      .map((line) => line.trimEnd())
      .join('\n')
      .trimEnd();
  }

  feed(text: string): void {
    for (const [, number = '', letter, key, control, plain] of text.matchAll(TOKENS)) {
      if (plain !== undefined) this.print(plain);
      else if (control === '\r') this.column = 0;
      else if (control === '\n') this.feedLine();
      else if (key === '7') this.saved = { row: this.row, column: this.column };
      else if (key === '8') [this.row, this.column] = [this.saved.row, this.saved.column];
      else this.obey(letter ?? '', Number(number === '' ? 1 : number), number);
    }
  }

  resize(rows: number, columns = this.columns): void {
    this.columns = columns;
    this.lines = this.lines.map((line) => line.slice(0, columns));
    this.column = Math.min(this.column, columns);
    const fewer = this.lines.length - rows;
    const cut = Math.min(Math.max(fewer, 0), this.lines.length - 1 - this.row);
    if (cut > 0) this.lines.splice(this.lines.length - cut);
    while (this.lines.length > rows) {
      this.history.push(this.lines.shift() ?? '');
      this.row -= 1;
    }
    while (this.lines.length < rows) {
      const back = this.history.pop();
      if (back === undefined) this.lines.push('');
      else {
        this.lines.unshift(back);
        this.row += 1;
      }
    }
  }

  private obey(letter: string, count: number, number: string): void {
    if (number === '?7') this.isWrapping = letter === 'h';
    if (letter === 'A') this.row = Math.max(0, this.row - count);
    if (letter === 'B') this.row = Math.min(this.lines.length - 1, this.row + count);
    if (letter === 'G') this.column = 0;
    if (letter === 'K') this.lines[this.row] = number === '2' ? '' : this.before();
    if (letter === 'J' && number !== '3') {
      this.lines[this.row] = this.before();
      this.lines.fill('', this.row + 1);
    }
  }

  private before(): string {
    return (this.lines[this.row] ?? '').slice(0, this.column);
  }

  private print(text: string): void {
    const room = this.columns - this.column;
    this.put(text.slice(0, room));
    if (text.length <= room || !this.isWrapping) return;
    this.feedLine();
    this.print(text.slice(room));
  }

  private put(text: string): void {
    const line = (this.lines[this.row] ?? '').padEnd(this.column);
    this.lines[this.row] = line.slice(0, this.column) + text + line.slice(this.column + text.length);
    this.column += text.length;
  }

  /** A terminal in cooked mode puts a return before it. */
  private feedLine(): void {
    this.column = 0;
    if (this.row < this.lines.length - 1) this.row += 1;
    else {
      this.history.push(this.lines.shift() ?? '');
      this.lines.push('');
    }
  }
}
