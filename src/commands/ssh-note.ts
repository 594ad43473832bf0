// What somebody should know who works over SSH and without tmux or screen, which would keep a session alive.

/** None where the session survives by itself, or is no SSH session. */
export function sshNotes(env: NodeJS.ProcessEnv): string[] {
  const isRemote = isSet(env['SSH_CONNECTION']) || isSet(env['SSH_TTY']);
  const isKept = isSet(env['TMUX']) || isSet(env['STY']);
  if (!isRemote || isKept) return [];
  return [
    'This is SSH without tmux or screen. If the line drops, the same command with --resume goes on; to keep the session: tmux new -s moon',
  ];
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
