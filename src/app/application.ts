// The application around the data: how it is stopped and started, where it is told its database, and how it is asked whether it is
// well. From options, else from the plan as far as this machine has it, else from whoever can be asked.
import { existsSync } from 'node:fs';
import { type CutoverOptions, PATIENCE, type Patience } from '../config/run-options.js';
import { EXIT, WizardError } from '../errors.js';
import { type CutoverState, loadCutover } from '../run/cutover-state.js';
import type { StepContext } from '../run/step.js';
import { commandServices } from './command-services.js';
import { type Services, findUnits, manualServices, systemdServices } from './services.js';
import { tellingServices } from './telling-services.js';

export interface Application {
  readonly services: Services;
  /** The first beats the others. */
  readonly envFiles: readonly string[];
  /** The variable that names the database. */
  readonly urlKey: string;
  readonly healthUrl: string;
  /** Paths that read the database, the quick one first. */
  readonly probes: readonly string[];
  readonly patience: Patience;
  /** As kept in cutover.json, for a later command line. */
  readonly kept: NonNullable<CutoverState['services']>;
}

const DEFAULT_KEY = 'DATABASE_URL';
const NOTHING_SAID: CutoverOptions = { envFiles: [], services: [], capture: 'none' };

/** Throws ANSWER_NEEDED (exit 9) for what nobody has said and nobody can be asked. */
export async function applicationOf(context: StepContext): Promise<Application> {
  const { plan, cutover = NOTHING_SAID } = context.options;
  const known = plan.application;
  const saved = context.folder === '' ? undefined : loadCutover(context.folder)?.services;
  const planned = (known?.envFiles ?? []).filter((path) => existsSync(path));
  const envFiles = firstOf(cutover.envFiles, saved?.envFiles ?? [], planned);
  const healthUrl = cutover.healthUrl ?? saved?.healthUrl ?? known?.healthUrl;
  const urlKey = known?.urlKey ?? DEFAULT_KEY;
  if (healthUrl === undefined) {
    throw needed(context, 'health-url', 'it is not known where the application answers', [
      '--health-url http://HOST:PORT',
    ]);
  }
  const { services, kept } = await servicesOf(context, cutover, saved, urlKey);
  if (envFiles.length === 0) {
    const places = known === undefined ? '' : ` (none of ${known.envFiles.join(', ')} is there)`;
    throw needed(context, 'env-file', `no env file is known that names the database${places}`, [
      `--env-file FILE    the file that sets ${urlKey}; it is made when it is not there`,
    ]);
  }
  const probes = known?.probes ?? ['/'];
  const patience = { ...PATIENCE, ...cutover.patience };
  const all = { ...kept, healthUrl, envFiles: [...envFiles] };
  return { services, envFiles, urlKey, healthUrl, probes, patience, kept: all };
}

function firstOf(...lists: readonly (readonly string[])[]): readonly string[] {
  return lists.find((list) => list.length > 0) ?? [];
}

async function servicesOf(
  context: StepContext,
  cutover: CutoverOptions,
  saved: CutoverState['services'],
  urlKey: string,
): Promise<{ services: Services; kept: Omit<Application['kept'], 'healthUrl' | 'envFiles'> }> {
  const earlier = cutover.services.length > 0 ? undefined : saved;
  const stop = cutover.stopCommand ?? earlier?.stopCommand;
  const start = cutover.startCommand ?? earlier?.startCommand;
  if (stop !== undefined && start !== undefined) {
    const outputDir = context.folder === '' ? {} : { outputDir: context.folder };
    // An inherited variable would beat the env file that has just been switched.
    const services = commandServices({ stop, start, ...outputDir, without: [urlKey] });
    return {
      services: tellingServices(services, context.emit),
      kept: { units: [], stopCommand: stop, startCommand: start },
    };
  }
  const named = cutover.services.length > 0 ? cutover.services : (saved?.units ?? []);
  const units = named.length > 0 ? named : await findUnits(context.options.plan.application?.services ?? []);
  if (units.length > 0)
    return { services: tellingServices(systemdServices(units), context.emit), kept: { units: [...units] } };
  const { ask } = context;
  if (ask === undefined) {
    throw needed(context, 'service', 'it is not known how the application is stopped and started', [
      '--service UNIT    for each systemd unit that writes to the database',
      '--stop-command CMD --start-command CMD    for anything else',
      '--no-cutover    ends with the verified copy',
    ]);
  }
  return { services: manualServices((what) => askFor(ask, what)), kept: { units: [] } };
}

async function askFor(ask: NonNullable<StepContext['ask']>, what: 'stop' | 'start'): Promise<void> {
  const message =
    what === 'stop'
      ? 'Stop every process of the application that writes to the database now. Is it stopped?'
      : 'Start the application again now. Is it started?';
  if (await ask(message, what === 'stop' ? 'stop-application' : 'start-application')) return;
  throw new WizardError({
    code: what === 'stop' ? 'SERVICES_STOP' : 'SERVICES_START',
    message: `the answer is no: the application is not ${what === 'stop' ? 'stopped' : 'started'}`,
    exitCode: EXIT.takenBack,
  });
}

/** The error for an open question; says it as an event first. */
export function needed(
  { emit }: Pick<StepContext, 'emit'>,
  flag: string,
  message: string,
  remedies: readonly string[],
): WizardError {
  emit({ type: 'input.needed', question: flag, message, flag: `--${flag}` });
  return new WizardError({ code: 'ANSWER_NEEDED', message, remedies, exitCode: EXIT.answerNeeded });
}
