// Gives each event its envelope and writes it down before anybody sees it. Also keeps the log, and is the last place where a
// secret could slip through, so it looks for them.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Logger, destination, pino } from 'pino';
import { type EventBody, type WizardEvent, eventSchema } from '../events.js';
import { reduce } from '../reduce.js';
import { EMPTY_VIEW, type RunView } from '../view.js';
import { FILES, readEvents } from './folder.js';
import { writing } from './write-error.js';

export type EventSink = (event: WizardEvent, view: RunView) => void;

export interface JournalOptions {
  readonly run: string;
  /** Undefined keeps everything in memory: a dry run writes nothing. */
  readonly folder: string | undefined;
  /** Texts that must appear nowhere. */
  readonly secrets: readonly string[];
  readonly sinks: readonly EventSink[];
  readonly now?: () => Date;
}

export class Journal {
  view: RunView = EMPTY_VIEW;
  readonly log: Logger;
  private readonly options: JournalOptions;
  private seq = 0;
  /** A full disk may have taken half a line. */
  private isTorn = false;

  constructor(options: JournalOptions) {
    this.options = options;
    if (options.folder === undefined) {
      this.log = pino({ enabled: false });
      return;
    }
    for (const event of readEvents(options.folder)) {
      this.seq = event.seq;
      this.view = reduce(this.view, event);
    }
    endTornLine(join(options.folder, FILES.events));
    const file = destination({ dest: join(options.folder, FILES.log), sync: true, mode: 0o600 });
    // The events say it when the disk is full; a log that cannot be written must not end the process.
    file.on('error', () => undefined);
    this.log = pino({ base: { run: options.run }, timestamp: pino.stdTimeFunctions.isoTime }, file);
  }

  readonly emit = (body: EventBody): void => {
    const at = (this.options.now?.() ?? new Date()).toISOString();
    const envelope = { v: 1, seq: ++this.seq, at, run: this.options.run } as const;
    const event: WizardEvent = this.redact({ ...envelope, ...body });
    try {
      this.write(event);
      // Not on a disk that has just refused the event: the log's stream would wait for room for ever.
      if (event.type !== 'step.progress') this.log.info({ event }, event.type);
    } catch (error) {
      // Whatever has failed already is not to be hidden by a disk that is full.
      if (event.type !== 'step.failed' && event.type !== 'run.failed') throw error;
    } finally {
      // The person is told in any case.
      this.tell(event);
    }
  };

  private tell(event: WizardEvent): void {
    this.view = reduce(this.view, event);
    for (const sink of this.options.sinks) sink(event, this.view);
  }

  private write(event: WizardEvent): void {
    if (this.options.folder === undefined) return;
    const file = join(this.options.folder, FILES.events);
    const text = `${this.isTorn ? '\n' : ''}${JSON.stringify(event)}\n`;
    this.isTorn = true;
    writing(file, () => appendFileSync(file, text, { mode: 0o600 }));
    this.isTorn = false;
  }

  /** The stack of what should not have happened, for the log alone. */
  recordBug(error: unknown): void {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.log.fatal({ stack: redactText(stack, this.options.secrets) }, 'bug');
  }

  private redact(event: WizardEvent): WizardEvent {
    return this.options.secrets.length === 0 ? event : redactIn(event, this.options.secrets);
  }
}

/** A power cut may have left half a line; the next event must not become part of it. */
function endTornLine(file: string): void {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (text !== '' && !text.endsWith('\n')) appendFileSync(file, '\n');
}

/** Fields whose values are words of this program; a password that happens to be such a word must not break the event. */
const OWN_WORDS = new Set([
  'v',
  'seq',
  'at',
  'run',
  'type',
  'step',
  'steps',
  'done',
  'code',
  'severity',
  'unit',
]);

/** A copy of an event in which every text that is not the program's own has lost the secrets. */
function redactIn(event: WizardEvent, secrets: readonly string[]): WizardEvent {
  const clean = (value: unknown): unknown => {
    if (typeof value === 'string') return redactText(value, secrets);
    if (Array.isArray(value)) return value.map(clean);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => [name, OWN_WORDS.has(name) ? part : clean(part)]),
    );
  };
  return eventSchema.parse(clean(event));
}

/** `text` with `***` in place of every secret. */
export function redactText(text: string, secrets: readonly string[]): string {
  return secrets.reduce((clean, secret) => (secret === '' ? clean : clean.replaceAll(secret, '***')), text);
}
