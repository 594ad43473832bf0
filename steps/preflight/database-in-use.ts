// Whether the switch-over takes the application off the very file that is moved: what its env files name, and what other runs have
// done with the source. Preflight reports it; the switch-over asks again before it stops anything.
import { type DatabaseInUse, databaseInUse } from '../../src/app/database-in-use.js';
import type { Application } from '../../src/app/application.js';
import type { Finding } from '../../src/events.js';
import { runElsewhere } from '../../src/run/run-elsewhere.js';
import type { StepContext } from '../../src/run/step.js';
import { nameOfTarget, showTarget } from '../../src/target/connect.js';

type Place = Pick<StepContext, 'options' | 'run'>;

/** Throws ENV_FILE (exit 3) for an env file that cannot be read, CUTOVER_UNREADABLE (exit 10) for another run's damaged state. */
export function findingsOnDatabase(
  { options, run }: Place,
  { envFiles, urlKey }: Pick<Application, 'envFiles' | 'urlKey'>,
): Finding[] {
  const named = databaseInUse(envFiles, urlKey, options);
  return [findingFor(named, options, urlKey), ...findingsOnRuns({ options, run })];
}

function findingFor(
  named: DatabaseInUse | undefined,
  { source, target, backupDir }: StepContext['options'],
  key: string,
): Finding {
  if (named === undefined) {
    const message = `no env file sets ${key}: the application uses a default of its own, which is taken to be ${source}`;
    return { severity: 'info', code: 'database-in-use', message, remedies: [] };
  }
  const { use, path, shown, otherFile = 'FILE' } = named;
  const says = `env file ${path} says ${key}=${shown}`;
  const error = (message: string, remedies: readonly string[]): Finding => ({
    severity: 'error',
    code: 'other-database',
    message: `${says}: ${message}`,
    remedies: [...remedies, ...LEAVE_OUT],
  });
  switch (use) {
    case 'source':
      return {
        severity: 'ok',
        code: 'database-in-use',
        message: `${says}, which is the source`,
        remedies: [],
      };
    case 'perhaps source': {
      const message = `${says}, a path relative to wherever the application runs, which is taken to be ${source}`;
      return { severity: 'info', code: 'database-in-use', message, remedies: [] };
    }
    case 'target': {
      const message = `${says}, which is the target already; what the application has written there is not in the source`;
      return { severity: 'warning', code: 'database-in-use', message, remedies: [] };
    }
    case 'other file':
      return error(
        `that is not the source ${source}, so the application's rows are not those that are moved`,
        [`--source ${otherFile}    the file that the application uses`],
      );
    case 'other PostgreSQL':
      return error(
        `the application uses PostgreSQL already, and not ${showTarget(nameOfTarget(target))}; it does not write to ${source}`,
        [
          `ttm-wizard status --backup-dir ${backupDir}    shows whether a run has switched it over`,
          'ttm-wizard rollback --target URL    takes such a run back, with the URL that it went to',
        ],
      );
    case 'other kind':
      return error(`that names no SQLite file, so the application does not use ${source}`, []);
  }
}

const LEAVE_OUT = [
  '--env-file FILE    the file that the application reads, the strongest first',
  '--no-cutover    ends with the verified copy',
];

function findingsOnRuns({ options, run }: Place): Finding[] {
  const other = runElsewhere(options, run);
  if (other === undefined) return [];
  const target = showTarget(other.target);
  return [
    {
      severity: 'error',
      code: 'moved-elsewhere',
      message: `run ${other.run} has switched the application from ${options.source} over to ${target}, or is in the middle of it: what was written there is not in this file`,
      remedies: [
        `ttm-wizard rollback --backup-dir ${options.backupDir} --target URL    with the URL of ${target}, takes that run back first`,
        '--no-cutover    ends with a verified copy of the file as it is',
      ],
    },
  ];
}
