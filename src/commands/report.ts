// ttm-wizard report: the last run's report, made anew from its events, and a file with report and log to attach to a ticket.
import { resolve } from 'node:path';
import { resolveReading } from '../config/resolve.js';
import { secretsOf } from '../config/target-url.js';
import { EXIT, WizardError, messageOf } from '../errors.js';
import { reportPage } from '../output/html/page.js';
import { writePage } from '../output/report-page.js';
import { reportObject, reportText } from '../output/report.js';
import { writeTicket } from '../output/ticket.js';
import type { RunView } from '../view.js';
import { adoptLook } from './adopt-look.js';
import { lastRun, viewOf } from './last-run.js';
import type { Session } from './session.js';
import { versionText } from './version.js';

/** Text, one object with --json, a page with --html; a page in a file goes with the object. Throws NO_RUN (exit 2). */
export async function report(session: Session): Promise<number> {
  const { options, settings } = resolveReading('report', session.flags, session.env);
  adoptLook(session, settings);
  const [html, isJson] = [settings.text('html'), settings.isOn('json')];
  if (html === '-' && isJson) throw twoOnOutput();
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
  const { out, err } = session;
  if (html !== undefined && html !== '-') {
    const file = resolve(html);
    writePage(file, reportPage(view));
    (isJson ? err : out).line(`The report is in ${file}`);
  } else if (html === '-') out.line(reportPage(view).trimEnd());
  else if (!isJson) out.line(reportText(view, out.look.isScreenReader).trimEnd());
  if (isJson) out.json(reportObject(view));
  await leaveTicket(session, run.path, view);
  return EXIT.done;
}

/** Told on standard error: what the report goes to must not change by it. */
async function leaveTicket({ env, err }: Session, folder: string, view: RunView): Promise<void> {
  const secrets = secretsOf(env['TTM_TARGET'] ?? '', env);
  try {
    const file = writeTicket({ folder, version: await versionText(), report: reportText(view), secrets });
    err.line(`To attach to a ticket: ${file} (report and log, without passwords)`);
  } catch (error) {
    err.line(`Note: no file to attach to a ticket is made: ${messageOf(error)}`);
  }
}

function twoOnOutput(): WizardError {
  return new WizardError({
    code: 'USAGE',
    message: '--html - and --json both want standard output',
    remedies: ['ttm-wizard report --json --html report.html'],
    exitCode: EXIT.usage,
  });
}
