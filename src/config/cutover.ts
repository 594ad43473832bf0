// How the application is to be switched over, as far as options say it. What of the plan's services and env files is on the
// machine is found out by the step that needs them, not here.
import { resolve } from 'node:path';
import type { Problems } from './problems.js';
import type { CutoverOptions } from './run-options.js';
import type { Settings } from './settings.js';

/** What systemd lets a unit be called; nothing that systemctl could take for an option or for two units. */
const UNIT = /^[\w:.@\\][\w:.@\\-]*$/;

/** Checked; paths are absolute, and the health URL has no slash at its end. */
export function findCutover(settings: Settings, problems: Problems): CutoverOptions {
  const services = settings.list('service');
  const stopCommand = settings.text('stop-command');
  const startCommand = settings.text('start-command');
  const healthUrl = findHealthUrl(settings.text('health-url'), problems);
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

/** Without the slash at its end. What it may not be is added to `problems`. */
export function findHealthUrl(given: string | undefined, problems: Problems): string | undefined {
  if (given === undefined) return undefined;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:';
  // The paths that are probed come behind it, and fetch takes no password in a URL. The value itself may be one, so it is not shown.
  if (isWeb && url.username === '' && url.password === '' && !/[?#]/.test(given))
    return given.replace(/\/+$/, '');
  problems.add('--health-url has to be http://HOST:PORT or https://HOST:PORT', [
    '--health-url http://127.0.0.1:8000',
  ]);
  return undefined;
}
