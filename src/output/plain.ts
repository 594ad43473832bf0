// The run as lines of text, `HH:MM:SS  step  text`: without a terminal, with --plain, and for whoever reads the log of a cron
// job. What has been printed stays; nothing is overwritten.
import type { StepName, WizardEvent } from '../events.js';
import type { EventSink } from '../run/journal.js';
import type { RunView } from '../view.js';
import { failureLines } from './failure.js';
import { findingLines, inOneLine, safe } from './findings.js';
import { showClock, showCount, showDuration, showRows, showSeconds, showSize } from './format.js';
import type { Paint } from './paint.js';
import { ProgressLines } from './progress-line.js';
import { queryLine } from './query-table.js';
import { summaryLines, verdictLine } from './summary.js';
import { foldLine, layoutFor } from './text-table.js';
import type { Writer } from './writer.js';

type Event<T extends WizardEvent['type']> = Extract<WizardEvent, { type: T }>;

/** Wide enough for `preflight` and `constrain`. */
const NAME_WIDTH = 9;
/** Of a page, in a terminal of 24 rows that shows the next prompt too: what stands above them is out of sight. */
const LINES_IN_SIGHT = 20;
const INDENT = ' '.repeat(8 + 2 + NAME_WIDTH + 2);

export function plainSink(out: Pick<Writer, 'line' | 'isTty' | 'columns' | 'look'>, paint: Paint): EventSink {
  const lines = new PlainLines(paint, out);
  return (event, view) => {
    for (const line of lines.of(event, view)) out.line(line);
  };
}

class PlainLines {
  private readonly paint: Paint;
  private readonly progress: ProgressLines;
  private readonly isSpoken: boolean;
  private readonly out: Pick<Writer, 'columns'>;
  private waitedFor = '';
  private waitedMs = 0;

  constructor(paint: Paint, out: Pick<Writer, 'isTty' | 'columns' | 'look'>) {
    this.paint = paint;
    this.out = out;
    this.isSpoken = out.look.isScreenReader;
    this.progress = new ProgressLines(this.isSpoken ? 'spoken' : out.isTty ? 'watched' : 'logged');
  }

  of(event: WizardEvent, view: RunView): string[] {
    const clock = this.paint('dim', showClock(event.at));
    const say = (name: string, text: string): string =>
      this.isSpoken ? `${clock} ${name}: ${text}` : `${clock}  ${name.padEnd(NAME_WIDTH)}  ${text}`;
    switch (event.type) {
      case 'run.started':
      case 'run.resumed':
        return this.start(event, view).map((text) => say('run', text));
      case 'step.started':
        return [say(event.step, this.paint('bold', safe(event.title)))];
      case 'step.progress': {
        const line = this.progress.next(event);
        return line === undefined ? [] : [say(event.step, line)];
      }
      case 'step.part':
        return [say(event.step, safe(event.part))];
      case 'downtime.started':
        return [say(event.step, 'the downtime begins: the application is being stopped')];
      case 'downtime.ended':
        return [say(event.step, `the application answers again, after ${showDuration(event.downtimeMs)}`)];
      case 'table.planned':
        return [say(event.step, `${safe(event.table)}: ${showRows(event.rows)}, ${showSize(event.bytes)}`)];
      case 'step.parts':
      case 'step.finding':
      case 'table.started':
      case 'environment':
      case 'index.measured':
      case 'file.written':
        // The last three are for the report. Findings are shown together when the step ends, sorted by how bad they are; a table's progress names it.
        return [];
      case 'step.completed':
        return [...this.findings(event.step, view), say(event.step, this.done(event))];
      case 'step.failed':
        return [...this.findings(event.step, view), say(event.step, this.failed(event))];
      case 'step.undone':
        return [say(event.step, `taken back: ${safe(event.summary)}`)];
      case 'table.copied':
        return [say(event.step, copied(event, view))];
      case 'table.verified':
        return [say(event.step, this.verified(event))];
      case 'query.compared':
        return [say(event.step, this.compared(event, view))];
      case 'input.needed':
        return [say('question', `${safe(event.message)} (${safe(event.flag)})`)];
      case 'input.given':
        return [say('answer', `${safe(event.question)}: ${safe(event.answer)} (${safe(event.origin)})`)];
      case 'run.waiting':
        return this.waiting(event).map((text) => say('waiting', text));
      case 'notice':
        return [say('notice', safe(inOneLine(event.message)))];
      case 'plan.statement':
        return [say(event.step, `would do: ${safe(event.title)}`), ...this.blockOf(event.sql)];
      case 'run.completed':
      case 'run.rolled-back':
        return this.page(view);
      case 'run.failed':
        return this.page(view, ['', ...failureLines({ ...event, log: view.log }, this.paint)]);
    }
  }

