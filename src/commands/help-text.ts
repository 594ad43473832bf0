// Every help text, made from the tables of options, commands and exit codes. At most 60 lines of 80 columns, examples first.
import {
  COMMANDS,
  type CommandName,
  GROUPS,
  OPTIONS,
  type OptionSpec,
  flagOf,
  optionsOf,
} from '../config/options.js';
import { EXIT_MEANING } from '../errors.js';

const COMMAND_WIDTH = 12;
const FLAG_WIDTH = 24;
const HELP_WIDTH = 34;
const LINE_WIDTH = 80;

const EXAMPLES: Readonly<Record<CommandName, readonly string[]>> = {
  run: [
    'ttm-wizard run --dry-run --yes --target postgresql://app@db/app',
    'TTM_TARGET=postgresql://app:secret@db/app ttm-wizard run --yes',
    'ttm-wizard run --yes --no-cutover --json --target-url-file /root/target-url',
    'ttm-wizard run --service app --service app-ws --env-file /etc/app.env',
  ],
  status: ['ttm-wizard status --watch', 'ttm-wizard status --json'],
  verify: ['ttm-wizard verify --target postgresql://app@db/app'],
  'catch-up': ['ttm-wizard catch-up --target postgresql://app@db/app'],
  rollback: [
    'ttm-wizard rollback --target postgresql://app@db/app',
    'TTM_TARGET=postgresql://app:secret@db/app ttm-wizard rollback --yes',
  ],
  report: ['ttm-wizard report', 'ttm-wizard report --json > report.json'],
  doctor: ['ttm-wizard doctor', 'ttm-wizard doctor --target postgresql://app@db/app'],
  demo: ['ttm-wizard demo', 'ttm-wizard demo --rollback', 'ttm-wizard demo --clean'],
};

/** The answer to `ttm-wizard --help`: all commands, and all options but those of one command only. */
export function mainHelp(): string {
  return [
    'Moves a live application from SQLite to PostgreSQL and compares every value.',
    '',
    'Examples:',
    '  ttm-wizard doctor                                  is this machine ready?',
    '  ttm-wizard demo                                    try it on a sample',
    '  TTM_TARGET=postgresql://app:secret@db/app ttm-wizard run --yes',
    '',
    'Usage: ttm-wizard [command] [options]; flag before variable before config file',
    ...COMMANDS.map(({ name, help }) => `  ${name.padEnd(COMMAND_WIDTH)}${help}`),
    `  ${'help TOPIC'.padEnd(COMMAND_WIDTH)}${TOPICS.join(', ')}, or a command; --version`,
    ...optionBlocks(OPTIONS),
  ].join('\n');
}

/** For whoever types the bare name where nobody can be asked: what to type instead. */
export function usageWithoutTerminal(): string {
  return [
    'ttm-wizard has questions, and there is no terminal to ask them on. Without one:',
    '',
    '  PGPASSWORD=… ttm-wizard run --yes \\',
    '    --source /srv/tothemoon/dev.db --backup-dir /srv/tothemoon/backups \\',
    '    --target postgresql://USER@HOST:5432/DATABASE',
    '',
    '--no-cutover ends with the verified copy. ttm-wizard --help shows the rest.',
  ].join('\n');
}

export function commandHelp(command: CommandName): string {
  const about = COMMANDS.find(({ name }) => name === command)?.help ?? '';
  return [
    `ttm-wizard ${command}: ${about}`,
    '',
    'Examples:',
    ...EXAMPLES[command].map((example) => `  ${example}`),
    ...optionBlocks(optionsOf(command)),
  ].join('\n');
}

/** The options by group, one a line: flag, what it does, environment variable. Also the README's block. */
export function optionBlocks(options: readonly OptionSpec[]): string[] {
  return GROUPS.flatMap((group) => {
    const inGroup = options.filter((option) => option.group === group);
    return inGroup.length === 0 ? [] : ['', `${group}:`, ...inGroup.map(optionLine)];
  });
}

/** The variable begins further left where it would not fit otherwise. */
function optionLine(option: OptionSpec): string {
  const width = Math.min(HELP_WIDTH, LINE_WIDTH - 2 - FLAG_WIDTH - option.env.length);
  return `  ${flagOf(option).padEnd(FLAG_WIDTH)}${option.help.padEnd(width)}${option.env}`;
}

export const TOPICS = ['exit-codes', 'resume', 'rollback', 'env'] as const;
type Topic = (typeof TOPICS)[number];

export function topicHelp(topic: Topic): string {
  switch (topic) {
    case 'exit-codes':
      return ['Exit codes:', ...EXIT_MEANING.map(([code, meaning]) => `  ${code.padEnd(9)}${meaning}`)].join(
        '\n',
      );
    case 'env':
      return environmentHelp();
    case 'resume':
      return RESUME;
    case 'rollback':
      return ROLLBACK;
  }
}

function environmentHelp(): string {
  const others = [
    ['PGPASSWORD, PGPASSFILE', "the target's password, as in psql"],
    ['PGHOST, PGPORT, PGUSER', 'what the URL leaves out'],
    ['NO_COLOR, FORCE_COLOR', 'without and with colours'],
  ] as const;
  return [
    'Environment variables (a flag goes before them; 1 or 0 for a switch):',
    ...OPTIONS.map((option) => `  ${option.env.padEnd(FLAG_WIDTH)}${flagOf(option)}`),
    '',
    'And those of others:',
    ...others.map(([name, meaning]) => `  ${name.padEnd(FLAG_WIDTH)}${meaning}`),
  ].join('\n');
}

const RESUME = `Resuming:
  A run may be stopped or killed at any moment: Ctrl-C, a lost connection, a
  power cut. What is in the target and what is not is recorded in the target
  itself, together with the rows. So the same command goes on where it ended:

    ttm-wizard run --yes --resume --target URL

  ttm-wizard status shows how far it came. --restart instead takes back what
  the last run made, and begins anew. The source is only read, unless
  --capture triggers asks for triggers in it.
  Started again after a completed run, it finds nothing to do and exits with 0.`;

const ROLLBACK = `Taking a run back:
  Until the application has been switched over, it runs on SQLite as before:
  what the run made in the target is dropped, and nothing else is touched.
  After the cutover, what was written to the target since is first carried
  back into the SQLite file; then the application runs on SQLite again.

    ttm-wizard rollback --target URL

  It asks before it begins; --yes answers that, and without a terminal it is
  needed (exit 9). --discard-target-writes leaves out the carrying back: what
  was written since the cutover is then missing in the SQLite file.
  A rollback that fails ends with exit 10, and a file says what to do by hand.

  Its options: ttm-wizard rollback --help`;
