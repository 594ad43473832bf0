// Preflight: every check runs, then all findings show together. Nothing is written anywhere.
import { WizardError, messageOf } from '../../src/errors.js';
import type { Finding } from '../../src/events.js';
import { type Step, Stopped } from '../../src/run/step.js';
import { environmentHere } from '../../src/tools/environment.js';
import { checkApplication } from './application-checks.js';
import { checkMachine } from './machine-checks.js';
import { checkSource } from './source-checks.js';
import { checkTarget } from './target-checks.js';

export const preflight: Step = {
  name: 'preflight',
  title: 'Check source, target and machine',

  plan: () => Promise.resolve([]),

  async run(context) {
    const findings: Finding[] = [];
    const report = (finding: Finding): void => {
      findings.push(finding);
      context.emit({ type: 'step.finding', step: 'preflight', finding });
    };
    // A side that cannot be reached does not keep the others from being checked; its error decides the exit code.
    const failures: WizardError[] = [];
    const attempt = async <T>(check: () => T | Promise<T>): Promise<T | undefined> => {
      try {
        return await check();
      } catch (error) {
        if (error instanceof Stopped || !(error instanceof WizardError)) throw error;
        failures.push(error);
        report({
          severity: 'error',
          code: kebab(error.code),
          message: messageOf(error).replaceAll('\n', '; '),
          remedies: [...error.remedies],
        });
        return undefined;
      }
    };
    const target = await attempt(() => checkTarget(context, report));
    context.emit({ type: 'environment', ...environmentHere(), postgres: target?.version });
    const source = await attempt(() => checkSource(context, report));
    await attempt(() => checkMachine(context, report, source?.bytes, target));
    if (context.options.cutover !== undefined) await attempt(() => checkApplication(context, report));
    const errors = findings.filter((finding) => finding.severity === 'error');
    if (errors.length > 0) throw failure(errors, failures);
    const warnings = findings.filter((finding) => finding.severity === 'warning').length;
    const summary = `${findings.length} checks${warnings === 0 ? '' : `, ${warnings} with a warning`}`;
    return { summary, result: { schema: target?.schema ?? 'public' } };
  },

  // A run that goes on may do so with other versions, and on a machine that has changed.
  check(context) {
    context.emit({ type: 'environment', ...environmentHere() });
    return Promise.resolve();
  },
  undo: () => Promise.resolve(undefined),
};

function kebab(code: string): string {
  return code.toLowerCase().replaceAll('_', '-');
}

function failure(errors: readonly Finding[], failures: readonly WizardError[]): WizardError {
  const first = failures[0];
  const what = `preflight found ${errors.length} ${errors.length === 1 ? 'problem' : 'problems'}; nothing has been changed`;
  return new WizardError({
    code: first?.code ?? 'PREFLIGHT_FAILED',
    message: first === undefined ? what : `${first.message}; nothing has been changed`,
    remedies: [...new Set(errors.flatMap((finding) => finding.remedies))],
    exitCode: first?.exitCode ?? 3,
  });
}
