// Which other processes have a file open, from /proc on Linux. Elsewhere, and for processes of other users that this user may
// not look into, nothing is known and nothing is said.
import { readFileSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';

export interface FileHolder {
  readonly pid: number;
  readonly command: string;
}

/** Processes other than this one that have `path` open. */
export function processesHolding(path: string): FileHolder[] {
  const wanted = realpathSync(path);
  return entries('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => entries(`/proc/${pid}/fd`).some((fd) => linkOf(`/proc/${pid}/fd/${fd}`) === wanted))
    .map((pid) => ({ pid: Number(pid), command: commandOf(pid) }));
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return 'a process that has ended';
  }
}
