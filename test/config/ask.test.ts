// The plain questions, as they are written where there is no screen.
import { PassThrough } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { askYesNo } from '../../src/config/ask.js';

test('a question and its answer are ASCII: a terminal that knows nothing else shows no broken tick', async () => {
  let written = '';
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
  const input = new PassThrough();
  try {
    const answer = askYesNo('Is the application stopped?', input, new AbortController().signal);
    await vi.waitFor(() => expect(written).toContain('Is the application stopped?'));
    input.write('y\r');
    expect(await answer).toBe(true);
  } finally {
    stdout.mockRestore();
  }
  expect(written).toContain('Is the application stopped? Yes');
  expect(written).not.toMatch(/\P{ASCII}/u);
});