  /** How it ended, within the terminal's width: lines that it breaks itself are no columns any more. */
  private page(view: RunView, more: readonly string[] = []): string[] {
    const { columns } = this.out;
    const fold = (lines: readonly string[]): string[] =>
      columns === undefined || this.isSpoken ? [...lines] : lines.flatMap((line) => foldLine(line, columns));
    const summary = fold(['', ...summaryLines(view, this.paint, layoutFor(this.isSpoken, columns))]);
    const rest = fold(more);
    // How it ended stands in the head of the summary, and again at the top of a failure.
    const below = rest.length === 0 ? summary.length : rest.length;
    const verdict = below <= LINES_IN_SIGHT ? [] : fold(['', verdictLine(view, this.paint)]);
    return [...summary, ...rest, ...verdict];
  }

  /** Once for each thing that is waited for: what is printed stays. */
  private waiting({ what, remedies, silentMs }: Event<'run.waiting'>): string[] {
    const isNew = what !== this.waitedFor || silentMs < this.waitedMs;
    this.waitedFor = what;
    this.waitedMs = silentMs;
    if (!isNew) return [];
    return [
      `for ${safe(what)}, ${showSeconds(silentMs)} so far`,
      ...remedies.map((text) => `> ${safe(text)}`),
    ];
  }

  private start(event: Event<'run.started' | 'run.resumed'>, view: RunView): string[] {
    const resumed =
      event.type === 'run.resumed'
        ? [`${safe(event.message)}; done before: ${event.done.join(', ') || 'nothing'}`]
        : [];
    return [
      `${event.run} of plan ${event.plan}${view.dryRun ? ', a dry run: nothing is written' : ''}`,
      `${safe(event.source)} -> ${safe(event.target)}`,
      ...(event.log === '' ? [] : [`log ${safe(event.log)}`]),
      ...resumed,
    ];
  }

  private findings(step: StepName, view: RunView): string[] {
    return findingLines(
      view.findings.filter((finding) => finding.step === step),
      this.paint,
      this.isSpoken ? '' : INDENT,
      this.isSpoken,
    );
  }

  private blockOf(text: string): string[] {
    if (text === '') return [];
    const left = this.isSpoken ? '' : INDENT;
    return text
      .trimEnd()
      .split('\n')
      .map((line) => `${left}${safe(line.replaceAll('\t', '    '))}`.trimEnd());
  }

  private done(event: Event<'step.completed'>): string {
    return `${this.paint('green', 'done')} in ${showDuration(event.elapsedMs)}: ${safe(event.summary)}`;
  }

  private failed(event: Event<'step.failed'>): string {
    const how = event.code === 'STOPPED' ? this.paint('yellow', 'ended') : this.paint('red', 'FAILED');
    return `${how} after ${showDuration(event.elapsedMs)}: ${safe(inOneLine(event.message))}`;
  }

  private verified(event: Event<'table.verified'>): string {
    const source = showRows(event.sourceRows);
    const counts = `${source} in the source, ${showCount(event.targetRows)} in the target`;
    const verdict = event.equal
      ? `${this.paint('green', 'equal')}, ${source} on both sides`
      : `${this.paint('red', 'DIFFERENT')}, ${counts}, ${showCount(event.differences)} differ`;
    return `${safe(event.table)} compared: ${verdict}, in ${showDuration(event.elapsedMs)}`;
  }

  private compared(event: Event<'query.compared'>, view: RunView): string {
    const query = view.queries.find((candidate) => candidate.query === event.query);
    return query === undefined ? '' : queryLine(query, this.paint);
  }
}

function copied(event: Event<'table.copied'>, { resumed }: RunView): string {
  // Below a second a rate says nothing, nor where an earlier process has copied part of it.
  const rate =
    resumed || event.elapsedMs < 1000 ? '' : `, ${showCount((event.rows / event.elapsedMs) * 1000)} rows/s`;
  const quarantined = event.quarantined === 0 ? '' : `, ${showCount(event.quarantined)} quarantined`;
  const amount = `${showRows(event.rows)}, ${showSize(event.bytes)}`;
  return `${safe(event.table)} copied: ${amount} in ${showDuration(event.elapsedMs)}${rate}${quarantined}`;
}
