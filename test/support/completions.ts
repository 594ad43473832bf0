// Makes the completion scripts of assets/completions/ from the tables of commands and options. Values are completed where the table knows
// them: choices, files, folders.
import { TOPICS } from '../../src/commands/topics.js';
import { COMMANDS, OPTIONS, type OptionSpec, optionsOf } from '../../src/config/options.js';

const ORIGIN = '# Made from the table of options by `npm run generate`; do not edit.';

/** What `help` can be followed by. */
const HELP_WORDS = [...new Set([...TOPICS, ...COMMANDS.map(({ name }) => name)])];

const files = OPTIONS.filter(({ argument }) => argument === 'FILE');
const folders = OPTIONS.filter(({ argument }) => argument === 'DIR');
const chosen = OPTIONS.filter(({ choices }) => choices !== undefined);
const free = OPTIONS.filter(
  (option) => option.argument !== undefined && ![...files, ...folders, ...chosen].includes(option),
);

/** For bash 4 and newer. */
export function bashCompletion(): string {
  const alternatives = (options: readonly OptionSpec[]): string =>
    options.map(({ name }) => `--${name}`).join(' | ');
  const words = (list: readonly string[]): string => list.join(' ');
  const commandCases = COMMANDS.map(({ name, argument }) => {
    const flags = words([...optionsOf(name).map((option) => `--${option.name}`), '--help']);
    return `    ${name}) flags='${flags}' words='${words(argument?.choices ?? [])}' ;;`;
  });
  return `# Completes ttm-wizard in bash.
${ORIGIN}
_ttm_wizard() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  local command='' flags='' words='' index
  # bash takes the = of --option=value for a word of its own.
  if [[ $current == '=' ]]; then
    current=''
  elif [[ $previous == '=' ]]; then
    previous=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  COMPREPLY=()
  case $previous in
    ${alternatives(files)})
      compopt -o filenames 2> /dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    ${alternatives(folders)})
      compopt -o filenames 2> /dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
${chosen.map(({ name, choices }) => `    --${name}) words='${words(choices ?? [])}' ;;`).join('\n')}
    ${alternatives(free)}) return ;;
  esac
  if [[ -n $words ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    return
  fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    case \${COMP_WORDS[index]} in
      ${alternatives(OPTIONS.filter(({ argument }) => argument !== undefined))})
        # What follows is a value, not a command.
        [[ \${COMP_WORDS[index + 1]} == '=' ]] && ((index++))
        ((index++))
        ;;
      -*) ;;
      *)
        command=\${COMP_WORDS[index]}
        break
        ;;
    esac
  done
  case $command in
    '') flags='${words([...optionsOf('run').map(({ name }) => `--${name}`), '--help', '--version'])}' words='${words([...COMMANDS.map(({ name }) => name), 'help'])}' ;;
${commandCases.join('\n')}
    help) words='${words(HELP_WORDS)}' ;;
  esac
  # One word behind a command is all that any takes.
  [[ -n $command && $command != "\${COMP_WORDS[COMP_CWORD - 1]}" ]] && words=''
  [[ $current == -* || -z $words ]] && words=$flags
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _ttm_wizard ttm-wizard
`;
}

