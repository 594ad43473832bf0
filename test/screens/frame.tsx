// Draws a screen for a terminal of any size, and holds every frame against what must be true of all of them.
import { EventEmitter } from 'node:events';
import { render } from 'ink';
import type { ReactElement } from 'react';
import stringWidth from 'string-width';
import { expect } from 'vitest';
import { LiveFrame } from '../../components/LiveFrame.js';
import { Scrollback } from '../../components/Scrollback.js';
import { App } from '../../components/App.js';
import type { RunView } from '../../src/view.js';

interface Size {
  readonly columns: number;
  readonly rows: number;
}

export const USUAL: Size = { columns: 80, rows: 24 };
export const SMALL: Size = { columns: 60, rows: 20 };

/** A terminal that keeps what is written to it. */
export function fakeTerminal({ columns, rows }: Size) {
  const written: string[] = [];
  const stream = Object.assign(new EventEmitter(), {
    columns,
    rows,
    isTTY: true,
    writable: true,
    write: (text: string): boolean => {
      written.push(text);
      return true;
    },
  });
  // Ink and the screen use no more of a stream than this.
  return { written, stream, stdout: stream as unknown as NodeJS.WriteStream };
}

/** The screen of `view`; `nowMs` is of the epoch. What is drawn again and again is at most one line less than the terminal. */
export function screenOf(view: RunView, size: Size, nowMs = Date.parse(view.lastAt)): string {
  const live = draw(<LiveFrame view={view} {...size} nowMs={nowMs} />, size);
  expect(live.split('\n').length).toBeLessThan(size.rows);
  const over = draw(<Scrollback view={view} columns={size.columns} />, size);
  const screen = draw(<App view={view} {...size} nowMs={nowMs} />, size);
  expect(screen).toBe(view.outcome === 'running' ? over + live : over);
  return screen;
}

function draw(node: ReactElement, size: Size): string {
  const { written, stdout } = fakeTerminal(size);
  const instance = render(node, { stdout, debug: true, patchConsole: false });
  const frame = written.at(-1) ?? '';
  instance.unmount();
  checkFrame(frame, size);
  return frame;
}

/** No line is wider than the terminal, and nothing shows that a person cannot read. */
function checkFrame(frame: string, { columns }: Size): void {
  for (const line of frame.split('\n')) {
    expect(stringWidth(line), line).toBeLessThanOrEqual(columns);
    expect(line).not.toMatch(/undefined|NaN|Infinity|\[object/);
  }
}
