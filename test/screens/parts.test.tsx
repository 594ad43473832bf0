// The small parts of the live view, each by itself.
import { cleanup, render } from 'ink-testing-library';
import { afterEach, describe, expect, test } from 'vitest';
import { ProgressBar } from '../../components/ProgressBar.js';
import { StepRail } from '../../components/StepRail.js';
import type { StepView } from '../../src/view.js';

afterEach(cleanup);

function stepOf(name: StepView['name'], state: StepView['state']): StepView {
  return {
    name,
    state,
    title: name,
    summary: '',
    elapsedMs: 0,
    startedAt: '',
    progress: undefined,
    firstProgress: undefined,
  };
}

const steps = [stepOf('preflight', 'done'), stepOf('backup', 'running'), stepOf('schema', 'left')];

describe('a progress bar', () => {
  test('is full only when all is done', () => {
    const { lastFrame, rerender } = render(<ProgressBar done={999} total={1000} width={10} />);
    expect(lastFrame()).toBe('█████████░');
    rerender(<ProgressBar done={1000} total={1000} width={10} />);
    expect(lastFrame()).toBe('██████████');
  });

  test('keeps its width when there is nothing to do or too much was done', () => {
    const { lastFrame, rerender } = render(<ProgressBar done={0} total={0} width={4} />);
    expect(lastFrame()).toBe('████');
    rerender(<ProgressBar done={9} total={3} width={4} />);
    expect(lastFrame()).toBe('████');
  });
});

describe('the rail of steps', () => {
  test('names what is done, what runs and what is left', () => {
    const { lastFrame } = render(<StepRail steps={steps} columns={80} />);
    expect(lastFrame()).toMatch(/✓ preflight {2}\S backup {2}· schema/);
  });

  test('is one place in a row of places when there is little room', () => {
    const { lastFrame } = render(<StepRail steps={steps} columns={40} />);
    expect(lastFrame()).toContain('2/3 Backup');
  });
});
