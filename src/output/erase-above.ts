// A page that is shown again in its own place, so that a watched run does not fill the scrollback with a page a second.
import stringWidth from 'string-width';

interface Size {
  readonly columns: number;
  readonly rows: number;
}

/**
 * What takes the cursor back to the first line of `page`, the last thing that was printed, and erases from there; empty when a part of
 * it has left the terminal of that size, for what has scrolled away cannot be taken back.
 */
export function eraseAbove(page: string, { columns, rows }: Size): string {
  const height = page
    .split('\n')
    .reduce((sum, line) => sum + Math.max(1, Math.ceil(stringWidth(line) / columns)), 0);
  return height < rows ? `\u001b[${height}A\r\u001b[J` : '';
}
