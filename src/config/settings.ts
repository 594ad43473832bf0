// One value for each option, and where it came from: flag, then environment, then config file, then what was answered earlier, then default.
import type { CommandName, OptionName, OptionSpec } from './options.js';
import { optionsOf } from './options.js';
import { readConfigFile } from './config-file.js';
import { nearest } from './nearest.js';
import type { Problems } from './problems.js';
import type { Answers } from './saved-answers.js';

export type Origin = 'flag' | 'environment' | 'config file' | 'saved answer' | 'default';
const RANK: readonly Origin[] = ['flag', 'environment', 'config file', 'saved answer', 'default'];

export interface Setting {
  readonly value: string | number | boolean | readonly string[];
  readonly origin: Origin;
}

/** What the command line gave, by option name: text, or true for a switch. Repeated flags are one text with commas. */
export type Flags = Readonly<Partial<Record<OptionName, string | true>>>;

export class Settings {
  private readonly values = new Map<OptionName, Setting>();

  set(name: OptionName, setting: Setting): void {
    this.values.set(name, setting);
  }

  /** The value with its origin; undefined when it has neither. */
  value(name: OptionName): Setting | undefined {
    return this.values.get(name);
  }

  text(name: OptionName): string | undefined {
    const value = this.values.get(name)?.value;
    return typeof value === 'string' ? value : undefined;
  }

  /** The values of a repeatable option, each once; none when it was not given. */
  list(name: OptionName): readonly string[] {
    const value = this.values.get(name)?.value;
    return typeof value === 'object' ? value : [];
  }

  isOn(name: OptionName): boolean {
    return this.values.get(name)?.value === true;
  }

  /** A number that always has a value: the table gives it a default. */
  count(name: OptionName): number {
    const value = this.values.get(name)?.value;
    if (typeof value !== 'number') throw new TypeError(`option ${name} has no number`);
    return value;
  }

  /** One of `choices`; the first when the option was not valid, which has then been reported. */
  choice<T extends string>(name: OptionName, choices: readonly [T, ...T[]]): T {
    const value = this.values.get(name)?.value;
    return choices.find((choice) => choice === value) ?? choices[0];
  }

  origin(name: OptionName): Origin | undefined {
    return this.values.get(name)?.origin;
  }

  /** Whether it was said for this command, and neither earlier nor by nobody. */
  isGiven(name: OptionName): boolean {
    const origin = this.origin(name) ?? 'default';
    return origin !== 'default' && origin !== 'saved answer';
  }

  /** Whether `name` was given in a place that goes before the place of `other`. */
  goesBefore(name: OptionName, other: OptionName): boolean {
    return this.rank(name) < this.rank(other);
  }

  private rank(name: OptionName): number {
    const origin = this.origin(name);
    return origin === undefined ? RANK.length : RANK.indexOf(origin);
  }
}

/** Brings the places together for one command. Problems are collected, not thrown. */
export function readSettings(
  command: CommandName,
  flags: Flags,
  env: NodeJS.ProcessEnv,
  problems: Problems,
): Settings {
  const settings = new Settings();
  const options = optionsOf(command);
  const hasConfig = options.some(({ name }) => name === 'config');
  const configFile = hasConfig ? (flags.config ?? env['TTM_CONFIG']) : undefined;
  const file =
    typeof configFile === 'string' && configFile !== '' && !isUrl(configFile)
      ? readConfigFile(configFile, problems)
      : new Map<string, unknown>();
  for (const option of options) {
    const setting = pick(option, flags, env, file, problems);
    if (setting !== undefined) settings.set(option.name, setting);
  }
  return settings;
}

/** Takes the answers of an earlier time where no other place says anything; answers with the names of those taken. */
export function adoptAnswers(
  settings: Settings,
  command: CommandName,
  answers: Answers,
  file: string,
  problems: Problems,
): readonly OptionName[] {
  // One of two options that exclude each other: what is given now says where to.
  const isTargetGiven = settings.origin('target-url-file') !== undefined;
  const isUnitGiven = settings.origin('service') !== undefined;
  const given = new Map<string, unknown>(Object.entries(answers));
  return optionsOf(command).flatMap((option) => {
    const raw = given.get(option.name);
    const isOpen = (settings.origin(option.name) ?? 'default') === 'default';
    if (raw === undefined || !isOpen || (option.name === 'target' && isTargetGiven)) return [];
    if (isUnitGiven && /^(?:stop|start)-command$/.test(option.name)) return [];
    const setting = read(option, raw, 'saved answer', `"${option.name}" in ${file}`, problems);
    if (setting === undefined) return [];
    settings.set(option.name, setting);
    return [option.name];
  });
}