/** For zsh's completion system: a file named _ttm-wizard in a folder of $fpath. */
export function zshCompletion(): string {
  const described = (list: readonly (readonly [string, string])[]): string =>
    list.map(([name, help]) => `    ${quoted(`${name}:${help.replaceAll(':', '\\:')}`)}`).join('\n');
  const commands = COMMANDS.map(({ name, help }) => [name, help] as const);
  const cases = COMMANDS.map(({ name, argument }) => {
    const word = argument === undefined ? [] : [`'1:${argument.name}:(${argument.choices.join(' ')})'`];
    const specs = [...word, ...optionsOf(name).map(zshOption), "'(- *)--help[its options]'"];
    return `    ${name})\n      _arguments \\\n${specs.map((spec) => `        ${spec}`).join(' \\\n')} && ret=0\n      ;;`;
  });
  return `#compdef ttm-wizard
# Completes ttm-wizard in zsh.
${ORIGIN}
_ttm_wizard_commands() {
  local -a commands=(
${described([...commands, ['help', 'on a topic or a command']])}
  )
  _describe command commands
}

_ttm_wizard() {
  local curcontext=$curcontext state line ret=1
  typeset -A opt_args
  # Behind a command its own options count, no others.
  _arguments -C \\
${optionsOf('run')
  .map((option) => `    ${zshOption(option)} \\`)
  .join('\n')}
    '(- *)--help[all commands and options]' \\
    '(- *)--version[of the wizard, Node and SQLite]' \\
    '(-)1:command:_ttm_wizard_commands' \\
    '(-)*::argument:->behind' && ret=0
  [[ $state == behind ]] && case $words[1] in
${cases.join('\n')}
    help)
      _arguments '1:topic:(${HELP_WORDS.join(' ')})' && ret=0
      ;;
  esac
  return ret
}

# Found in a folder of $fpath it is called at once; read by source it has to be made known.
if [[ $funcstack[1] == _ttm-wizard ]]; then
  _ttm_wizard "$@"
else
  compdef _ttm_wizard ttm-wizard
fi
`;
}

function zshOption({ name, argument, help, choices, isRepeatable }: OptionSpec): string {
  const text = help.replace(/[[\]\\]/g, '\\$&');
  if (argument === undefined) return quoted(`--${name}[${text}]`);
  const actions: Readonly<Record<string, string>> = { FILE: '_files', DIR: '_files -/' };
  const action = choices === undefined ? (actions[argument] ?? '') : `(${choices.join(' ')})`;
  return quoted(`${isRepeatable ? '*' : ''}--${name}=[${text}]:${argument}:${action}`);
}

/** For fish: a file in ~/.config/fish/completions. */
export function fishCompletion(): string {
  const line = (condition: string, rest: string): string =>
    `complete -c ttm-wizard -n ${quoted(condition)} ${rest}`;
  const isFirst = '__fish_use_subcommand';
  const behind = (names: readonly string[]): string => `__fish_seen_subcommand_from ${names.join(' ')}`;
  const options = OPTIONS.map((option) => {
    const takers = COMMANDS.filter(({ name }) => optionsOf(name).includes(option)).map(({ name }) => name);
    const condition = takers.includes('run') ? `${isFirst}; or ${behind(takers)}` : behind(takers);
    return line(condition, `-l ${option.name}${fishValue(option)} -d ${quoted(option.help)}`);
  });
  return `# Completes ttm-wizard in fish.
${ORIGIN}
complete -c ttm-wizard -f
${COMMANDS.map(({ name, help }) => line(isFirst, `-a ${name} -d ${quoted(help)}`)).join('\n')}
${line(isFirst, "-a help -d 'on a topic or a command'")}
${line(isFirst, "-l version -d 'of the wizard, Node and SQLite'")}
complete -c ttm-wizard -l help -d 'options of the command'
${COMMANDS.flatMap(({ name, argument }) => (argument === undefined ? [] : [line(behind([name]), `-a '${argument.choices.join(' ')}'`)])).join('\n')}
${line(behind(['help']), `-a '${HELP_WORDS.join(' ')}'`)}
${options.join('\n')}
`;
}

/** -r is a value, -F files for it, -x a value that is no file. */
function fishValue({ argument, choices }: OptionSpec): string {
  if (argument === undefined) return '';
  if (argument === 'FILE') return ' -r -F';
  if (argument === 'DIR') return " -x -a '(__fish_complete_directories)'";
  return choices === undefined ? ' -x' : ` -x -a '${choices.join(' ')}'`;
}

/** In single quotes, for a shell. fish knows \\' inside them, zsh does not; both take a quote outside of them. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
