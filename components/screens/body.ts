// Which screen it is: a page that the wizard shows, a question of the run, or the step at work.
import { showCount, showRows } from '../../src/output/format.js';
import type { RunView } from '../../src/view.js';
import { BLANK, type Line, line, wrap } from '../lines.js';
import { type Scene, activeStep } from '../scene.js';
import { glyphOf } from '../theme.js';
import { connectionLines } from './connection.js';
import { overallLine, rateLines, tableProgressLines } from './copy.js';
import { cutoverLines } from './cutover.js';
import { endedLines } from './ended.js';
import { findingCounts, findingGroups } from './findings.js';
import { planLines } from './plan.js';
import { resumeLines } from './resume.js';
import { rollbackPlanLines, rollingBackLines } from './rollback.js';
import { queryLines } from './queries.js';
import { verifyLines } from './verify.js';
import { welcomeLines } from './welcome.js';
import { waitingLines, workingLines } from './working.js';

/** Of tables, while they are copied: every line is sent again with every frame. */
const MOST_TABLES = 8;

const WHAT_FOR = {
  backup:
    'A copy of the SQLite file as of one moment, checked and checksummed. All copying reads it, never the live file.',
  schema: 'The tables, and the ledger that says which rows are in. Keys follow when the rows are there.',
  constrain: 'Primary keys, unique keys, indexes, checks and foreign keys, sequences and statistics.',
  dump: 'pg_dump of the compared result, read back by pg_restore and checksummed.',
} as const;

/** What the screen is about, in about `room` lines; longer ones are scrolled. */
export function bodyLines(scene: Scene, room: number): Line[] {
  const { page, view, columns, nowMs } = scene;
  switch (page?.kind) {
    case undefined: {
      const waiting = waitingLines(view, columns, nowMs);
      const rest = room - waiting.length;
      return [
        ...waiting,
        ...(view.doing === 'take-back' ? rollingBackLines(view, columns, nowMs) : stepLines(scene, rest)),
      ];
    }
    case 'welcome':
      return welcomeLines(page, columns);
    case 'connection':
      return connectionLines(page, columns, nowMs);
    case 'resume':
      return resumeLines(page.earlier, columns);
    case 'ended':
      return endedLines(view, columns);
    case 'question':
      return questionLines(page.name, page.message, view, columns, room);
  }
}

function questionLines(name: string, message: string, view: RunView, columns: number, room: number): Line[] {
  if (name === 'rollback') return rollbackPlanLines(view, message, columns);
  const question = wrap(message, columns, { isBold: true });
  if (name === 'start') return [...question, BLANK, ...planLines(view, columns, room - question.length - 1)];
  if (name !== 'switch-over') return question;
  const rows = view.tables.reduce((sum, { targetRows }) => sum + targetRows, 0);
  return [
    ...question,
    ...wrap(
      'It is stopped, the rest is brought over and compared, env files are switched, it starts on PostgreSQL. Whatever fails takes itself back.',
      columns,
    ),
    BLANK,
    [
      glyphOf('done', 0),
      { text: ` ${showRows(rows)} in ${showCount(view.tables.length)} tables are equal on both sides` },
    ],
    ...queryLines(view, columns),
  ];
}

function stepLines(scene: Scene, room: number): Line[] {
  const { view, columns, nowMs, samples } = scene;
  const step = activeStep(view);
  if (step === undefined) return [[glyphOf('running', nowMs), { text: ' one moment' }]];
  const working = workingLines(step, columns, nowMs, view.newsAt);
  const rest = room - working.length;
  switch (step.name) {
    case 'preflight':
      return [...working, ...checkLines(view, columns, rest)];
    case 'copy':
      return [
        ...working,
        ...(rest < 8 ? [] : [overallLine(view, samples, columns), ...rateLines(samples, columns), BLANK]),
        ...tableProgressLines(view, columns, Math.min(MOST_TABLES, rest < 8 ? rest : rest - 3)),
      ];
    case 'verify':
      return [...working, BLANK, ...verifyLines(view, columns, rest - 1)];
    case 'cutover':
      return [line(step.title, { isBold: true }), BLANK, ...cutoverLines(view, columns, nowMs)];
    case 'backup':
    case 'schema':
    case 'constrain':
    case 'dump':
      return [...working, ...wrap(WHAT_FOR[step.name], columns, { isDim: true })];
  }
}

/** Each check as it comes in: what is wrong first, the last of what is well. */
function checkLines(view: RunView, columns: number, room: number): Line[] {
  const own = view.findings.filter(({ step }) => step === 'preflight');
  const lines = findingGroups(own, columns);
  const counts = line(findingCounts(own), { isDim: true });
  if (lines.length <= room - 1) return [counts, ...lines];
  const bad = findingGroups(
    own.filter(({ severity }) => severity === 'error' || severity === 'warning'),
    columns,
  );
  const good = findingGroups(
    own.filter(({ severity }) => severity === 'ok' || severity === 'info'),
    columns,
  );
  return [counts, ...bad, ...good.slice(-Math.max(0, room - 1 - bad.length))].slice(0, Math.max(1, room));
}
