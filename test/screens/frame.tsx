// Draws a screen for a terminal of any size, and holds every frame against what must be true of all of them.
import { EventEmitter } from 'node:events';
import { render } from 'ink';
import type { ReactElement } from 'react';
import stringWidth from 'string-width';
import { expect } from 'vitest';
import { App } from '../../components/App.js';
import { liveBindings } from '../../components/bindings.js';
import { frameLines, isTooSmall } from '../../components/frame-lines.js';
import { type Look, USUAL_LOOK } from '../../src/output/look.js';
import type { Scene } from '../../components/scene.js';
import { entriesOf } from '../../components/scrollback-lines.js';
import { uiFor } from '../../components/ui.js';
import type { RunView } from '../../src/view.js';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export const USUAL: Size = { columns: 80, rows: 24 };
export const SMALL: Size = { columns: 60, rows: 20 };
export const LARGE: Size = { columns: 120, rows: 40 };
/** Planted where a password is typed; on no screen. */
export const SECRET = 'hunter2-never-shown';

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

/** What a screen is made from, at the time of the last event unless `change` says otherwise. */
export function sceneOf(view: RunView, size: Size, change: Partial<Scene> = {}): Scene {
  const nowMs = view.lastAt === '' ? 0 : Date.parse(view.lastAt);
  return {
    view,
    page: undefined,
    ui: uiFor(change.page),
    nowMs,
    hasKeys: true,
    tail: [],
    samples: [],
    ...size,
    ...change,
  };
}

/** The frame as text, checked. */
export function frameOf(scene: Scene, look: Look = USUAL_LOOK): string {
  const lines = frameLines(scene);
  expect(lines.length).toBeLessThan(scene.rows);
  const frame = draw(<App entries={[]} frame={lines} columns={scene.columns} look={look} />, scene);
  expect(frame.split('\n')).toHaveLength(Math.max(1, lines.length));
  const isReadable = !isTooSmall(scene.columns, scene.rows);
  const hints = liveBindings(scene).filter(({ label }) => label !== '');
  // A hint that has no room gives way, but never all of them.
  if (lines.length > 0 && isReadable && hints.length > 0)
    expect(
      hints.some(({ shown, label }) =>
        lines
          .at(-1)
          ?.map(({ text }) => text)
          .join('')
          .includes(`${shown} ${label}`),
      ),
    ).toBe(true);
  return frame;
}

/** What is over and, below it, the frame. */
export function screenOf(
  view: RunView,
  size: Size,
  change: Partial<Scene> = {},
  look: Look = USUAL_LOOK,
): string {
  const scene = sceneOf(view, size, change);
  frameOf(scene, look);
  return draw(
    <App entries={entriesOf(view, 0)} frame={frameLines(scene)} columns={size.columns} look={look} />,
    size,
  );
}

function draw(node: ReactElement, size: Size): string {
  const { written, stdout } = fakeTerminal(size);
  const instance = render(node, { stdout, debug: true, patchConsole: false });
  const frame = written.at(-1) ?? '';
  instance.unmount();
  checkFrame(frame, size);
  return frame;
}

/** No line is wider than the terminal, and nothing shows that a person cannot read, or must not. */
function checkFrame(frame: string, { columns }: Size): void {
  for (const line of frame.split('\n')) {
    expect(stringWidth(line), line).toBeLessThanOrEqual(columns);
    expect(line).not.toMatch(/undefined|NaN|Infinity|\[object/);
    expect(line).not.toMatch(/[\u0000-\u001f\u007f]/);
  }
  expect(frame).not.toContain(SECRET);
}
