// What is over and stays on the terminal: each step with its findings before it, notices and answers as they come. The pasted terminal is
// the protocol of the migration.
import type { WizardEvent } from '../src/events.js';
import type { RunView, StepView } from '../src/view.js';
import { findingLines, inOneLine } from '../src/output/findings.js';
import { showDuration } from '../src/output/format.js';
import { unpainted } from '../src/output/paint.js';
import { BLANK, type Colour, type Line, fitLine, padText, spread, wrap } from './lines.js';
import { SEVERITY_COLOURS, glyphOf } from './theme.js';

export interface ScrollbackEntry {
  /** The same thing keeps it, and is never printed twice. */
  readonly key: string;
  lines(columns: number): readonly Line[];
}

/** Of `preflight` and `constrain`. */
const NAME_WIDTH = 9;
/** With fewer columns the time goes, the summary stays. */
const COLUMNS_FOR_TIME = 40;

/** A line for the person from elsewhere than the run. */
export function said(text: string, number: number): ScrollbackEntry {
  return {
    key: `said ${number}`,
    lines: (columns) => wrap(text, columns, {}, `! ${'notice'.padEnd(NAME_WIDTH)}  `),
  };
}

/** A step that has been taken back. */
export function undone({
  run,
  seq,
  step,
  summary,
}: Extract<WizardEvent, { type: 'step.undone' }>): ScrollbackEntry {
  const left = `${glyphOf('done', 0).text} ${padText(step, NAME_WIDTH)}  `;
  return {
    key: `${run} undone ${seq}`,
    lines: (columns) => wrap(`taken back: ${summary}`, columns, {}, left),
  };
}

/** Everything of the view that is over, but for the first `oldNotices`, which belong to an earlier life of the run. */
export function entriesOf(view: RunView, oldNotices: number): ScrollbackEntry[] {
  const { notices, steps, findings, run } = view;
  const over = steps.filter(({ state }) => state !== 'left' && state !== 'running');
  return [
    ...notices.slice(oldNotices).map((text, index) => ({
      key: `${run} notice ${oldNotices + index}`,
      lines: (columns: number) => wrap(inOneLine(text), columns, {}, `! ${'notice'.padEnd(NAME_WIDTH)}  `),
    })),
    ...over.flatMap((step): ScrollbackEntry[] => [
      ...findings
        .filter(
          ({ step: name, severity }) =>
            name === step.name && (severity === 'error' || severity === 'warning'),
        )
        .map((finding) => ({
          key: [
            run,
            'finding',
            step.startedAt,
            step.name,
            finding.code,
            finding.table,
            finding.column,
            finding.message,
          ].join(' '),
          lines: (columns: number) =>
            // A line to type must not lose its end: it wraps.
            findingLines([finding], unpainted, '  ').flatMap((text, index) =>
              wrapIndented(text, columns, index === 0 ? SEVERITY_COLOURS[finding.severity] : undefined),
            ),
        })),
      {
        key: `${run} ${step.state} ${step.name} ${step.startedAt}`,
        lines: (columns) => stepLines(step, columns),
      },
    ]),
  ];
}

function wrapIndented(text: string, columns: number, colour: Colour | undefined): Line[] {
  const indent = /^ */.exec(text)?.[0] ?? '';
  return wrap(text.slice(indent.length), columns, { colour }, indent);
}

/** One line, or two: what it says last is mostly what matters. */
function stepLines(step: StepView, columns: number): Line[] {
  const { name, state, summary, elapsedMs } = step;
  const isFailed = state === 'failed';
  const colour = isFailed ? 'red' : state === 'stopped' ? 'yellow' : undefined;
  const time = columns < COLUMNS_FOR_TIME ? '' : showDuration(elapsedMs);
  const indent = ' '.repeat(NAME_WIDTH + 4);
  const room = columns - indent.length - (time === '' ? 0 : time.length + 1);
  const [first = BLANK, ...more] = wrap(`${isFailed ? 'FAILED: ' : ''}${inOneLine(summary)}`, room, {
    colour,
  });
  const head: Line = [glyphOf(state, 0), { text: ` ${padText(name, NAME_WIDTH)}  ` }, ...first];
  const rest = more.map((own) => own.map(({ text }) => text).join('')).join(' ');
  return [
    time === '' ? head : spread(head, { text: time }, columns),
    ...(rest === '' ? [] : [fitLine([{ text: indent }, { text: rest, colour }], columns)]),
  ];
}
