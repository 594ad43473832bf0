// npm run bench:queries: every number that the application's requirements name, on the full-size source. Its queries before and after
// with the factor that is asked for, with the months as they are and spread over twelve; then 20 clients of its mix under its own
// writes, at that size and at ten times that.
// Usage: npm run bench:queries -- [--scores N] [--seconds N] [--clients N] [--no-load]. Files are kept in TTM_BENCH_DIR (default: ttm-bench
// in the temp folder). Ends with 1 when a bar is missed.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from '../../src/demo/postgres-server.js';
import { multiplyByTen, writeTwelveMonths } from './more-sources.js';
import { type LoadFigure, loadUnder, mixOf } from './mix.js';
import { dropDatabase, fillDatabase } from './queries-database.js';
import { type QueryFigure, figureOf, missedBars, queryRows } from './query-figures.js';
import { benchFolder, sampleFile, say, writeResult } from './sample-file.js';
import { printTable } from './statistics.js';

const { values } = parseArgs({
  options: {
    scores: { type: 'string', default: '847080' },
    seconds: { type: 'string', default: '60' },
    clients: { type: 'string', default: '20' },
    'no-load': { type: 'boolean', default: false },
  },
});
const scores = Number(values.scores);
const [seconds, clients] = [Number(values.seconds), Number(values.clients)];
const folder = benchFolder();

const source = sampleFile(folder, scores);
const spread = join(folder, `source-${scores}-12-months.db`);
writeTwelveMonths(source, spread);
const server = await startPostgres({ folder: join(folder, `postgres-${process.getuid?.() ?? 0}`) });
const [plain, twelve] = ['bench_queries', 'bench_twelve'];
let missed: readonly string[] = [];
try {
  const backups = join(folder, 'backups-queries');
  const figures: Record<string, readonly QueryFigure[]> = {};
  for (const [title, file, database] of [
    ['months as they are', source, plain],
    ['spread over 12 months', spread, twelve],
  ] as const) {
    say(`\nthe application's queries, ${scores} scores, ${title}`);
    const found = (await fillDatabase(server, file, database, backups)).map(figureOf);
    printTable(say, queryRows(found));
    figures[title] = found;
  }
  await dropDatabase(server, twelve);
  missed = Object.entries(figures).flatMap(([title, found]) =>
    missedBars(found).map((bar) => `${title}: ${bar}`),
  );
  const loads: LoadFigure[] = [];
  if (!values['no-load']) {
    const under = { server, database: plain, folder: join(folder, 'pgbench'), clients, seconds };
    const mix = mixOf(source);
    for (const size of [1, 10] as const) {
      if (size === 10) await multiplyByTen(server.url(plain), say);
      for (const form of ['as sent', 'fast'] as const) {
        const figure = await loadUnder({ ...under, title: `${size * scores} scores, ${form}` }, mix[form]);
        loads.push(figure);
        say(`\n${figure.title}: ${clients} clients for ${seconds} s`);
        printTable(say, figure.rows);
        for (const error of figure.errors) say(`  ${error}`);
      }
    }
    missed = [
      ...missed,
      ...loads.flatMap(({ title, errors }) => errors.map((error) => `${title}: ${error}`)),
    ];
  }
  const result = {
    scores,
    figures,
    loads,
    missed,
  };
  writeResult(folder, 'queries', server.kind, result);
  for (const bar of missed) say(`MISSED  ${bar}`);
} finally {
  await dropDatabase(server, plain).catch(() => undefined);
  await dropDatabase(server, twelve).catch(() => undefined);
  await server.stop();
}
process.exitCode = missed.length === 0 ? 0 : 1;
