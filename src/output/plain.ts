// The run as lines of text, `HH:MM:SS  step  text`: without a terminal, with --plain, and for whoever reads the log of a cron
// job. What has been printed stays; nothing is overwritten.
import type { StepName, WizardEvent } from '../events.js';
import type { EventSink } from '../run/journal.js';
import type { RunView } from '../view.js';
import { failureLines } from './failure.js';
import { findingLines, safe } from './findings.js';
import { showClock, showCount, showDuration, showSize } from './format.js';
import type { Paint } from './paint.js';
import { ProgressLines } from './progress-line.js';
import { summaryLines } from './summary.js';
import type { Writer } from './writer.js';

/** Wide enough for `preflight` and `constrain`. */
const NAME_WIDTH = 9;
const INDENT = ' '.repeat(8 + 2 + NAME_WIDTH + 2);

export function plainSink(out: Writer, paint: Paint): EventSink {
  const plain = new Plain(out, paint);
  return (event, view) => plain.show(event, view);
}

class Plain {
  private readonly out: Writer;
  private readonly paint: Paint;
  private readonly progress: ProgressLines;
  private at = '';

  constructor(out: Writer, paint: Paint) {
    this.out = out;
    this.paint = paint;
    this.progress = new ProgressLines(out.isTty);
  }

  show(event: WizardEvent, view: RunView): void {
    this.at = event.at;
    switch (event.type) {
      case 'run.started':
      case 'run.resumed':
        return this.start(event, view);
      case 'step.started':
        return this.say(event.step, this.paint('bold', safe(event.title)));
      case 'step.progress': {
        const line = this.progress.next(event);
        return line === undefined ? undefined : this.say(event.step, line);
      }
      case 'step.finding':
        // Shown together when the step ends, sorted by how bad they are.
        return undefined;
      case 'step.completed':
        this.findings(event.step, view);
        return this.say(
          event.step,
          `${this.paint('green', 'done')} in ${showDuration(event.elapsedMs)}: ${safe(event.summary)}`,
        );
      case 'step.failed':
        this.findings(event.step, view);
        return this.say(
          event.step,
          `${this.paint('red', 'FAILED')} after ${showDuration(event.elapsedMs)}: ${safe(event.message)}`,
        );
      case 'step.undone':
        return this.say(event.step, `taken back: ${safe(event.summary)}`);
      case 'table.started':
        return this.say(
          event.step,
          `${safe(event.table)}: ${showCount(event.rows)} rows, ${showSize(event.bytes)}`,
        );
      case 'table.copied':
        return this.copied(event);
      case 'table.verified':
        return this.verified(event);
      case 'query.compared':
        return this.compared(event);
      case 'input.needed':
        return this.say('question', `${safe(event.message)} (${safe(event.flag)})`);
      case 'input.given':
        return this.say('answer', `${safe(event.question)}: ${safe(event.answer)} (${safe(event.origin)})`);
      case 'notice':
        return this.say('notice', safe(event.message));
      case 'plan.statement':
        this.say(event.step, `would do: ${safe(event.title)}`);
        return this.block(event.sql);
      case 'run.completed':
      case 'run.failed':
      case 'run.rolled-back':
        return this.end(event, view);
    }
  }

  private say(name: string, text: string): void {
    this.out.line(`${this.paint('dim', showClock(this.at))}  ${name.padEnd(NAME_WIDTH)}  ${text}`);
  }

  private block(text: string): void {
    for (const line of text.trimEnd().split('\n'))
      this.out.line(`${INDENT}${safe(line.replaceAll('\t', '    '))}`);
  }

  private start(event: Extract<WizardEvent, { type: 'run.started' | 'run.resumed' }>, view: RunView): void {
    const dry = view.dryRun ? ', a dry run: nothing is written' : '';
    this.say('run', `${event.run} of plan ${event.plan}${dry}`);
    this.say('run', `${safe(event.source)} -> ${safe(event.target)}`);
    if (event.log !== '') this.say('run', `log ${safe(event.log)}`);
    if (event.type === 'run.resumed')
      this.say('run', `${safe(event.message)}; done before: ${event.done.join(', ') || 'nothing'}`);
  }

  private findings(step: StepName, view: RunView): void {
    const found = view.findings.filter((finding) => finding.step === step);
    for (const line of findingLines(found, this.paint, INDENT)) this.out.line(line);
  }

  private copied(event: Extract<WizardEvent, { type: 'table.copied' }>): void {
    const rate = event.elapsedMs === 0 ? '' : `, ${showCount((event.rows / event.elapsedMs) * 1000)} rows/s`;
    const quarantined = event.quarantined === 0 ? '' : `, ${showCount(event.quarantined)} quarantined`;
    const amount = `${showCount(event.rows)} rows, ${showSize(event.bytes)}`;
    this.say(
      event.step,
      `${safe(event.table)} copied: ${amount} in ${showDuration(event.elapsedMs)}${rate}${quarantined}`,
    );
  }

  private verified(event: Extract<WizardEvent, { type: 'table.verified' }>): void {
    const { sourceRows, targetRows, differences } = event;
    const verdict = event.equal
      ? `${this.paint('green', 'equal')}, ${showCount(sourceRows)} rows on both sides`
      : `${this.paint('red', 'DIFFERENT')}, ${showCount(sourceRows)} rows in the source, ${showCount(targetRows)} in the target, ${showCount(differences)} differ`;
    this.say(event.step, `${safe(event.table)} compared: ${verdict}, in ${showDuration(event.elapsedMs)}`);
  }

  private compared(event: Extract<WizardEvent, { type: 'query.compared' }>): void {
    const verdict = event.equal ? this.paint('green', 'equal') : this.paint('red', 'DIFFERENT');
    const times = `${showDuration(event.sourceMs)} before, ${showDuration(event.targetMs)} after`;
    this.say(event.step, `query ${safe(event.query)}: ${verdict}, ${showCount(event.rows)} rows, ${times}`);
  }

  private end(
    event: Extract<WizardEvent, { type: 'run.completed' | 'run.failed' | 'run.rolled-back' }>,
    view: RunView,
  ): void {
    this.out.line('');
    for (const line of summaryLines(view, this.paint)) this.out.line(line);
    if (event.type !== 'run.failed') return;
    this.out.line('');
    for (const line of failureLines({ ...event, log: view.log }, this.paint)) this.out.line(line);
  }
}