function pick(
  option: OptionSpec,
  flags: Flags,
  env: NodeJS.ProcessEnv,
  file: ReadonlyMap<string, unknown>,
  problems: Problems,
): Setting | undefined {
  const flag = flags[option.name];
  if (flag !== undefined) return read(option, flag, 'flag', `--${option.name}`, problems);
  const variable = env[option.env];
  // An empty variable counts as none: `TTM_YES= ttm-wizard …` takes it back.
  if (variable !== undefined && variable !== '')
    return read(option, variable, 'environment', option.env, problems);
  const value = file.get(option.name);
  if (value !== undefined && value !== null)
    return read(option, value, 'config file', `"${option.name}" in the config file`, problems);
  return option.default === undefined ? undefined : { value: option.default, origin: 'default' };
}

function read(
  option: OptionSpec,
  raw: unknown,
  origin: Origin,
  where: string,
  problems: Problems,
): Setting | undefined {
  const value = parse(option, raw);
  if (value !== undefined && isUrlForPath(option, value)) {
    // It may hold a password, and as a path it would be shown, and made.
    problems.add(
      `${where} is a URL, and has to be a path`,
      [`--${option.name} ${option.argument ?? ''}`],
      'BAD_OPTION',
    );
    return undefined;
  }
  if (value !== undefined) return { value, origin };
  // The value itself is shown only where it cannot be a secret.
  const isOpen = option.choices !== undefined || option.range !== undefined || option.argument === undefined;
  problems.add(
    `${where} ${isOpen ? `is ${JSON.stringify(raw)}, and ` : ''}has to be ${expectation(option)}`,
    remediesFor(option, raw),
    'BAD_OPTION',
  );
  return undefined;
}

function isUrlForPath({ argument }: OptionSpec, value: Setting['value']): boolean {
  if (argument !== 'FILE' && argument !== 'DIR') return false;
  const paths = typeof value === 'object' ? value : [String(value)];
  return paths.some(isUrl);
}

/** Also of a scheme that nobody knows. */
export function isUrl(text: string): boolean {
  return /^[a-z][\w+.-]*:\/\//i.test(text);
}

function parse(option: OptionSpec, raw: unknown): Setting['value'] | undefined {
  if (option.argument === undefined) return readSwitch(raw);
  if (option.isRepeatable) return readList(raw);
  if (option.range !== undefined) {
    const number = typeof raw === 'string' && /^\d{1,9}$/.test(raw) ? Number(raw) : raw;
    const [least, most] = option.range;
    const isGood =
      typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most;
    return isGood ? number : undefined;
  }
  if (typeof raw !== 'string' || raw === '') return undefined;
  return option.choices === undefined || option.choices.includes(raw) ? raw : undefined;
}

/** A text with commas, or an array of texts, in which a comma is nothing special. */
export function readList(raw: unknown): readonly string[] | undefined {
  const parts: unknown = typeof raw === 'string' ? raw.split(',').map((part) => part.trim()) : raw;
  const isGood =
    Array.isArray(parts) &&
    parts.length > 0 &&
    parts.every((part): part is string => typeof part === 'string' && part !== '');
  return isGood ? [...new Set(parts)] : undefined;
}

function readSwitch(raw: unknown): boolean | undefined {
  if (typeof raw === 'boolean') return raw;
  const word = String(raw).toLowerCase();
  if (['1', 'true', 'yes', 'on'].includes(word)) return true;
  return ['0', 'false', 'no', 'off'].includes(word) ? false : undefined;
}

function remediesFor(option: OptionSpec, raw: unknown): string[] {
  const near = typeof raw === 'string' ? nearest(raw, option.choices ?? []) : undefined;
  return near === undefined ? [] : [`Did you mean --${option.name} ${near}?`];
}

function expectation(option: OptionSpec): string {
  if (option.argument === undefined) return '1 or 0';
  if (option.range !== undefined) return `a whole number from ${option.range[0]} to ${option.range[1]}`;
  if (option.isRepeatable) return 'one or more texts with commas between them, in a config file an array';
  return option.choices === undefined ? 'a text that is not empty' : `one of ${option.choices.join(', ')}`;
}
