// From where to where, settled on the screen before anything begins: the source has to be there, and the target is tried by connecting.
// What flags, environment or config file say shows as answered; what is missing or does not work is asked for.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { targetProblem } from '../config/ask.js';
import type { OptionName } from '../config/options.js';
import type { RunRequest } from '../config/resolve.js';
import type { CutoverOptions } from '../config/run-options.js';
import type { Answers } from '../config/saved-answers.js';
import { secretsOf, withPassword, withoutPassword } from '../config/target-url.js';
import { WizardError, messageOf } from '../errors.js';
import { showSize } from '../output/format.js';
import type { Answered, Field, Page } from '../pages.js';
import { connectTarget, nameOfTarget, passwordOf, showTarget, targetPassword } from '../target/connect.js';
import { ApplicationForm } from './application-form.js';
import { askOnScreen } from './asking.js';
import type { Screen, Session } from './session.js';

export interface Settled {
  readonly source: string;
  /** With its password, if it has one. */
  readonly target: string;
  /** Modules chosen here; absent when nothing was. */
  readonly modules?: readonly string[];
  /** Absent when nothing was typed of it. */
  readonly cutover?: CutoverOptions;
}

const URL_FIELD: Omit<Field, 'initial'> = {
  prompt: 'Target URL, without a password',
  isSecret: false,
  example: 'postgresql://tothemoon@localhost:5432/tothemoon_prod',
};
const PASSWORD_FIELD: Field = {
  prompt: 'Password (nothing is shown)',
  isSecret: true,
  initial: '',
  example: '',
};
/** Where none is given it need not be looked for elsewhere. */
const TYPE_IT = 'type it here; PGPASSWORD, ~/.pgpass or --target-url-file give it without being asked';
const ASKED_AGAIN = 'Enter asks for the password again';
const ESCAPE = { id: 'back', label: 'back' };

/** Keeps what has been typed when the person goes back. */
export class ConnectionForm {
  private readonly session: Session;
  private readonly screen: Screen;
  private readonly request: RunRequest;
  private source: string;
  private target: string | undefined;
  /** The URL in its field: of an earlier run until something is typed. */
  private typed: string;
  private hasTypedSource = false;
  /** Whether the person has gone back to it. */
  private reopensSource = false;
  private hasTypedTarget = false;
  private chosen: readonly string[] | undefined;
  private hasTypedPassword = false;
  private readonly application: ApplicationForm;

  constructor(session: Session, screen: Screen, request: RunRequest, suggestion: string) {
    this.session = session;
    this.screen = screen;
    this.request = request;
    this.application = new ApplicationForm(request);
    this.source = request.options.source;
    this.target = request.target;
    this.typed = this.isRemembered('target') ? (request.target ?? '') : suggestion;
  }

  /** Resolves to `back` when the person wants to go back. */
  async settle(): Promise<Settled | 'back'> {
    for (;;) {
      if (!(await this.settleSource())) return 'back';
      if (await this.settleTarget()) {
        const modules = this.chosen === undefined ? {} : { modules: this.chosen };
        const cutover = this.application.cutover();
        return {
          ...{ source: this.source, target: this.target ?? '', ...modules },
          ...(cutover === undefined ? {} : { cutover }),
        };
      }
      if (!this.hasTypedSource && !this.isRemembered('source')) return 'back';
      this.reopensSource = true;
    }
  }

  /** To `settle` once more: what has been settled did not do. The URL is there to be changed, also that of a flag, never its password. */
  reopen(): void {
    if (this.target === undefined) return;
    this.typed = withoutPassword(this.target);
    this.target = undefined;
    this.hasTypedPassword = false;
  }

  /** What has been typed, to be kept for the next time; no password. */
  answers(): Answers {
    return {
      ...this.application.answers(),
      ...(this.hasTypedSource ? { source: this.source } : {}),
      ...(this.hasTypedTarget && this.target !== undefined ? { target: withoutPassword(this.target) } : {}),
    };
  }

  /** What was answered at an earlier time may be changed; what a flag says is changed by the flag. */
  private isRemembered(name: OptionName): boolean {
    return this.request.settings.origin(name) === 'saved answer';
  }

  /** Until a file is named that is there. */
  private async settleSource(): Promise<boolean> {
    for (;;) {
      const size = sizeOf(this.source);
      if (size !== undefined && !this.reopensSource) return true;
      const complaint = size === undefined ? [`${this.source} is not a file that can be read`] : [];
      this.reopensSource = false;
      const field = {
        prompt: 'SQLite file of the application',
        isSecret: false,
        initial: this.source,
        example: '/srv/tothemoon/dev.db',
      };
      const { id, text } = await this.ask({ field, complaint });
      if (id === ESCAPE.id) return false;
      this.source = resolve(text);
      this.hasTypedSource = true;
    }
  }

