// Which other processes have a file open, from /proc on Linux. Elsewhere nothing is known and nothing is said; processes of other
// users that this user may not look into are counted, so that nobody takes them for free of it.
import { type Stats, readFileSync, readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { codeOf } from '../errors.js';

export interface FileHolder {
  readonly pid: number;
  readonly command: string;
  /** It has opened the file itself for reading alone, and so cannot write to it. */
  readonly isReader: boolean;
  /** The system service that the process belongs to. */
  readonly unit?: string;
}

export interface Inspection {
  readonly holders: readonly FileHolder[];
  /** Processes whose open files this user may not see. */
  readonly uninspected: number;
}

/** Processes other than this one that have `path` open. */
export function processesHolding(path: string): FileHolder[] {
  return [...inspectHolders([path]).holders];
}

/** Who has any of the files open, under whatever name: bind mounts and containers see the same file elsewhere. */
export function inspectHolders(paths: readonly string[]): Inspection {
  const wanted = paths.map((path) => ({ path: realpathSync(path), stat: statSync(path) }));
  const isWanted = (link: string): boolean => {
    const target = linkOf(link);
    // Sockets, pipes and the like are not paths; the others are looked at behind the link, which opens nothing.
    if (target?.startsWith('/') !== true) return false;
    const stat = statOf(link);
    return wanted.some(
      (file) => target === file.path || (stat?.ino === file.stat.ino && stat.dev === file.stat.dev),
    );
  };
  const holders: FileHolder[] = [];
  let uninspected = 0;
  for (const pid of entries('/proc').names.filter((name) => /^\d+$/.test(name))) {
    if (Number(pid) === process.pid) continue;
    const { names, isDenied } = entries(`/proc/${pid}/fd`);
    if (isDenied && canHoldFiles(pid)) uninspected += 1;
    const open = names.filter((fd) => isWanted(`/proc/${pid}/fd/${fd}`));
    if (open.length > 0)
      holders.push(
        holderOf(
          pid,
          open.every((fd) => isForReading(pid, fd)),
        ),
      );
  }
  return { holders, uninspected };
}

function entries(folder: string): { names: string[]; isDenied: boolean } {
  try {
    return { names: readdirSync(folder), isDenied: false };
  } catch (error) {
    const code = codeOf(error);
    return { names: [], isDenied: code === 'EACCES' || code === 'EPERM' };
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

const PF_KTHREAD = 0x0020_0000;

/** Kernel threads and zombies have no files; their folders are as closed to other users as any. proc(5): state 3rd, flags 9th. */
function canHoldFiles(pid: string): boolean {
  const [state, , , , , , flags] = textOf(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ');
  return flags !== undefined && state !== 'Z' && (Number(flags) & PF_KTHREAD) === 0;
}

function holderOf(pid: string, isReader: boolean): FileHolder {
  const command = textOf(`/proc/${pid}/comm`).trim() || 'a process that has ended';
  const unit = unitIn(textOf(`/proc/${pid}/cgroup`));
  return { pid: Number(pid), command, isReader, ...(unit === undefined ? {} : { unit }) };
}

/** proc(5): the flags of open(2) in octal, whose last digit is 0 for O_RDONLY. */
function isForReading(pid: string, fd: string): boolean {
  return /^flags:\s*[0-7]*[04]$/m.test(textOf(`/proc/${pid}/fdinfo/${fd}`));
}

/** The unit that /proc/PID/cgroup names; only services of the system: the unit around a login would take the login with it. */
export function unitIn(cgroup: string): string | undefined {
  return /:\/system\.slice\/(?:[^/\n]+\.slice\/)*([^/\n]+\.service)/.exec(cgroup)?.[1];
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
