// How the application is stopped, started, configured and asked, typed on the screen where no flag, variable or config file says it.
import { resolve } from 'node:path';
import { HEALTH_URL_PROBLEM, readHealthUrl } from '../config/cutover.js';
import type { OptionName } from '../config/options.js';
import type { RunRequest } from '../config/resolve.js';
import type { CutoverOptions } from '../config/run-options.js';
import type { Answers } from '../config/saved-answers.js';
import { isUrl, readList } from '../config/settings.js';
import type { Answer, Answered, Field } from '../pages.js';

type Name = 'stop-command' | 'start-command' | 'env-file' | 'health-url';

const NAMES: readonly Name[] = ['stop-command', 'start-command', 'env-file', 'health-url'];
const FIELDS: Readonly<Record<Name, Pick<Field, 'prompt' | 'example'>>> = {
  'stop-command': {
    prompt: 'What stops the application (empty: its units, else you by hand)',
    example: '/opt/moon/application.sh stop',
  },
  'start-command': { prompt: 'What starts the application again', example: '/opt/moon/application.sh start' },
  'env-file': {
    prompt: 'Its env files with DATABASE_URL, the strongest first (empty: the usual)',
    example: '/etc/tothemoon.env, /srv/tothemoon/.env',
  },
  'health-url': { prompt: 'Where it answers (empty: the usual address)', example: 'http://127.0.0.1:8000' },
};

export type AskField = (field: Field, complaint: readonly string[]) => Promise<Answer>;

/** What has been typed counts once all of it is there, and stands there again after Esc. */
export class ApplicationForm {
  private readonly request: RunRequest;
  private readonly typed = new Map<Name, string>();
  private accepted: ReadonlyMap<Name, string> | undefined;

  constructor(request: RunRequest) {
    this.request = request;
  }

  /** Whether there is anything that may be said here. */
  get isOpen(): boolean {
    return this.request.options.cutover !== undefined && NAMES.some((name) => this.isOpenFor(name));
  }

  /** Asks one after the other; Esc goes back by one, and from the first out of here without a change. */
  async settle(ask: AskField): Promise<void> {
    let complaint: readonly string[] = [];
    for (let at = 0; ;) {
      const name = this.open()[at];
      if (name === undefined) break;
      const { id, text } = await ask(
        { ...FIELDS[name], isSecret: false, initial: this.text(name) },
        complaint,
      );
      this.typed.set(name, text.trim());
      complaint = id === 'typed' ? this.problemsOf(name) : [];
      if (id !== 'typed' && at === 0) return;
      if (complaint.length === 0) at += id === 'typed' ? 1 : -1;
    }
    this.accepted = new Map(this.open().map((name) => [name, this.text(name)]));
  }

  /** With what was typed; undefined when nothing was. */
  cutover(): CutoverOptions | undefined {
    const said = this.request.options.cutover;
    if (said === undefined || this.accepted === undefined) return undefined;
    const { stopCommand, startCommand, healthUrl, ...rest } = said;
    const [stop, start, files, url] = NAMES.map((name) => this.accepted?.get(name));
    const commands =
      stop === undefined ? { stopCommand, startCommand } : { stopCommand: stop, startCommand: start };
    const address = url === undefined ? healthUrl : readHealthUrl(url);
    return {
      ...rest,
      ...(files === undefined ? {} : { envFiles: pathsIn(files) }),
      ...(commands.stopCommand ? { stopCommand: commands.stopCommand } : {}),
      ...(commands.stopCommand && commands.startCommand ? { startCommand: commands.startCommand } : {}),
      ...(address === undefined ? {} : { healthUrl: address }),
    };
  }

  /** To be kept for the next time; one that was emptied is forgotten. */
  answers(): Answers {
    const entries = [...(this.accepted ?? [])].map(([name, text]) => {
      if (text === '') return [name, undefined] as const;
      return [name, name === 'env-file' ? pathsIn(text) : text] as const;
    });
    return Object.fromEntries(entries);
  }

  /** What the page says of it. */
  rows(): readonly Answered[] {
    const cutover = this.cutover() ?? this.request.options.cutover;
    if (cutover === undefined) return [];
    const { services, stopCommand, envFiles, healthUrl } = cutover;
    const units = services.length === 0 ? 'its units, else you by hand' : services.join(', ');
    const stoppedBy = this.request.settings.isGiven('service') ? 'service' : 'stop-command';
    return [
      { title: 'stopped by', value: stopCommand ?? units, origin: this.origin(stoppedBy) },
      ...(envFiles.length === 0
        ? []
        : [{ title: 'env files', value: envFiles.join(', '), origin: this.origin('env-file') }]),
      ...(healthUrl === undefined
        ? []
        : [{ title: 'answers at', value: healthUrl, origin: this.origin('health-url') }]),
    ];
  }

  private origin(name: OptionName): string {
    if (NAMES.some((own) => own === name && (this.accepted?.get(own) ?? '') !== '')) return 'answer';
    return this.request.settings.origin(name) ?? 'default';
  }

  /** What a flag says is changed by the flag. */
  private isOpenFor(name: Name): boolean {
    if (name === 'env-file' || name === 'health-url') return !this.request.settings.isGiven(name);
    return !(['service', 'stop-command', 'start-command'] as const).some((other) =>
      this.request.settings.isGiven(other),
    );
  }

  private open(): readonly Name[] {
    return NAMES.filter(
      (name) => this.isOpenFor(name) && (name !== 'start-command' || this.text('stop-command') !== ''),
    );
  }

  private text(name: Name): string {
    const { stopCommand, startCommand, envFiles, healthUrl } = this.request.options.cutover ?? {
      envFiles: [],
    };
    const said: Record<Name, string | undefined> = {
      'stop-command': stopCommand,
      'start-command': startCommand,
      'env-file': envFiles.join(', '),
      'health-url': healthUrl,
    };
    return this.typed.get(name) ?? said[name] ?? '';
  }

  private problemsOf(name: Name): readonly string[] {
    const text = this.text(name);
    if (name === 'start-command' && text === '')
      return ['what stops it is given, so something has to start it again'];
    if (name === 'env-file' && text !== '') {
      const paths = readList(text);
      if (paths === undefined) return ['env files are paths with commas between them'];
      if (paths.some(isUrl)) return ['env files are paths, and a URL is none'];
    }
    if (name === 'health-url' && text !== '' && readHealthUrl(text) === undefined)
      return [HEALTH_URL_PROBLEM];
    return [];
  }
}

/** Absolute, of a text that has been checked. */
function pathsIn(text: string): string[] {
  return (readList(text) ?? []).map((path) => resolve(path));
}