  /** Until a connection is made; then the person sees it, and Enter goes on. */
  private async settleTarget(): Promise<boolean> {
    let complaint: readonly string[] = [];
    for (;;) {
      if (this.target === undefined) {
        const { id, text } = await this.ask({ field: { ...URL_FIELD, initial: this.typed }, complaint });
        // Whatever stands where a password would: it stays on the screen no longer than its question.
        this.typed = text.replace(/^(\w+:\/\/[^@/:]*):.*@/, '$1@');
        if (id === ESCAPE.id) return false;
        const problem = targetProblem(text);
        complaint = problem === undefined ? [] : [problem];
        if (problem !== undefined) continue;
        this.target = text;
        this.hasTypedTarget = true;
      }
      const failure = await this.try(this.target);
      if (failure === undefined) {
        if (await this.settleModules()) return true;
        if (!this.hasTypedTarget && !this.isRemembered('target')) return false;
        this.target = undefined;
        continue;
      }
      complaint = [failure.message, ...failure.remedies];
      if (failure.isPassword) {
        const isGiven = Boolean(await targetPassword(this.target));
        if (await this.askPassword(this.target, isGiven ? complaint : [failure.message, TYPE_IT])) continue;
        if (!isGiven) complaint = [failure.message, ASKED_AGAIN, ...failure.remedies];
      }
      // What was given by a flag is shown again to be corrected, never with its password.
      this.reopen();
    }
  }

  /** Until the person goes on, or back; each module can be added and left out again. */
  private async settleModules(): Promise<boolean> {
    for (;;) {
      const modules = this.modules();
      const { id } = await this.ask({
        choices: [
          { id: 'go-on', label: 'Go on' },
          ...(this.request.options.plan.modules ?? []).map(({ name, title }) => ({
            id: name,
            label: modules.includes(name) ? `Leave out ${name}` : `Also make ${title} (${name})`,
          })),
          ...(this.application.isOpen
            ? [{ id: 'application', label: 'Say how the application is stopped and started' }]
            : []),
        ],
        good: 'the source is there, and the target answers',
      });
      if (id === ESCAPE.id) return false;
      if (id === 'go-on') return true;
      if (id === 'application') {
        await this.application.settle((field, complaint) => this.ask({ field, complaint }));
        continue;
      }
      this.chosen = modules.includes(id) ? modules.filter((name) => name !== id) : [...modules, id];
    }
  }

  private modules(): readonly string[] {
    return this.chosen ?? this.request.options.modules ?? [];
  }

  private async askPassword(target: string, complaint: readonly string[]): Promise<boolean> {
    const { id, text } = await this.ask({ field: PASSWORD_FIELD, complaint });
    if (id === ESCAPE.id || text === '') return false;
    this.target = withPassword(withoutPassword(target), text);
    this.hasTypedPassword = true;
    return true;
  }

  private async try(
    target: string,
  ): Promise<{ message: string; remedies: readonly string[]; isPassword: boolean } | undefined> {
    this.session.secrets = secretsOf(target, this.session.env);
    this.screen.show({
      ...this.page(),
      choices: [],
      busy: `connecting to ${showTarget(nameOfTarget(target))}`,
    });
    try {
      const client = await connectTarget({ url: target, applicationName: 'ttm-wizard' });
      await client.end();
      return undefined;
    } catch (error) {
      const remedies = error instanceof WizardError ? error.remedies : [];
      // The server's words for one that is wrong, and ours for one that is missing.
      const isPassword = /28P01|password/.test(messageOf(error));
      return { message: messageOf(error), remedies, isPassword };
    }
  }

  private ask(change: Partial<Pick<Page, 'field' | 'complaint' | 'choices'>> & { readonly good?: string }) {
    return askOnScreen(this.session, this.screen, { ...this.page(), choices: [], escape: ESCAPE, ...change });
  }

  private page() {
    const { settings, options } = this.request;
    const from = (name: OptionName): string => settings.origin(name) ?? 'answer';
    const size = sizeOf(this.source);
    const targetOption = settings.origin('target') === undefined ? 'target-url-file' : 'target';
    const shown = this.target === undefined ? 'not known yet' : showTarget(nameOfTarget(this.target));
    const rows: readonly Answered[] = [
      { title: 'application', value: options.plan.title, origin: from('plan') },
      {
        title: 'source',
        value: `${this.source}${size === undefined ? ' (not there)' : `, ${showSize(size)}`}`,
        origin: this.hasTypedSource ? 'answer' : from('source'),
      },
      {
        title: 'target',
        value: shown,
        origin: this.target === undefined ? '' : this.hasTypedTarget ? 'answer' : from(targetOption),
      },
      ...(this.target === undefined || passwordOf(this.target) === undefined
        ? []
        : [
            {
              title: 'password',
              value: '(hidden)',
              origin: this.hasTypedPassword ? 'answer' : from(targetOption),
            },
          ]),
      { title: 'backups', value: options.backupDir, origin: from('backup-dir') },
      { title: 'bad values', value: options.onBadValue, origin: from('on-bad-value') },
      { title: 'drift', value: options.onDrift, origin: from('on-drift') },
      ...((options.plan.modules ?? []).length === 0
        ? []
        : [
            {
              title: 'modules',
              value: this.modules().join(', ') || 'none',
              origin: this.chosen === undefined ? (settings.origin('with') ?? 'default') : 'answer',
            },
          ]),
      {
        title: 'switch-over',
        value: options.cutover === undefined ? 'no: ends with the copy' : 'yes, asked for before',
        origin: from('no-cutover'),
      },
      ...this.application.rows(),
    ];
    return { kind: 'connection', settings: rows } as const;
  }
}

function sizeOf(file: string): number | undefined {
  try {
    const stat = statSync(file);
    return stat.isFile() ? stat.size : undefined;
  } catch {
    return undefined;
  }
}
