// What to type when a rollback cannot be finished by the wizard: a file in the run's folder, made from what the run has kept.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readManifest } from '../app/env-manifest.js';
import { shellWord } from '../shell-word.js';
import { loadSql } from '../target/sql.js';
import { type CutoverState, loadCutover } from './cutover-state.js';
import { FILES, type RunState } from './folder.js';

/** Writes the file and answers with its path. */
export function writeByHand(folder: string, state: RunState, why: string): string {
  const file = join(folder, FILES.byHand);
  const cutover = attempt(() => loadCutover(folder));
  const isSwitched = cutover !== undefined && cutover.phase !== 'caught-up';
  const lines = [
    `Rollback of run ${state.run}, which could not be finished: ${why}`,
    '',
    'First try again; it goes on where it was, and may be repeated as often as you like:',
    `    ttm-wizard rollback --backup-dir ${shellWord(join(folder, '..'))} --target URL`,
    ...(cutover?.isOnTarget === true ? whileTargetIsGone(cutover) : []),
    '',
    'If that cannot work, do this by hand, in this order.',
    ...(isSwitched ? switchBack(folder, state, cutover) : []),
    '',
    `Drop what the run made in the target ${state.target.database} on ${state.target.host}:${state.target.port}, only when the`,
    'application no longer uses it:',
    `    psql URL -c "SELECT identity FROM ttm_wizard.object WHERE run_id = '${state.run}'"    # what it made`,
    `    psql URL <<'SQL'`,
    `SELECT set_config('ttm_wizard.parameter_1', '${state.run}', false);`,
    loadSql('ledger/drop_objects.sql').trimEnd(),
    'SQL',
    '',
  ];
  writeFileSync(file, lines.join('\n'), { mode: 0o600 });
  return file;
}

/** What has been written there can only be carried back with it; until then no other place is as harmless. */
function whileTargetIsGone({ services }: CutoverState): string[] {
  return [
    '',
    'Without PostgreSQL nobody can know which rows are there. If it is gone, start it first, and leave the application on it until then:',
    'nothing is lost there. Where it does not come up by itself when PostgreSQL is back:',
    `    ${serviceLine('start', services)}`,
  ];
}

function switchBack(folder: string, state: RunState, cutover: CutoverState): string[] {
  const { services, sourceMode, phase, renamed } = cutover;
  const env = (attempt(() => readManifest(folder))?.files ?? []).map(({ copy, realPath }) =>
    copy === null
      ? `    rm ${shellWord(realPath)}`
      : `    cat ${shellWord(join(folder, 'env', copy))} > ${shellWord(realPath)}`,
  );
  const mode =
    sourceMode === undefined ? [] : [`    chmod ${sourceMode.toString(8)} ${shellWord(state.source)}`];
  const name =
    renamed !== undefined && existsSync(renamed.to)
      ? [`    mv ${shellWord(renamed.to)} ${shellWord(renamed.from)}`]
      : [];
  const before = join(folder, FILES.sourceBefore);
  return [
    '',
    'Stop the application:',
    `    ${serviceLine('stop', services)}`,
    '',
    ...(phase === 'stopped'
      ? []
      : [
          'Rows that the application wrote to PostgreSQL since the switch-over may not be in SQLite yet. They stay in the target as long as',
          'it is not dropped: keep it until they have been carried back.',
          ...(existsSync(before)
            ? [`The SQLite file as it was before anything was carried back: ${before}`]
            : []),
          '',
        ]),
    'Put back the SQLite file and the env files:',
    ...name,
    ...mode,
    ...env,
    '',
    'Start the application on SQLite:',
    `    ${serviceLine('start', services)}`,
  ];
}

/** What to type so that the application stops or starts, as the run has kept it. */
export function serviceLine(what: 'stop' | 'start', services: CutoverState['services']): string {
  const own = what === 'stop' ? services?.stopCommand : services?.startCommand;
  if (own !== undefined) return own;
  const units = services?.units ?? [];
  return units.length > 0
    ? `systemctl ${what} ${units.map(shellWord).join(' ')}`
    : `# ${what} the application`;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    // What is damaged cannot be part of the advice; the reason of the failure stands above it.
    return undefined;
  }
}
