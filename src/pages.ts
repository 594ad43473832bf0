// What the wizard shows and asks before, between and after the work of a run: data for the screens, and what they answer. What a run
// itself tells is the view.
import type { StepName } from './events.js';

export interface Choice {
  readonly id: string;
  readonly label: string;
  /** A letter that takes it at once. */
  readonly key?: string;
}

export interface Field {
  readonly prompt: string;
  /** What is typed is neither shown nor counted. */
  readonly isSecret: boolean;
  readonly initial: string;
  readonly example: string;
  /** Nothing else is accepted. */
  readonly mustBe?: string;
}

interface Common {
  /** The first is taken by Enter; none where a field is to be filled in, or nothing is to be decided. */
  readonly choices: readonly Choice[];
  readonly field?: Field;
  /** What Esc answers, and how the hint calls that; without it Esc does nothing. */
  readonly escape?: { readonly id: string; readonly label: string };
  /** What was wrong with the last answer, and what to type. */
  readonly complaint?: readonly string[];
}

/** A setting with its origin: `flag`, `environment`, …, `answer`. */
export interface Answered {
  readonly title: string;
  readonly value: string;
  readonly origin: string;
}

export interface Earlier {
  readonly run: string;
  /** UTC. */
  readonly startedAt: string;
  readonly done: readonly StepName[];
  readonly left: readonly StepName[];
  readonly message: string;
  readonly folder: string;
  /** Whether the application runs on the target, or is in between. */
  readonly isSwitching: boolean;
  /** UTC: when the application was stopped, where it has not been started since. */
  readonly downSince?: string;
}

export type Page = Common &
  (
    | {
        readonly kind: 'welcome';
        readonly plan: string;
        readonly backupDir: string;
        readonly isSwitching: boolean;
        readonly notes: readonly string[];
      }
    | {
        readonly kind: 'connection';
        readonly settings: readonly Answered[];
        /** What is being tried; nothing can be typed meanwhile. */
        readonly busy?: string;
        /** What has been found to work. */
        readonly good?: string;
      }
    | { readonly kind: 'resume'; readonly earlier: Earlier }
    | { readonly kind: 'question'; readonly name: string; readonly message: string }
    /** A run is over, and the view says how. */
    | { readonly kind: 'ended' }
  );

export interface Answer {
  /** Of the choice, of `escape`, or `typed`. */
  readonly id: string;
  readonly text: string;
}
