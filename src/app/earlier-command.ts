// A command of the admin that was begun by a wizard which has been killed since. It has a session of its own and goes on: a stop command
// that is still waiting would end what the next start command has just started.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * For `sh -c`, with the file of the note and the command line behind it: the shell notes who it is before it becomes the command.
 * Only the note is made for nobody else to read: the application must start with the umask it always has.
 */
export const WITH_NOTE = '(umask 077; cat "/proc/$$/stat" >"$0") 2>/dev/null; exec sh -c "$1"';

const POLL_MS = 50;

/** Resolves when the noted command has ended, or after `timeoutMs`. */
export async function waitForEarlier(note: string, timeoutMs: number): Promise<void> {
  const noted = readStat(note);
  if (noted === undefined) return;
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    const now = readStat(`/proc/${noted.pid}/stat`);
    // A number that has been given to another process began at another time.
    if (now === undefined || now.state === 'Z' || now.begunAt !== noted.begunAt) return;
    await sleep(POLL_MS);
  }
}

/** proc(5): pid, name in brackets, state, and the time of its start 20th behind the name. */
function readStat(file: string): { pid: string; state: string; begunAt: string } | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const [, pid, rest = ''] = /^(\d+) \(.*\) (.*)$/s.exec(text) ?? [];
  const fields = rest.trim().split(' ');
  const [state, begunAt] = [fields[0], fields[19]];
  return pid === undefined || state === undefined || begunAt === undefined
    ? undefined
    : { pid, state, begunAt };
}
