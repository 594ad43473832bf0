// A stand-in for systemd, which no container has: a `systemctl` first on PATH that really starts, stops and watches processes.
// Its answers and its refusals are spelled as systemd 252 spells them; what systemd itself does cannot be tested here.
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What can be wrong with a unit; the text is what systemctl writes to standard error, or empty. */
type Trouble = 'stop-fails' | 'stop-hangs' | 'stop-lingers' | 'start-fails' | 'start-hangs' | 'masked';

export interface StandIn {
  /** A unit that runs a shell command line; with `restart` again and again, and refused after the fifth time. */
  define(unit: string, commandLine: string, options?: { restart?: boolean }): Promise<void>;
  trouble(unit: string, trouble: Trouble, text?: string): Promise<void>;
  mend(unit: string, trouble: Trouble): Promise<void>;
  /** The leader of the unit's process group. */
  pidOf(unit: string): Promise<number>;
  /** All calls that changed something, in their order. */
  calls(): Promise<readonly string[]>;
  /** Ends all that runs, restores the environment. */
  remove(): Promise<void>;
}

const SYSTEMCTL = `#!/bin/sh
verb=; units=
for word in "$@"; do
  case $word in
    --*) ;;
    *) if [ -z "$verb" ]; then verb=$word; else units="$units \${word%.service}"; fi ;;
  esac
done
[ "$verb" = show ] || echo "$verb$units" >>"$STAND_IN/calls"
lives() { [ -s "$1/pid" ] && grep -qs '^State:.[^Z]' "/proc/$(cat "$1/pid")/status"; }
code=0
for unit in $units; do
  d=$STAND_IN/units/$unit
  case $verb in
    show)
      load=loaded; restarts=$(cat "$d/restarts" 2>/dev/null || echo 0)
      if [ ! -d "$d" ]; then load=not-found; state='inactive dead'
      elif lives "$d" && [ -e "$d/lingering" ]; then state='deactivating stop-sigterm'
      elif lives "$d" && [ -e "$d/waiting" ]; then state='activating auto-restart'
      elif lives "$d"; then state='active running'
      elif [ -s "$d/failure" ]; then state='failed failed'
      else state='inactive dead'; fi
      [ -e "$d/masked" ] && load=masked
      printf 'LoadState=%s\\nActiveState=%s\\nSubState=%s\\nNRestarts=%s\\n' $load $state $restarts ;;
    stop)
      [ -e "$d/stop-hangs" ] && sleep 300
      if [ -e "$d/stop-fails" ]; then cat "$d/stop-fails" >&2; code=1; continue; fi
      if [ -e "$d/stop-lingers" ]; then touch "$d/lingering"; continue; fi
      if lives "$d"; then kill -s TERM -- "-$(cat "$d/pid")"; while lives "$d"; do sleep 0.02; done; fi
      rm -f "$d/pid" "$d/waiting" "$d/failure" ;;
    start)
      [ -e "$d/start-hangs" ] && sleep 300
      if [ -e "$d/start-fails" ]; then cat "$d/start-fails" >&2; code=1; continue; fi
      if lives "$d"; then continue; fi
      if [ "$(cat "$d/failure" 2>/dev/null)" = start-limit-hit ]; then
        echo "Job for $unit.service failed. Start request repeated too quickly." >&2; code=1; continue
      fi
      rm -f "$d/failure" "$d/waiting" "$d/restarts"
      setsid "$d/run" >/dev/null 2>&1 </dev/null &
      echo $! >"$d/pid" ;;
    reset-failed) rm -f "$d/failure" "$d/restarts" ;;
  esac
done
exit $code
`;

const ONCE = (folder: string, commandLine: string): string => `#!/bin/sh
sh -c '${commandLine}' || echo exit-code >'${folder}/failure'
`;

const AGAIN = (folder: string, commandLine: string): string => `#!/bin/sh
for restarts in 1 2 3 4 5; do
  sh -c '${commandLine}'
  touch '${folder}/waiting'; sleep 0.1
  echo $restarts >'${folder}/restarts'; rm '${folder}/waiting'
done
echo start-limit-hit >'${folder}/failure'
`;

/** Puts the stand-in first on PATH of this process. */
export async function createStandIn(): Promise<StandIn> {
  const home = await mkdtemp(join(tmpdir(), 'ttm-systemd-'));
  const before = process.env.PATH ?? '';
  await mkdir(join(home, 'units'));
  await mkdir(join(home, 'bin'));
  await writeScript(join(home, 'bin/systemctl'), SYSTEMCTL);
  process.env.PATH = `${home}/bin:${before}`;
  process.env.STAND_IN = home;
  const folderOf = (unit: string): string => join(home, 'units', unit);
  const pidOf = async (unit: string): Promise<number> =>
    Number(await readFile(join(folderOf(unit), 'pid'), 'utf8'));
  return {
    async define(unit, commandLine, { restart = false } = {}) {
      await mkdir(folderOf(unit));
      const script = (restart ? AGAIN : ONCE)(folderOf(unit), commandLine);
      await writeScript(join(folderOf(unit), 'run'), script);
    },
    trouble: (unit, trouble, text = '') => writeFile(join(folderOf(unit), trouble), text),
    mend: (unit, trouble) => rm(join(folderOf(unit), trouble)),
    pidOf,
    calls: async () => (await readFile(join(home, 'calls'), 'utf8').catch(() => '')).split('\n').slice(0, -1),
    async remove() {
      process.env.PATH = before;
      delete process.env.STAND_IN;
      for (const unit of await readdir(join(home, 'units'))) endGroup(await pidOf(unit).catch(() => 0));
      await rm(home, { recursive: true });
    },
  };
}

async function writeScript(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  await chmod(path, 0o755);
}

function endGroup(pid: number): void {
  if (pid <= 1) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
