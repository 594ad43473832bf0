// The part of the screen that is drawn again and again, from a scene: head and rail, what the screen is about, what is asked, what is safe,
// and the keys. Never as high as the terminal, because Ink then clears the whole scrollback.
import { msSince, percentOf, showSeconds } from '../src/output/format.js';
import { safe } from '../src/output/findings.js';
import type { Page } from '../src/pages.js';
import type { RunView } from '../src/view.js';
import { liveBindings } from './bindings.js';
import {
  BLANK,
  type Line,
  type Piece,
  beginningOf,
  endOf,
  fitLine,
  line,
  spread,
  widthOf,
  wrap,
} from './lines.js';
import { type Body, mostScroll, shownLines } from './long-body.js';
import { railLine } from './rail.js';
import { type Scene, activeStep } from './scene.js';
import { bodyLines } from './screens/body.js';
import { helpLines, logBody } from './screens/overlays.js';
import { tablesBody } from './screens/tables.js';
import { aroundCursor } from './typed-text.js';
import type { Ui } from './ui.js';

/** Smaller than that, nothing can be read. */
const LEAST = { columns: 40, rows: 10 };

/** At most `rows - 1` lines of at most `columns`; none when there is nothing to say any more. */
export function frameLines(scene: Scene): Line[] {
  const { columns, rows, view, page } = scene;
  if (page === undefined && view.outcome !== 'running') return [];
  if (isTooSmall(columns, rows)) return [fitLine(line(tooSmall(view, page)), columns)];
  const height = rows - 1;
  const { head, foot, gaps, room } = layoutOf(scene);
  const body = shownLines(bodyOf(scene, room), room, scene.ui.scroll);
  const lines = [
    ...(gaps > 1 ? [BLANK] : []),
    ...head,
    ...(gaps > 0 ? [BLANK] : []),
    ...body,
    ...(gaps > 1 ? [BLANK] : []),
    ...foot,
  ];
  return lines.slice(0, height).map((own) => fitLine(own, columns));
}

/** The state of the screen with no more lines scrolled past than there are: each further key would have to be undone by another. */
export function clampScroll(scene: Scene): Ui {
  const { room } = layoutOf(scene);
  return { ...scene.ui, scroll: Math.min(scene.ui.scroll, mostScroll(bodyOf(scene, room), room)) };
}

interface Layout {
  readonly head: Line[];
  readonly foot: Line[];
  readonly gaps: number;
  /** Lines between the two. */
  readonly room: number;
}

function layoutOf(scene: Scene): Layout {
  const head = headLines(scene);
  const height = scene.rows - 1;
  // In a low window the question goes before everything else, and the line that is marked or typed before the others.
  const foot = [
    ...around(askLines(scene), height - head.length - 4, scene.ui.selected),
    ...safeLines(scene),
    hintLine(scene),
  ];
  const free = height - head.length - foot.length;
  // In the lowest window a line that says something is worth more than an empty one.
  const gaps = free > 8 ? 3 : free > 2 ? 1 : 0;
  return { head, foot, gaps, room: Math.max(1, free - gaps) };
}

/** Whether nothing can be read, so that nothing may be answered either. */
export function isTooSmall(columns: number, rows: number): boolean {
  return columns < LEAST.columns || rows < LEAST.rows;
}

function tooSmall(view: RunView, page: Page | undefined): string {
  const please = `enlarge to ${LEAST.columns}x${LEAST.rows}`;
  if (page !== undefined) return `${please} to answer`;
  const step = activeStep(view);
  const { done, total } = step?.progress ?? { done: 0, total: 0 };
  const doing =
    step === undefined ? '' : `; ${step.name} goes on${total > 0 ? `, ${percentOf(done, total)} %` : ''}`;
  return `${please}${doing}`;
}

/** The mode is always there: nobody should have to remember which command line it was. */
function headLines({ view, page, columns, nowMs }: Scene): Line[] {
  const mode = view.dryRun ? 'dry run' : 'live';
  if (view.run === '') {
    const plan = page?.kind === 'welcome' ? `: ${page.plan}` : '';
    return [spread([{ text: `ttm-wizard${plan}`, isDim: true }], { text: mode, isDim: true }, columns)];
  }
  const doing = view.doing === 'take-back' ? ', taking back' : '';
  const where = { text: `${view.plan}: ${view.source} -> ${view.target}`, isDim: true };
  const time = `${mode}${doing}, ${showSeconds(msSince(view.begunAt, nowMs))}`;
  return [spread([where], { text: time, isDim: true }, columns), railLine(view.steps, columns, nowMs)];
}

function bodyOf(scene: Scene, room: number): Body {
  const { ui, columns, tail, view } = scene;
  switch (ui.overlay) {
    case 'log':
      return logBody(tail, view.log, columns);
    case 'tables':
      return tablesBody(view, columns);
    case 'help':
      return { top: [], lines: helpLines(columns), isFromEnd: false };
    case 'none':
      return { top: [], lines: bodyLines(scene, room), isFromEnd: false };
  }
}

