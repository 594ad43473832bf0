// The command line as commander parses it, made from the table of options. Errors come out as WizardErrors of exit 2.
import { Command as Parser, CommanderError, Option } from 'commander';
import { nearest } from '../config/nearest.js';
import {
  COMMANDS,
  type CommandName,
  type CommandSpec,
  OPTIONS,
  type OptionSpec,
  flagOf,
  optionsOf,
} from '../config/options.js';
import type { Flags } from '../config/settings.js';
import { EXIT, WizardError } from '../errors.js';
import { commandHelp, mainHelp } from './help-text.js';
import { TOPICS, topicHelp } from './topics.js';

/** What was asked for. */
export type Request =
  | {
      readonly kind: 'command';
      readonly command: CommandName;
      readonly flags: Flags;
      /** The word after the command, where it needs one. */
      readonly argument?: string;
    }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'version' };

/** Reads `args` (without node and the script). Throws USAGE (exit 2). */
export function readCommandLine(args: readonly string[]): Request {
  const found: { request?: Request } = {};
  const answer = (request: Request): void => {
    found.request = request;
  };
  const main = parser('ttm-wizard', mainHelp(), answer);
  // So that `status --json` belongs to status, and `--json status` is understood too.
  main.enablePositionalOptions().allowExcessArguments().option('-V, --version').helpCommand(false);
  addOptions(main, OPTIONS);
  main.action(() => {
    const [typed] = main.args;
    if (typed !== undefined) throw unknownCommand(typed);
    const isVersion = main.opts()['version'] === true;
    answer(
      isVersion ? { kind: 'version' } : { kind: 'command', command: 'run', flags: flagsFor('run', [main]) },
    );
  });
  for (const spec of COMMANDS) {
    const { name, argument } = spec;
    const command = parser(name, commandHelp(name), answer);
    addOptions(command, optionsOf(name));
    if (argument !== undefined) command.argument(`[${argument.name}]`);
    command.action(() => {
      const word = argument === undefined ? {} : { argument: argumentOf(spec, command.args[0]) };
      answer({ kind: 'command', command: name, flags: flagsFor(name, [main, command]), ...word });
    });
    main.addCommand(command);
  }
  main.addCommand(
    parser('help', mainHelp(), answer)
      .argument('[topic]')
      .action((topic: unknown) => answer({ kind: 'text', text: helpOn(topic) })),
  );
  try {
    main.parse([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
  }
  return found.request ?? { kind: 'text', text: mainHelp() };
}

function parser(name: string, help: string, answer: (request: Request) => void): Parser {
  const command = new Parser(name);
  const own = COMMANDS.some((candidate) => candidate.name === name) ? `ttm-wizard ${name}` : 'ttm-wizard';
  command.exitOverride((error) => {
    throw error.exitCode === 0 ? error : usageError(error.message, `${own} --help`);
  });
  command.configureOutput({
    writeOut: (text) => answer({ kind: 'text', text: text.trimEnd() }),
    outputError: () => undefined,
  });
  command.helpInformation = () => help;
  return command;
}

function addOptions(command: Parser, options: readonly OptionSpec[]): void {
  for (const option of options) {
    const flag = new Option(flagOf(option).replace(/ (\w+)$/, ' <$1>'));
    command.addOption(option.isRepeatable ? flag.argParser<unknown>(joined) : flag);
  }
}

/** A repeated flag's values, as they would stand in its environment variable. */
function joined(value: string, before: unknown): string {
  return typeof before === 'string' ? `${before},${value}` : value;
}

/** Flags given before and after the command's name; those the command does not take are refused. */
function flagsFor(command: CommandName, parsers: readonly Parser[]): Flags {
  const flags: Record<string, string | true> = {};
  for (const level of parsers) {
    for (const option of level.options) {
      if (level.getOptionValueSource(option.attributeName()) !== 'cli' || option.long === '--version')
        continue;
      const name = (option.long ?? '').slice(2);
      const taken = optionsOf(command).find((candidate) => candidate.name === name);
      if (taken === undefined)
        throw usageError(`${command} takes no option --${name}`, `ttm-wizard ${command} --help`);
      const value: unknown = level.getOptionValue(option.attributeName());
      // `--no-…` is false for commander; here a switch that is given is on.
      const text = typeof value === 'string' ? value : undefined;
      flags[name] = (text !== undefined && taken.isRepeatable ? joined(text, flags[name]) : text) ?? true;
    }
  }
  return flags;
}

function argumentOf(command: CommandSpec, typed: string | undefined): string {
  const choices = command.argument?.choices ?? [];
  if (typed === undefined)
    throw usageError(
      `${command.name} needs a word behind it`,
      ...choices.map((choice) => `ttm-wizard ${command.name} ${choice}`),
    );
  const known = choices.find((choice) => choice === typed);
  if (known !== undefined) return known;
  throw usageError(
    `there is no ${command.name} ${typed}`,
    suggestion(typed, choices, `ttm-wizard ${command.name} `),
  );
}

function helpOn(topic: unknown): string {
  if (typeof topic !== 'string') return mainHelp();
  const name = topic;
  const known = TOPICS.find((candidate) => candidate === name);
  if (known !== undefined) return topicHelp(known);
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command !== undefined) return commandHelp(command.name);
  // A topic may have a command's name; it ends by naming that command's own help.
  const names = [...new Set([...TOPICS, ...COMMANDS.map((candidate) => candidate.name)])];
  throw usageError(`there is no help on ${name}`, suggestion(name, names, 'ttm-wizard help '));
}

function unknownCommand(typed: string): WizardError {
  const names = [...COMMANDS.map(({ name }) => name), 'help', '--version', '--help'];
  return usageError(`there is no command ${typed}`, suggestion(typed, names, 'ttm-wizard '));
}

function suggestion(typed: string, names: readonly string[], before: string): string {
  const near = nearest(typed, names);
  return near === undefined ? `one of ${names.join(', ')}` : `Did you mean ${before}${near}?`;
}

/** Commander's message, `error: …\n(Did you mean --target?)`, in the form of all our errors; `own` is what else to type. */
function usageError(text: string, ...own: readonly string[]): WizardError {
  const [first = '', hint] = text.replace(/^error: /, '').split('\n');
  return new WizardError({
    code: 'USAGE',
    message: first.replace(/^option '(--[\w-]+) <\w+>' argument missing$/, '$1 needs a value'),
    remedies: [...(hint === undefined ? [] : [hint.replace(/^\(|\)$/g, '')]), ...own],
    exitCode: EXIT.usage,
  });
}
