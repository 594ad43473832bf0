// What every command is given, and what it leaves for the one exit path in cli.ts.
import type { Flags } from '../config/settings.js';
import type { Writer } from '../output/writer.js';
import type { Answer, Page } from '../pages.js';
import type { EventSink } from '../run/journal.js';
import type { RunView } from '../view.js';

export interface Screen {
  readonly sink: EventSink;
  /** Shows this view until the next event. */
  setView(view: RunView): void;
  /** Shows a line for the person. */
  say(text: string): void;
  /** Shows `page`, which asks for nothing now; undefined for the work itself. */
  show(page: Page | undefined): void;
  /** Shows `page` until it is answered; rejects when `signal` is aborted. */
  ask(page: Page, signal: AbortSignal): Promise<Answer>;
  isAsking(): boolean;
  /** Aborted when no more keys can come; undefined where none are read. */
  readonly gone: AbortSignal | undefined;
  /** Who is told when the person wants the run taken back. */
  onRollBack(listener: () => void): void;
  /** Gives the terminal back, with what is over and how it ended. May be called again. */
  unmount(): void;
}

export interface Session {
  /** As typed; `no-color` also from elsewhere, once the settings are known. */
  flags: Flags;
  /** The word after the command, where it takes one. */
  readonly argument?: string;
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: NodeJS.WriteStream;
  /** Data, to stdout. */
  readonly out: Writer;
  /** Messages for people. */
  readonly err: Writer;
  /** Standard input and output are both a terminal. */
  readonly isTerminal: boolean;
  /** Aborted by the first Ctrl-C: end at the next safe point. The reason is the signal's name. */
  readonly stop: AbortSignal;
  /** Aborted by the second, or by SIGTERM: end now. */
  readonly abort: AbortSignal;
  /** Aborted when the terminal is gone. The work goes on; nobody can be asked any more. */
  readonly hangUp: AbortSignal;
  /** Texts that must not appear in an error either. */
  secrets: readonly string[];
  /** Path of the run's log once there is one, for an error that ends the run. */
  log: string | undefined;
  /** Whether the run has already told the person why it failed. */
  isFailureShown: boolean;
  /** What a run has ended with, for --debug. */
  failure?: Error;
  /** What is going on while the application stands, for whoever wants to end the wizard then; undefined when it runs. */
  halfway?: () => string | undefined;
  /** What is drawn on the terminal; nothing else may write to it until it is unmounted. */
  screen: Screen | undefined;
}

/** A command answers with the exit code. */
export type Command = (session: Session) => Promise<number>;