/** What is to be decided, or typed. */
function askLines({ page, ui, columns, nowMs }: Scene): Line[] {
  if (page === undefined || ui.overlay !== 'none') return [];
  const wrong = [...(page.complaint ?? []), ...(ui.complaint === '' ? [] : [ui.complaint])];
  const complaint = wrong.flatMap((text, index) =>
    wrap(text, columns, { colour: 'red' }, index === 0 ? '✗ ' : '  '),
  );
  const { field, choices } = page;
  if (field !== undefined && !isBusy(page)) {
    const hidden = ui.typed === '' ? '' : '(hidden)';
    const [before, after] = field.isSecret ? [hidden, ''] : aroundCursor(ui);
    return [
      ...complaint,
      ...wrap(field.prompt, columns, { isBold: true }),
      [{ text: '> ', colour: 'cyan' }, ...typedPieces(before, after, columns - 2, nowMs)],
      ...(field.example === '' ? [] : wrap(field.example, columns, { isDim: true }, '  such as ')),
    ];
  }
  const marks = choices.map(({ label }, index): Line => {
    const isMarked = index === ui.selected;
    const mark: Piece = { text: isMarked ? '› ' : '  ', colour: 'cyan' };
    return [mark, { text: label, isBold: isMarked }];
  });
  return [...complaint, ...(choices.length > 1 ? marks : [])];
}

/** What is typed, as much of it around the cursor as fits; the cursor stands between two characters and hides none, in any look. */
function typedPieces(before: string, after: string, width: number, nowMs: number): Line {
  const room = width - 1;
  if (after === '') {
    const cursor = Math.floor(nowMs / 500) % 2 === 0 ? '_' : ' ';
    return [{ text: endOf(before, room) }, { text: cursor }];
  }
  const least = Math.floor(room / 3);
  const end = beginningOf(after, Math.max(least, room - widthOf(line(safe(before)))));
  const start = endOf(before, room - widthOf(line(end)));
  return [{ text: start }, { text: '|', colour: 'cyan', isBold: true }, { text: end }];
}

/** At most `most` lines: those around the marked choice, or the last ones, where the field is. */
function around(lines: readonly Line[], most: number, marked: number): readonly Line[] {
  if (lines.length <= most) return lines;
  const from = Math.min(Math.max(0, marked - 1), lines.length - most);
  return marked === 0 && lines.some(([piece]) => piece?.text === '> ')
    ? lines.slice(-most)
    : lines.slice(from, from + most);
}

function isBusy(page: Page): boolean {
  return page.kind === 'connection' && page.busy !== undefined;
}

/** What the person need not fear now. */
function safeLines({ view, page, ui, columns }: Scene): Line[] {
  if (ui.isStopping && page === undefined)
    return [
      fitLine(
        line(
          `stopping at the next safe point; Ctrl-C ${isDown(view) ? 'leaves it as it is' : 'stops at once'}`,
          { colour: 'yellow' },
        ),
        columns,
      ),
    ];
  return [fitLine(line(`safe: ${safety(view, page)}`, { colour: 'green' }), columns)];
}

function isDown({ downtime }: RunView): boolean {
  return downtime !== undefined && downtime.ms === undefined;
}

function safety(view: RunView, page: Page | undefined): string {
  if (page?.kind === 'resume' && page.earlier.downSince !== undefined)
    return 'no row is lost; the application stands meanwhile';
  if (page?.kind === 'resume' || (page?.kind === 'question' && page.name === 'start-over'))
    return 'nothing is done until you have chosen';
  if (view.run === '' || page?.kind === 'welcome' || page?.kind === 'connection')
    return 'nothing has been started or changed';
  if (view.outcome === 'failed' && view.code === 'ROLLBACK_FAILED')
    return 'no row is lost: both sides are kept as they are';
  const isSwitched = view.steps.some(({ name, state }) => name === 'cutover' && state === 'done');
  if (view.doing === 'take-back') {
    if (isDown(view)) return 'nothing is lost: it goes on where it was, even if it is cut off now';
    return isSwitched
      ? 'the application runs on PostgreSQL until you agree'
      : 'the application runs on SQLite as before';
  }
  if (isDown(view)) return 'if anything fails now, it is taken back and started on SQLite';
  if (isSwitched) return 'it can be taken back, with all that was written since';
  const isStarted = view.steps.some(({ name, state }) => name === 'backup' && state !== 'left');
  return isStarted
    ? 'the application runs on SQLite as before'
    : 'nothing has been written; the application runs on SQLite';
}

/** The keys that are live, as many as fit: the last ones are those that everybody knows. */
function hintLine({ view, page, ui, columns, hasKeys }: Scene): Line {
  if (!hasKeys) return line('Ctrl-C stops at a safe point; --resume goes on from there', { isDim: true });
  const named = liveBindings({ view, page, ui }).filter(({ label }) => label !== '');
  const hints: Line[] = named.map(({ shown, label }) => [
    { text: shown, isBold: true },
    { text: ` ${label}`, isDim: true },
  ]);
  const fitted: Line[] = [];
  for (const hint of hints) {
    const used = fitted.reduce((sum, own) => sum + widthOf(own) + 3, 0);
    if (used + widthOf(hint) <= columns) fitted.push(hint);
  }
  if (fitted.length === 0) return line('Ctrl-C stops', { isDim: true });
  return fitted.flatMap((hint, index) => (index === 0 ? hint : [{ text: '   ' }, ...hint]));
}
