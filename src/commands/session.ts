// What every command is given, and what it leaves for the one exit path in cli.ts.
import type { Flags } from '../config/settings.js';
import type { Writer } from '../output/writer.js';

interface Screen {
  /** Shows a line for the person. */
  say(text: string): void;
  /** Leaves the terminal to a question; nothing is drawn until `resume`. */
  pause(): void;
  resume(): void;
  /** Gives the terminal back. May be called again. */
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
  /** What is going on while the application stands, for whoever wants to end the wizard then; undefined when it runs. */
  halfway?: () => string | undefined;
  /** What is drawn on the terminal; nothing else may write to it until it is unmounted. */
  screen: Screen | undefined;
}

/** A command answers with the exit code. */
export type Command = (session: Session) => Promise<number>;
