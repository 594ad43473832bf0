// What one migration is asked to do, after flags, environment, config file and defaults have been brought together.
import type { Plan } from '../plans/plan.js';

/** How long the switch-over waits for others, in milliseconds. */
export interface Patience {
  /** For processes to let go of the source after the services have stopped. */
  readonly releaseMs: number;
  /** For the application's sessions to leave the target. */
  readonly sessionsMs: number;
  /** For a good answer of the application, from its start on. */
  readonly probeMs: number;
  /** For a target that has gone away to answer again, before anything is taken back from it. */
  readonly targetMs: number;
}

export const PATIENCE: Patience = {
  releaseMs: 30_000,
  sessionsMs: 30_000,
  probeMs: 60_000,
  targetMs: 60_000,
};

/** How the application is switched over. */
export interface CutoverOptions {
  /** The first beats the others, as systemd's EnvironmentFile beats .env; empty for those of the plan that exist. */
  readonly envFiles: readonly string[];
  /** systemd units; empty for those of the plan that exist. */
  readonly services: readonly string[];
  /** Shell commands instead of systemd: both or none. */
  readonly stopCommand?: string;
  readonly startCommand?: string;
  /** http(s)://HOST:PORT of the application; the plan's unless given. */
  readonly healthUrl?: string;
  /** Whether changes of the source are also logged by triggers in it, so that the last catch-up need not read it all. */
  readonly capture: 'none' | 'triggers';
  /** After the switch-over the source also gets another name. */
  readonly renameSource?: boolean;
  /** PATIENCE, unless given. */
  readonly patience?: Partial<Patience>;
}

export interface RunOptions {
  /** Without the modules, which are added when the run is known. */
  readonly plan: Plan;
  /** Names of the plan's modules; not said, a new run adds none and a resumed one keeps its own. */
  readonly modules?: readonly string[] | undefined;
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
  /** Absent with --no-cutover: the run ends with the verified copy. */
  readonly cutover?: CutoverOptions;
  /** A rollback leaves in the target what was written there since the switch-over. */
  readonly discardTargetWrites?: boolean;
}
