# Completes ttm-wizard in bash.
# Made from the table of options by `npm run generate`; do not edit.
_ttm_wizard() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local command='' flags='' words='' index
  # bash takes the = of --option=value for a word of its own.
  if [[ $current == '=' ]]; then
    current=''
  elif [[ $previous == '=' ]]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  COMPREPLY=()
  case $previous in
    --source | --target-url-file | --env-file | --config | --html)
      compopt -o filenames 2> /dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    --backup-dir | --folder)
      compopt -o filenames 2> /dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    --on-bad-value) words='stop quarantine' ;;
    --on-drift) words='stop carry leave' ;;
    --with) words='auth metrics-index' ;;
    --capture) words='none triggers' ;;
    --plan | --target | --jobs | --service | --stop-command | --start-command | --health-url) return ;;
  esac
  if [[ -n $words ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    return
  fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    case ${COMP_WORDS[index]} in
      --plan | --source | --target | --target-url-file | --backup-dir | --jobs | --on-bad-value | --on-drift | --with | --env-file | --service | --stop-command | --start-command | --health-url | --capture | --config | --html | --folder)
        # What follows is a value, not a command.
        [[ ${COMP_WORDS[index + 1]} == '=' ]] && ((index++))
        ((index++))
        ;;
      -*) ;;
      *)
        command=${COMP_WORDS[index]}
        break
        ;;
    esac
  done
  case $command in
    '') flags='--plan --source --target --target-url-file --backup-dir --jobs --on-bad-value --on-drift --with --no-dump --no-cutover --env-file --service --stop-command --start-command --health-url --capture --rename-source --yes --dry-run --resume --restart --config --plain --json --no-color --ascii --screen-reader --low-bandwidth --debug --help --version' words='run status verify catch-up rollback report doctor demo config completion help' ;;
    run) flags='--plan --source --target --target-url-file --backup-dir --jobs --on-bad-value --on-drift --with --no-dump --no-cutover --env-file --service --stop-command --start-command --health-url --capture --rename-source --yes --dry-run --resume --restart --config --plain --json --no-color --ascii --screen-reader --low-bandwidth --debug --help' words='' ;;
    status) flags='--plan --backup-dir --config --json --watch --no-color --ascii --screen-reader --debug --help' words='' ;;
    verify) flags='--plan --target --target-url-file --backup-dir --jobs --config --plain --json --no-color --ascii --screen-reader --low-bandwidth --debug --help' words='' ;;
    catch-up) flags='--plan --target --target-url-file --backup-dir --jobs --config --plain --json --no-color --ascii --screen-reader --low-bandwidth --debug --help' words='' ;;
    rollback) flags='--plan --target --target-url-file --backup-dir --jobs --env-file --service --stop-command --start-command --health-url --discard-target-writes --yes --config --plain --json --no-color --ascii --screen-reader --low-bandwidth --debug --help' words='' ;;
    report) flags='--plan --backup-dir --config --json --html --no-color --ascii --screen-reader --debug --help' words='' ;;
    doctor) flags='--plan --source --target --target-url-file --backup-dir --env-file --config --check-updates --json --no-color --ascii --screen-reader --debug --help' words='' ;;
    demo) flags='--jobs --plain --json --no-color --ascii --screen-reader --low-bandwidth --debug --folder --rollback --clean --help' words='' ;;
    config) flags='--plan --source --target --target-url-file --backup-dir --jobs --on-bad-value --on-drift --with --no-dump --no-cutover --env-file --service --stop-command --start-command --health-url --capture --rename-source --discard-target-writes --yes --dry-run --resume --restart --config --check-updates --plain --json --html --watch --no-color --ascii --screen-reader --low-bandwidth --debug --help' words='show' ;;
    completion) flags='--help' words='bash zsh fish' ;;
    help) words='exit-codes config resume rollback env run status verify catch-up report doctor demo completion' ;;
  esac
  # One word behind a command is all that any takes.
  [[ -n $command && $command != "${COMP_WORDS[COMP_CWORD - 1]}" ]] && words=''
  [[ $current == -* || -z $words ]] && words=$flags
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _ttm_wizard ttm-wizard
