// What the switch-over will need: services that exist, env files that can be edited, an application that answers, a URL that the
// application can use by itself.
import { type Application, applicationOf } from '../../src/app/application.js';
import { applicationUrl, hasEncodedDatabase } from '../../src/app/app-url.js';
import { checkOwners } from '../../src/app/file-owners.js';
import { planSwitch } from '../../src/app/env-switch.js';
import { measure } from '../../src/app/probe.js';
import type { Finding } from '../../src/events.js';
import { showDuration } from '../../src/output/format.js';
import type { StepContext } from '../../src/run/step.js';
import { targetPassword } from '../../src/target/connect.js';
import { findingsOnDatabase } from './database-in-use.js';

/** Throws ANSWER_NEEDED (exit 9), UNIT_UNKNOWN (exit 2) and ENV_FILE (exit 3); nothing is changed. */
export async function checkApplication(
  context: StepContext,
  report: (finding: Finding) => void,
): Promise<void> {
  const application = await applicationOf(context);
  const ok = (code: string, message: string): void => report({ severity: 'ok', code, message, remedies: [] });
  const running = await application.services.running();
  const state = running.length === 0 ? '' : `; running: ${running.join(', ')}`;
  ok('services-known', `${application.services.describe}${state}`);
  await checkEnvFiles(context, application, report);
  findingsOnDatabase(context, application).forEach(report);
  checkOwners(context.options.source, application.envFiles).forEach(report);
  await checkHealth(application, report);
}

async function checkEnvFiles(
  { options }: StepContext,
  { envFiles, urlKey }: Application,
  report: (finding: Finding) => void,
): Promise<void> {
  const url = applicationUrl(options.target, await targetPassword(options.target));
  if (hasEncodedDatabase(url)) {
    const message =
      'the name of the database stands percent-encoded in the env files; SQLAlchemy before 2.1 does not decode it';
    const remedies = ['a database whose name is of letters, digits and _ only'];
    report({ severity: 'warning', code: 'database-name', message, remedies });
  }
  for (const { path, exists, diff, remarks } of planSwitch(envFiles, urlKey, url)) {
    const message = `env file ${path}${exists ? '' : ' (will be made)'}: ${diff.length === 0 ? 'names the target already' : diff.join(' ')}`;
    report({ severity: 'ok', code: 'env-file', message, remedies: [] });
    for (const remark of remarks)
      report({ severity: 'warning', code: 'env-file', message: `env file ${path}: ${remark}`, remedies: [] });
  }
}

async function checkHealth(
  { healthUrl, probes }: Application,
  report: (finding: Finding) => void,
): Promise<void> {
  const path = probes[0] ?? '/';
  const answer = await measure(healthUrl, path, 30_000);
  if (answer !== undefined) {
    const message = `${healthUrl}${path} answers in ${showDuration(answer.elapsedMs)}`;
    report({ severity: 'ok', code: 'application-answers', message, remedies: [] });
    return;
  }
  report({
    severity: 'warning',
    code: 'application-silent',
    message: `${healthUrl}${path} does not answer now; after the switch it has to, or all is taken back`,
    remedies: ['--health-url http://HOST:PORT', `curl -i ${healthUrl}${path}`],
  });
}
