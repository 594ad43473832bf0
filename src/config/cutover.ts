// How the application is to be switched over, as far as options say it. What of the plan's services and env files is on the
// machine is found out by the step that needs them, not here.
import { resolve } from 'node:path';
import type { Problems } from './problems.js';
import type { CutoverOptions } from './run-options.js';
import type { Settings } from './settings.js';

/** What systemd lets a unit be called; nothing that systemctl could take for an option or for two units. */
const UNIT = /^[\w:.@\\][\w:.@\\-]*$/;

/** The value itself may be a password, so it is not shown. */
export const HEALTH_URL_PROBLEM = '--health-url has to be http://HOST:PORT or https://HOST:PORT';

/** Checked; paths are absolute, and the health URL has no slash at its end. */
export function findCutover(settings: Settings, problems: Problems): CutoverOptions {
  const services = settings.list('service');
  const stopCommand = settings.text('stop-command');
  const startCommand = settings.text('start-command');
  const givenUrl = settings.text('health-url');
  const healthUrl = givenUrl === undefined ? undefined : readHealthUrl(givenUrl);
  if (givenUrl !== undefined && healthUrl === undefined)
    problems.add(HEALTH_URL_PROBLEM, ['--health-url http://127.0.0.1:8000']);
  for (const unit of services) {
    if (!UNIT.test(unit))
      problems.add(`--service has to be the name of a systemd unit, and ${JSON.stringify(unit)} is none`, [
        '--service UNIT, and once more for each further one',
      ]);
  }
  if (stopCommand !== undefined && startCommand === undefined)
    problems.add('--stop-command is given without --start-command', [
      '--start-command CMD starts the application again',
    ]);
  if (startCommand !== undefined && stopCommand === undefined)
    problems.add('--start-command is given without --stop-command', [
      '--stop-command CMD stops the application',
    ]);
  if (services.length > 0 && (stopCommand !== undefined || startCommand !== undefined))
    problems.add('--service and --stop-command or --start-command exclude each other', [
      '--service UNIT where systemd runs the application, else the two commands',
    ]);
  return {
    envFiles: settings.list('env-file').map((file) => resolve(file)),
    services,
    ...(stopCommand === undefined ? {} : { stopCommand }),
    ...(startCommand === undefined ? {} : { startCommand }),
    ...(healthUrl === undefined ? {} : { healthUrl }),
    capture: settings.choice('capture', ['none', 'triggers']),
    ...(settings.isOn('rename-source') ? { renameSource: true } : {}),
  };
}

/** Without the slash at its end; undefined when it is no address that can be asked. */
export function readHealthUrl(given: string): string | undefined {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:';
  // The paths that are probed come behind it, and fetch takes no password in a URL.
  const isGood = isWeb && url.username === '' && url.password === '' && !/[?#]/.test(given);
  return isGood ? given.replace(/\/+$/, '') : undefined;
}
