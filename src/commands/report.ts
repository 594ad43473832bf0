// ttm-wizard report: the last run's report, made anew from its events.
import { resolveReading } from '../config/resolve.js';
import { EXIT, WizardError } from '../errors.js';
import { reportObject, reportText } from '../output/report.js';
import { adoptLook } from './adopt-look.js';
import { lastRun, viewOf } from './last-run.js';
import type { Session } from './session.js';

/** Text, or one object with --json. Throws NO_RUN (exit 2). */
export function report(session: Session): Promise<number> {
  const { options, settings } = resolveReading('report', session.flags, session.env);
  adoptLook(session, settings);
  const run = lastRun(options.backupDir);
  if (run === undefined) {
    throw new WizardError({
      code: 'NO_RUN',
      message: `there is no run in ${options.backupDir}`,
      remedies: ['--backup-dir DIR names the backup folder of the run'],
      exitCode: EXIT.usage,
    });
  }
  const view = viewOf(run.path);
  const { out } = session;
  if (settings.isOn('json')) out.json(reportObject(view));
  else out.line(reportText(view, out.look.isScreenReader).trimEnd());
  return Promise.resolve(EXIT.done);
}
