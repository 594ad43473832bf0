// Every screen as a person sees it: at 80x24 here, in the other sizes and in ASCII as files beside.
import { describe, expect, test } from 'vitest';
import { USUAL_LOOK } from '../../src/output/look.js';
import { LARGE, SMALL, USUAL, frameOf, sceneOf } from './frame.js';
import { type NamedScene, SCENES } from './scenes.js';

function drawn({ view, page, change = {} }: NamedScene, size: typeof USUAL, look = USUAL_LOOK): string {
  return frameOf(sceneOf(view, size, page === undefined ? change : { page, ...change }), look);
}

function allOf(size: typeof USUAL, look = USUAL_LOOK): string {
  return SCENES.map((scene) => `== ${scene.name}\n${drawn(scene, size, look)}\n`).join('\n');
}

const files = [
  ['80x24', USUAL, USUAL_LOOK],
  ['60x20', SMALL, USUAL_LOOK],
  ['120x40', LARGE, USUAL_LOOK],
  ['80x24-ascii', USUAL, { ...USUAL_LOOK, isAscii: true }],
] as const;

test.each(files)('every screen at %s', async (name, size, look) => {
  await expect(allOf(size, look)).toMatchFileSnapshot(`frames/${name}.txt`);
});

test('in ASCII there is nothing else on any screen', () => {
  expect(allOf(USUAL, { ...USUAL_LOOK, isAscii: true })).toMatch(/^[ -~\n]*$/);
});

describe.each(SCENES)('$name', (scene) => {
  test.each([
    { columns: 40, rows: 10 },
    { columns: 41, rows: 14 },
    { columns: 200, rows: 60 },
  ])('fits $columns x $rows', (size) => {
    expect(drawn(scene, size)).not.toBe('');
  });

  test.each([USUAL, SMALL, { columns: 40, rows: 10 }])('says at $columns x $rows that it is live', (size) => {
    expect(drawn(scene, size)).toMatch(/ live(?:, |$)/m);
  });

  test('says what is safe, or that it is stopping', () => {
    expect(drawn(scene, USUAL)).toMatch(/^(?:safe: |stopping at the next safe point)/m);
  });
});

test('the smallest window has room for the beginning of what is asked', () => {
  const smallest = { columns: 40, rows: 10 };
  const asked = (asking: string): string => {
    const scene = SCENES.find(({ name }) => name === asking);
    return scene === undefined ? '' : drawn(scene, smallest);
  };
  expect(asked('resume')).toContain('There is an earlier run');
  expect(asked('switch-over, asked for')).toContain('Switch the application over now?');
});

test('a dry run is named as one in every size', () => {
  const copy = SCENES.find(({ name }) => name === 'copy');
  for (const size of [USUAL, SMALL, { columns: 40, rows: 10 }])
    expect(copy && drawn({ ...copy, view: { ...copy.view, dryRun: true } }, size)).toMatch(/ dry run, /);
});

test('a window that is too small gets one line that says so, and how far the work is', () => {
  const copy = SCENES.find(({ name }) => name === 'copy');
  expect(copy && drawn(copy, { columns: 39, rows: 24 })).toBe('enlarge to 40x10; copy goes on, 50 %');
  const welcome = SCENES.find(({ name }) => name === 'welcome');
  expect(welcome && drawn(welcome, { columns: 39, rows: 24 })).toBe('enlarge to 40x10 to answer');
  expect(copy && drawn(copy, { columns: 60, rows: 9 })).toBe('enlarge to 40x10; copy goes on, 50 %');
});
