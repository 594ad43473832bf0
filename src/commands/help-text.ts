// What --help prints, for the whole and for each command, made from the tables of options and commands. ASCII, at most 60 lines of 80
// columns, examples first.
import {
  COMMANDS,
  type CommandName,
  GROUPS,
  OPTIONS,
  type OptionSpec,
  flagOf,
  isOfDemo,
  optionsOf,
  usageOf,
} from '../config/options.js';
import { TOPICS } from './topics.js';

const COMMAND_WIDTH = 18;
const FLAG_WIDTH = 24;
const HELP_WIDTH = 34;
const LINE_WIDTH = 80;

/** Lines to type for each command; also in the man page. */
export const EXAMPLES: Readonly<Record<CommandName, readonly string[]>> = {
  run: [
    'ttm-wizard run --dry-run --target postgresql://app@db/app > plan.sql',
    'TTM_TARGET=postgresql://app:secret@db/app ttm-wizard run --yes',
    'ttm-wizard run --yes --no-cutover --json --target-url-file /root/url',
    'ttm-wizard run --service app --service app-ws --env-file /etc/app.env',
  ],
  status: ['ttm-wizard status --watch', 'ttm-wizard status --json'],
  verify: ['ttm-wizard verify --target postgresql://app@db/app'],
  'catch-up': ['ttm-wizard catch-up --target postgresql://app@db/app'],
  rollback: [
    'ttm-wizard rollback --target postgresql://app@db/app',
    'TTM_TARGET=postgresql://app:secret@db/app ttm-wizard rollback --yes',
  ],
  report: [
    'ttm-wizard report',
    'ttm-wizard report --json > report.json',
    'ttm-wizard report --html report.html     # replaces only its own',
    'ssh root@server ttm-wizard report --html - > report.html',
  ],
  doctor: [
    'ttm-wizard doctor --target postgresql://app@db/app',
    'ttm-wizard doctor --check-updates          # the only thing that asks npm',
  ],
  demo: ['ttm-wizard demo', 'ttm-wizard demo --rollback', 'ttm-wizard demo --clean'],
  config: ['ttm-wizard config show --config /root/ttm.jsonc', 'ttm-wizard config show --json'],
  completion: [
    'source <(ttm-wizard completion bash)           # in ~/.bashrc',
    'ttm-wizard completion zsh > ~/.zfunc/_ttm-wizard',
    'ttm-wizard completion fish > ~/.config/fish/completions/ttm-wizard.fish',
  ],
};

/** The answer to `ttm-wizard --help`: all commands, and all options but those of the demo. */
export function mainHelp(): string {
  return [
    'Moves a live application from SQLite to PostgreSQL and compares every value.',
    '',
    'Examples:',
    '  ttm-wizard demo                                    try it on a sample',
    '  TTM_TARGET=postgresql://app:secret@db/app ttm-wizard run --yes',
    '',
    'Usage: ttm-wizard [COMMAND] [OPTIONS], or --version; COMMAND --help has its own',
    ...COMMANDS.map((command) => `  ${usageOf(command).padEnd(COMMAND_WIDTH)}${command.help}`),
    `  ${'help TOPIC'.padEnd(COMMAND_WIDTH)}${TOPICS.join(', ')}, or a command`,
    ...optionBlocks(OPTIONS.filter((option) => !isOfDemo(option))),
  ].join('\n');
}

/** For whoever types the bare name where nobody can be asked: what to type instead. */
export function usageWithoutTerminal(): string {
  return [
    'ttm-wizard has questions, and there is no terminal to ask them on. Without one:',
    '',
    '  PGPASSWORD=SECRET ttm-wizard run --yes \\',
    '    --source /srv/tothemoon/dev.db --backup-dir /srv/tothemoon/backups \\',
    '    --target postgresql://USER@HOST:5432/DATABASE',
    '',
    '--no-cutover ends with the verified copy. ttm-wizard --help shows the rest.',
  ].join('\n');
}

export function commandHelp(command: CommandName): string {
  const spec = COMMANDS.find(({ name }) => name === command);
  return [
    `ttm-wizard ${spec === undefined ? command : usageOf(spec)}: ${spec?.help ?? ''}`,
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
