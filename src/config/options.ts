// The one table of options: the command line, the environment, the config file, every help text and the README's block are
// made from it. Nothing heavy is imported here, because --help reads it.

interface CommandFields {
  readonly name: string;
  readonly help: string;
  /** The one word that has to follow. */
  readonly argument?: { readonly name: string; readonly choices: readonly string[] };
}

const commands = [
  { name: 'run', help: 'back up, copy, compare, switch over; --yes asks nothing' },
  { name: 'status', help: 'the last run, or the one going on' },
  { name: 'verify', help: 'compare source and target again, change nothing' },
  { name: 'catch-up', help: 'bring over what was written since, without cutting over' },
  { name: 'rollback', help: 'take a run back' },
  { name: 'report', help: "the last run's report as text, JSON or HTML" },
  { name: 'doctor', help: 'is this machine ready?' },
  { name: 'demo', help: 'a sample application, moved to a private PostgreSQL' },
  {
    name: 'config',
    help: "every option's value, and where it comes from",
    argument: { name: 'show', choices: ['show'] },
  },
  {
    name: 'completion',
    help: 'completion script for bash, zsh or fish',
    argument: { name: 'SHELL', choices: ['bash', 'zsh', 'fish'] },
  },
] as const satisfies readonly CommandFields[];
export type CommandName = (typeof commands)[number]['name'];
export interface CommandSpec extends CommandFields {
  readonly name: CommandName;
}

export const COMMANDS: readonly CommandSpec[] = commands;

export const GROUPS = [
  'What is moved, and how',
  'Switching over',
  'Starting and resuming',
  'Output',
  'Demo',
] as const;

interface OptionFields {
  /** The flag without its dashes; also the key in a config file. */
  readonly name: string;
  /** What follows the flag; absent for a switch. */
  readonly argument?: string;
  readonly env: string;
  readonly help: string;
  readonly group: (typeof GROUPS)[number];
  readonly commands: readonly CommandName[];
  /** The only values allowed. */
  readonly choices?: readonly string[];
  /** A whole number from … to …; absent for text. */
  readonly range?: readonly [least: number, most: number];
  /** Takes several values: the flag several times, or one text with commas; in a config file an array. */
  readonly isRepeatable?: true;
  /** Source, backup folder and all about the application have their default from the plan. */
  readonly default?: string | number;
}

/** All that do something; config takes them as well (optionsOf). */
const every = COMMANDS.map(({ name }) => name).filter((name) => name !== 'config' && name !== 'completion');

/** One thread more than the two cores of a small server: it hides the waits of the others (measured, 13.2 s for 13.9 s). */
export const DEFAULT_JOBS = 3;

