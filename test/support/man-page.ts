// Makes assets/man/ttm-wizard.1 from the tables of commands, options, topics and exit codes: man's own macros, nothing of GNU alone.
import { EXAMPLES } from '../../src/commands/help-text.js';
import { OTHER_VARIABLES, topicHelp } from '../../src/commands/topics.js';
import { COMMANDS, GROUPS, OPTIONS, type OptionSpec, flagOf, usageOf } from '../../src/config/options.js';
import { EXIT_MEANING } from '../../src/errors.js';

const DESCRIPTION = `ttm-wizard moves a live application from SQLite to PostgreSQL. It checks first, makes a snapshot,
copies it with its ledger in one transaction a chunk, compares every value of every row on both sides, dumps the result,
and switches the application over. Killed at any moment, the same command goes on where it was. Until the admin says
otherwise it can be taken back, with all that was written since.`;

export function manPage(): string {
  return [
    '.\\" Made from the tables of the source by `npm run generate`; do not edit.',
    '.TH TTM\\-WIZARD 1 "" "ttm\\-wizard" "System Administration"',
    // No word is cut in two or stretched: flags and variables are typed as they stand here.
    '.nh',
    '.ad l',
    '.SH NAME',
    'ttm\\-wizard \\- move a live application from SQLite to PostgreSQL and compare every value',
    '.SH SYNOPSIS',
    '.B ttm\\-wizard',
    '.RI [ COMMAND ]',
    '.RI [ OPTIONS ]',
    '.SH DESCRIPTION',
    roff(DESCRIPTION),
    '.SH COMMANDS',
    'Without a command it is run, with questions where there is a terminal to ask them on.',
    ...COMMANDS.flatMap((command) => entry(bold(usageOf(command)), sentence(command.help))),
    ...entry(bold('help TOPIC'), 'On exit\\-codes, config, resume, rollback, env, or a command.'),
    '.SH OPTIONS',
    'A flag goes before its environment variable, that before the config file, that before the default.',
    ...GROUPS.flatMap((group) => [`.SS ${roff(group)}`, ...inGroup(group).flatMap(optionEntry)]),
    '.SH CONFIGURATION',
    ...paragraphs(topicHelp('config')),
    '.SH RESUMING',
    ...paragraphs(topicHelp('resume')),
    '.SH TAKING BACK',
    ...paragraphs(topicHelp('rollback')),
    '.SH EXIT STATUS',
    ...EXIT_MEANING.flatMap(([code, meaning]) => entry(bold(code), sentence(meaning))),
    '.SH ENVIRONMENT',
    'Besides those of the options:',
    ...OTHER_VARIABLES.flatMap(([names, meaning]) => entry(bold(names), sentence(meaning))),
    '.SH EXAMPLES',
    '.nf',
    ...COMMANDS.flatMap(({ name }) => EXAMPLES[name].map(roff)),
    '.fi',
    '',
  ].join('\n');
}

function inGroup(group: OptionSpec['group']): OptionSpec[] {
  return OPTIONS.filter((option) => option.group === group);
}

function optionEntry(option: OptionSpec): string[] {
  const { name, argument, help, env, range, commands } = option;
  const flag = argument === undefined ? bold(flagOf(option)) : `${bold(`--${name}`)} \\fI${argument}\\fR`;
  return entry(
    flag,
    [
      sentence(help),
      ...(range === undefined ? [] : [`From ${range[0]} to ${range[1]}.`]),
      `Variable: ${bold(env)}.`,
      `Commands: ${roff(commands.join(', '))}.`,
    ].join('\n'),
  );
}

/** A tagged paragraph. */
function entry(tag: string, text: string): string[] {
  return ['.TP', tag, text];
}

function bold(text: string): string {
  return `\\fB${roff(text)}\\fR`;
}

function sentence(text: string): string {
  return roff(/[.?]$/.test(text) ? text : `${text}.`);
}

/** A topic without its heading: what is indented further is to be typed, and stays as it is. */
function paragraphs(text: string): string[] {
  const [, ...lines] = text.split('\n');
  return lines
    .map((line) => line.replace(/^ {2}/, ''))
    .join('\n')
    .split('\n\n')
    .flatMap((part) =>
      part.startsWith('  ') ? ['.PP', '.nf', roff(part), '.fi'] : ['.PP', roff(part.trim())],
    );
}

/** Text in which nothing is a request or an escape, hyphens are those that can be typed, and quotes stay straight. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('~', '\\(ti')
    .replaceAll('^', '\\(ha')
    .replaceAll('`', '\\(ga')
    .replace(/^\./gm, '\\&.');
}
