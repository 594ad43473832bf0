// What is over and stays on the terminal: each step with its findings before it, and notices as they come.
import { useState } from 'react';
import type { Finding } from '../src/events.js';
import type { RunView, StepView } from '../src/view.js';

export type ScrollbackLine =
  | { readonly key: string; readonly kind: 'step'; readonly step: StepView }
  | { readonly key: string; readonly kind: 'finding'; readonly finding: Finding }
  | { readonly key: string; readonly kind: 'notice'; readonly text: string };

/** Everything of the view that is over, each with a key that it keeps. */
function scrollbackLines({ notices, steps, findings }: RunView): ScrollbackLine[] {
  const over = steps.filter(({ state }) => state === 'done' || state === 'failed');
  return [
    ...notices.map((text) => ({ key: `notice ${text}`, kind: 'notice' as const, text })),
    ...over.flatMap((step) => [
      ...findings
        .filter(
          ({ step: name, severity }) =>
            name === step.name && (severity === 'error' || severity === 'warning'),
        )
        .map((finding) => ({ key: keyOf(finding), kind: 'finding' as const, finding })),
      { key: `${step.state} ${step.name}`, kind: 'step' as const, step },
    ]),
  ];
}

function keyOf({ step, code, table, column, message }: Finding & { step: string }): string {
  return ['finding', step, code, table, column, message].join(' ');
}

/** The lines of all views so far but `printed`, in the order in which they came up: what is printed cannot be taken back. */
export function useScrollback(view: RunView, printed: RunView | undefined): readonly ScrollbackLine[] {
  const [lines, setLines] = useState<readonly ScrollbackLine[]>([]);
  const before = printed === undefined ? [] : scrollbackLines(printed);
  const known = new Set([...before, ...lines].map(({ key }) => key));
  const fresh = scrollbackLines(view).filter(({ key }) => !known.has(key) && known.add(key));
  if (fresh.length === 0) return lines;
  const all = [...lines, ...fresh];
  setLines(all);
  return all;
}
