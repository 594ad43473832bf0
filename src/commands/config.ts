// ttm-wizard config show: every option as a run would take it, and the place it comes from, so that nobody has to guess which of five
// places counted. Reads what the other commands read, connects to nothing, changes nothing.
import { resolve } from 'node:path';
import { maskPasswords } from '../app/env-show.js';
import { type OptionName, type OptionSpec, OPTIONS, optionsOf } from '../config/options.js';
import { Problems } from '../config/problems.js';
import { takeAnswers } from '../config/saved-answers.js';
import { type Setting, type Settings, readSettings } from '../config/settings.js';
import { secretsOf } from '../config/target-url.js';
import { EXIT } from '../errors.js';
import { safe } from '../output/findings.js';
import { choosePaint } from '../output/paint.js';
import { inColumns, inSentences } from '../output/text-table.js';
import { planNamed } from '../plans/index.js';
import type { Plan } from '../plans/plan.js';
import { redactText } from '../run/journal.js';
import { adoptLook } from './adopt-look.js';
import type { Session } from './session.js';

/** As in the JSON: null is an option without a value. */
interface Shown {
  readonly value: Setting['value'] | null;
  readonly origin: string;
}

/** Throws one error (exit 2) with everything that is wrong with the settings. */
export function config(session: Session): Promise<number> {
  const { flags, env, out } = session;
  const problems = new Problems();
  const settings = readSettings('config', flags, env, problems);
  const plan = problems.attempt(() => planNamed(settings.text('plan') ?? ''));
  const backupDir = settings.text('backup-dir') ?? plan?.defaultBackupDir;
  if (backupDir !== undefined) takeAnswers(settings, 'run', resolve(backupDir), problems);
  session.secrets = secretsOf(settings.text('target') ?? '', env);
  problems.throwIfAny();
  adoptLook(session, settings);
  const shown = optionsOf('config').map(
    (option) => [option.name, show(option, { settings, plan, session })] as const,
  );
  if (settings.isOn('json')) {
    out.json({ v: 1, options: Object.fromEntries(shown) });
    return Promise.resolve(EXIT.done);
  }
  const paint = choosePaint(out.isTty, env, settings.isOn('no-color'));
  const layout = out.look.isScreenReader ? inSentences : inColumns;
  const lines = layout({
    head: ['option', 'value', 'origin'].map((text) => paint('bold', text)),
    rows: shown.map(([name, { value, origin }]) => [name, textOf(value), originOf(name, origin)]),
    aligns: ['left', 'left', 'left'],
  });
  for (const line of lines) out.line(line);
  return Promise.resolve(EXIT.done);
}

interface Place {
  readonly settings: Settings;
  readonly plan: Plan | undefined;
  readonly session: Session;
}

function show({ name, argument }: OptionSpec, { settings, plan, session }: Place): Shown {
  const given = settings.value(name);
  if (given === undefined) {
    const planned = plan === undefined ? undefined : plannedValue(name, plan);
    if (planned !== undefined) return { value: planned, origin: 'default of the plan' };
    return { value: argument === undefined ? false : null, origin: 'default' };
  }
  // First the URL as a whole, so that the rest of it can still be read; then what stands elsewhere, as in a command.
  const clean = (text: string): string => redactText(maskPasswords(text), session.secrets);
  const { value } = given;
  if (typeof value === 'string') return { value: clean(value), origin: given.origin };
  return { value: typeof value === 'object' ? value.map(clean) : value, origin: given.origin };
}

/** What counts where no place says anything; of services and env files those that are on the machine. */
function plannedValue(name: OptionName, plan: Plan): Setting['value'] | undefined {
  const planned: Readonly<Partial<Record<OptionName, Setting['value'] | undefined>>> = {
    source: plan.defaultSource,
    'backup-dir': plan.defaultBackupDir,
    service: plan.application?.services,
    'env-file': plan.application?.envFiles,
    'health-url': plan.application?.healthUrl,
  };
  return planned[name];
}

function originOf(name: OptionName, origin: string): string {
  if (origin !== 'environment') return origin;
  return `environment, ${OPTIONS.find((option) => option.name === name)?.env ?? ''}`;
}

function textOf(value: Shown['value']): string {
  if (value === null) return 'none';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return safe(typeof value === 'object' ? value.join(', ') : String(value));
}
