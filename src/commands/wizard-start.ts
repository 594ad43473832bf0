// The first pages of the wizard: what will happen, and from where to where.
import type { RunRequest } from '../config/resolve.js';
import type { RunOptions } from '../config/run-options.js';
import { secretsOf } from '../config/target-url.js';
import { EXIT, WizardError } from '../errors.js';
import { listRuns } from '../run/folder.js';
import { askOnScreen } from './asking.js';
import { ConnectionForm } from './connection.js';
import type { Screen, Session } from './session.js';
import { sshNotes } from './ssh-note.js';
import type { Connected, Job } from './wizard.js';

/** The first screen. Throws DECLINED (exit 130) when the person leaves. */
export async function welcome(
  session: Session,
  screen: Screen,
  { plan, backupDir, cutover }: Omit<RunOptions, 'target'>,
  notes: readonly string[],
): Promise<void> {
  const { id } = await askOnScreen(session, screen, {
    kind: 'welcome',
    plan: plan.title,
    backupDir,
    isSwitching: cutover !== undefined,
    notes: [...notes, ...sshNotes(session.env)],
    choices: [
      { id: 'go-on', label: 'Go on' },
      { id: 'leave', label: 'Leave', key: 'q' },
    ],
  });
  if (id !== 'leave') return;
  throw new WizardError({
    code: 'DECLINED',
    message: 'nothing has been started',
    exitCode: EXIT.interrupted,
  });
}

/** Welcome and connection, which can be asked once more. Throws DECLINED (exit 130) when the person leaves. */
export async function settleOnScreen(
  session: Session,
  screen: Screen,
  request: RunRequest,
): Promise<Connected & Required<Pick<Job, 'reconnect'>>> {
  const form = new ConnectionForm(session, screen, request, suggestedTarget(request.options.backupDir));
  const greet = () => welcome(session, screen, request.options, request.notices);
  const connect = async (): Promise<Connected> => {
    for (;;) {
      const settled = await form.settle();
      if (settled !== 'back') {
        session.secrets = secretsOf(settled.target, session.env);
        return { options: { ...request.options, ...settled }, answers: form.answers() };
      }
      await greet();
    }
  };
  const reconnect = (): Promise<Connected> => {
    form.reopen();
    return connect();
  };
  await greet();
  return { ...(await connect()), reconnect };
}

/** The target of the last run of the folder, to be typed no second time; never its password. */
function suggestedTarget(backupDir: string): string {
  try {
    const last = listRuns(backupDir).at(-1)?.state.target;
    return last === undefined
      ? ''
      : `postgresql://${last.user}@${last.host}:${last.port}/${encodeURIComponent(last.database)}`;
  } catch {
    // A folder that cannot be read is told when the run begins.
    return '';
  }
}
