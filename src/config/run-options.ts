// What one migration is asked to do, after flags, environment, config file and defaults have been brought together.
import type { Plan } from '../plans/plan.js';

export interface RunOptions {
  readonly plan: Plan;
  /** SQLite file the application uses. */
  readonly source: string;
  /** postgresql:// URL, maybe with a password. */
  readonly target: string;
  readonly backupDir: string;
  /** Worker threads, each with a connection of its own. */
  readonly jobs: number;
  readonly onBadValue: 'stop' | 'quarantine';
  /** Columns and tables that the plan does not know: stop, carry them over too, or leave them behind. */
  readonly onDrift: 'stop' | 'carry' | 'leave';
  readonly dump: boolean;
  readonly resume: boolean;
  readonly restart: boolean;
  readonly dryRun: boolean;
}