const table = [
  {
    name: 'plan',
    argument: 'NAME',
    env: 'TTM_PLAN',
    help: 'application (default: tothemoon)',
    group: 'What is moved, and how',
    commands: ['run', 'status', 'verify', 'catch-up', 'rollback', 'report', 'doctor'],
    default: 'tothemoon',
  },
  {
    name: 'source',
    argument: 'FILE',
    env: 'TTM_SOURCE',
    help: "SQLite file (default: the plan's)",
    group: 'What is moved, and how',
    commands: ['run', 'doctor'],
  },
  {
    name: 'target',
    argument: 'URL',
    env: 'TTM_TARGET',
    help: 'postgresql://USER@HOST:5432/DB',
    group: 'What is moved, and how',
    commands: ['run', 'verify', 'catch-up', 'rollback', 'doctor'],
  },
  {
    name: 'target-url-file',
    argument: 'FILE',
    env: 'TTM_TARGET_URL_FILE',
    help: 'reads that URL; - is stdin',
    group: 'What is moved, and how',
    commands: ['run', 'verify', 'catch-up', 'rollback', 'doctor'],
  },
  {
    name: 'backup-dir',
    argument: 'DIR',
    env: 'TTM_BACKUP_DIR',
    help: "of all runs (default: the plan's)",
    group: 'What is moved, and how',
    commands: ['run', 'status', 'verify', 'catch-up', 'rollback', 'report', 'doctor'],
  },
  {
    name: 'jobs',
    argument: 'N',
    env: 'TTM_JOBS',
    help: `worker threads (default: ${DEFAULT_JOBS})`,
    group: 'What is moved, and how',
    commands: ['run', 'verify', 'catch-up', 'rollback', 'demo'],
    range: [1, 64],
    default: DEFAULT_JOBS,
  },
  {
    name: 'on-bad-value',
    argument: 'ACTION',
    env: 'TTM_ON_BAD_VALUE',
    help: 'stop (default), quarantine',
    group: 'What is moved, and how',
    commands: ['run'],
    choices: ['stop', 'quarantine'],
    default: 'stop',
  },
  {
    name: 'on-drift',
    argument: 'ACTION',
    env: 'TTM_ON_DRIFT',
    help: 'stop (default), carry, leave',
    group: 'What is moved, and how',
    commands: ['run'],
    choices: ['stop', 'carry', 'leave'],
    default: 'stop',
  },
  {
    name: 'with',
    argument: 'MODULE',
    env: 'TTM_WITH',
    help: 'auth, metrics-index; repeatable',
    group: 'What is moved, and how',
    commands: ['run'],
    // To be completed with; the plan of the run decides, and a test holds this against To The Moon's.
    choices: ['auth', 'metrics-index'],
    isRepeatable: true,
  },
  {
    name: 'no-dump',
    env: 'TTM_NO_DUMP',
    help: 'no pg_dump of the target',
    group: 'What is moved, and how',
    commands: ['run'],
  },
  {
    name: 'no-cutover',
    env: 'TTM_NO_CUTOVER',
    help: 'end with the verified copy',
    group: 'Switching over',
    commands: ['run'],
  },
  {
    name: 'env-file',
    argument: 'FILE',
    env: 'TTM_ENV_FILE',
    help: 'of the application; repeatable',
    group: 'Switching over',
    commands: ['run', 'rollback', 'doctor'],
    isRepeatable: true,
  },
  {
    name: 'service',
    argument: 'UNIT',
    env: 'TTM_SERVICE',
    help: 'systemd unit; repeatable',
    group: 'Switching over',
    commands: ['run', 'rollback'],
    isRepeatable: true,
  },
  {
    name: 'stop-command',
    argument: 'CMD',
    env: 'TTM_STOP_COMMAND',
    help: 'stops it, instead of systemd',
    group: 'Switching over',
    commands: ['run', 'rollback'],
  },
  {
    name: 'start-command',
    argument: 'CMD',
    env: 'TTM_START_COMMAND',
    help: 'starts it again',
    group: 'Switching over',
    commands: ['run', 'rollback'],
  },
  {
    name: 'health-url',
    argument: 'URL',
    env: 'TTM_HEALTH_URL',
    help: 'of it: http://HOST:PORT',
    group: 'Switching over',
    commands: ['run', 'rollback'],
  },
  {
    name: 'capture',
    argument: 'HOW',
    env: 'TTM_CAPTURE',
    help: 'none (default), triggers',
    group: 'Switching over',
    commands: ['run'],
    choices: ['none', 'triggers'],
    default: 'none',
  },
  {
    name: 'rename-source',
    env: 'TTM_RENAME_SOURCE',
    help: 'also rename the SQLite file',
    group: 'Switching over',
    commands: ['run'],
  },
  {
    name: 'discard-target-writes',
    env: 'TTM_DISCARD_TARGET_WRITES',
    help: 'give up writes since cutover',
    group: 'Switching over',
    commands: ['rollback'],
  },
  {
    name: 'yes',
    env: 'TTM_YES',
    help: 'ask nothing, take defaults',
    group: 'Starting and resuming',
    commands: ['run', 'rollback'],
  },
  {
    name: 'dry-run',
    env: 'TTM_DRY_RUN',
    help: 'show all of it, write nothing',
    group: 'Starting and resuming',
    commands: ['run'],
  },
  {
    name: 'resume',
    env: 'TTM_RESUME',
    help: 'go on with the last run',
    group: 'Starting and resuming',
    commands: ['run'],
  },
  {
    name: 'restart',
    env: 'TTM_RESTART',
    help: 'undo the last run, begin anew',
    group: 'Starting and resuming',
    commands: ['run'],
  },
  {
    name: 'config',
    argument: 'FILE',
    env: 'TTM_CONFIG',
    help: 'options from JSON with comments',
    group: 'Starting and resuming',
    commands: ['run', 'status', 'verify', 'catch-up', 'rollback', 'report', 'doctor'],
  },
  {
    name: 'check-updates',
    env: 'TTM_CHECK_UPDATES',
    help: 'ask npm for a newer version',
    group: 'Starting and resuming',
    commands: ['doctor'],
  },
  {
    name: 'plain',
    env: 'TTM_PLAIN',
    help: 'lines of text, also on a tty',
    group: 'Output',
    commands: ['run', 'verify', 'catch-up', 'rollback', 'demo'],
  },
  { name: 'json', env: 'TTM_JSON', help: 'JSON on standard output', group: 'Output', commands: every },
  {
    name: 'html',
    argument: 'FILE',
    env: 'TTM_HTML',
    help: 'the report as a page; - is stdout',
    group: 'Output',
    commands: ['report'],
  },
  {
    name: 'watch',
    env: 'TTM_WATCH',
    help: 'again each second until the end',
    group: 'Output',
    commands: ['status'],
  },
  { name: 'no-color', env: 'TTM_NO_COLOR', help: 'no colours', group: 'Output', commands: every },
  { name: 'ascii', env: 'TTM_ASCII', help: 'ASCII characters alone', group: 'Output', commands: every },
  {
    name: 'screen-reader',
    env: 'TTM_SCREEN_READER',
    help: 'sentences: no bars, no columns',
    group: 'Output',
    commands: every,
  },
  {
    name: 'low-bandwidth',
    env: 'TTM_LOW_BANDWIDTH',
    help: 'one screen a second at most',
    group: 'Output',
    commands: ['run', 'verify', 'catch-up', 'rollback', 'demo'],
  },
  { name: 'debug', env: 'TTM_DEBUG', help: 'errors with their stack', group: 'Output', commands: every },
  {
    name: 'folder',
    argument: 'DIR',
    env: 'TTM_DEMO_FOLDER',
    help: 'of the demo (default: ttm-demo)',
    group: 'Demo',
    commands: ['demo'],
    default: 'ttm-demo',
  },
  {
    name: 'rollback',
    env: 'TTM_DEMO_ROLLBACK',
    help: 'take its application back',
    group: 'Demo',
    commands: ['demo'],
  },
  {
    name: 'clean',
    env: 'TTM_DEMO_CLEAN',
    help: 'stop all of it, remove it all',
    group: 'Demo',
    commands: ['demo'],
  },
] as const satisfies readonly OptionFields[];

export type OptionName = (typeof table)[number]['name'];
export interface OptionSpec extends OptionFields {
  readonly name: OptionName;
}

export const OPTIONS: readonly OptionSpec[] = table;

/** The options a command takes, in the order of the table. What `config` shows is what any other takes, but for the demo's own. */
export function optionsOf(command: CommandName): OptionSpec[] {
  return OPTIONS.filter(
    (option) => option.commands.includes(command) || (command === 'config' && !isOfDemo(option)),
  );
}

/** Whether no real run knows the option. */
export function isOfDemo({ commands: takers }: OptionSpec): boolean {
  return takers.every((name) => name === 'demo');
}

/** `config show`, `completion SHELL` */
export function usageOf({ name, argument }: CommandSpec): string {
  return argument === undefined ? name : `${name} ${argument.name}`;
}

/** `--jobs N` */
export function flagOf(option: OptionSpec): string {
  return `--${option.name}${option.argument === undefined ? '' : ` ${option.argument}`}`;
}
