// npm run bench: our copy against the server's own speed, our verification against our copy, every other step, peak memory.
// The copy with the screen on, too. Then a switch-over under an application that writes, and the way back. Everything in one go on one machine, raw loads and ours alternating, because only ratios of one run mean anything.
// Usage: npm run bench -- [--scores N] [--rounds N]. Files are kept in TTM_BENCH_DIR (default: ttm-bench in the temp folder).
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from '../../src/demo/postgres-server.js';
import { switchOver } from './cutover-round.js';
import { type OwnRound, migrate } from './own-round.js';
import { findPgloader, runPgloader } from './pgloader-round.js';
import { type RawFiles, encodeRawFiles, loadRaw } from './raw-round.js';
import { type ScreenRound, migrateOnScreen } from './screen-round.js';
import { benchFolder, sampleFile, say, writeResult } from './sample-file.js';
import { median, printTable } from './statistics.js';

const { values } = parseArgs({
  options: { scores: { type: 'string', default: '847080' }, rounds: { type: 'string', default: '3' } },
});
const scores = Number(values.scores);
const rounds = Math.max(1, Number(values.rounds));
const folder = benchFolder();

const source = sampleFile(folder, scores);
const server = await startPostgres({ folder: join(folder, `postgres-${process.getuid?.() ?? 0}`) });
try {
  const raw: RawFiles = encodeRawFiles(source, join(folder, `raw-${scores}`));
  const rawMs: number[] = [];
  const own: OwnRound[] = [];
  const screen: ScreenRound[] = [];
  for (let round = 1; round <= rounds; round++) {
    rawMs.push(await loadRaw(server, raw));
    own.push(await migrate(server, source, join(folder, 'backups')));
    screen.push(await migrateOnScreen(server, source, join(folder, 'backups')));
    say(
      `round ${round}: raw ${rawMs.at(-1) ?? 0} ms, ours ${own.at(-1)?.copyMs ?? 0} ms, comparison ${own.at(-1)?.compareMs ?? 0} ms, with the screen on ${screen.at(-1)?.copyMs ?? 0} ms`,
    );
  }
  const cutover = await switchOver(server, source, join(folder, 'live'));
  const pgloader = await findPgloader();
  const a = median(rawMs);
  const b = median(own.map(({ copyMs }) => copyMs));
  const c = median(own.map(({ compareMs }) => compareMs));
  const drawn = median(screen.map(({ copyMs }) => copyMs));
  const bytesPerSecond = Math.max(...screen.map((one) => one.bytesPerSecond));
  const total = median(own.map(({ totalMs }) => totalMs));
  const peakMb = Math.max(cutover.peakMb, ...[...own, ...screen].map(({ peakMb: peak }) => peak));
  const steps = Object.fromEntries(
    Object.keys(own[0]?.stepMs ?? {}).map((step) => [
      step,
      median(own.map(({ stepMs }) => stepMs[step] ?? 0)),
    ]),
  );
  const result = {
    scores,
    sourceBytes: statSync(source).size,
    rounds,
    rawMs,
    own,
    screen,
    medians: { rawMs: a, copyMs: b, compareMs: c, copyOnScreenMs: drawn, totalMs: total, steps },
    cutover,
    ratios: { copyToRaw: b / a, compareToCopy: c / b, screenToNone: drawn / b },
    peakMb,
    bars: {
      copyToRaw: 1.1,
      compareToCopy: 1,
      screenToNone: 1.03,
      bytesPerSecond: 12_000,
      peakMb: 350,
      totalMs: 120_000,
      downtimeMs: 10_000,
      longestWaitMs: 5000,
    },
    pgloaderMs: pgloader ? await runPgloader(server, source) : null,
  };
  printTable(say, [
    ['what', 'median', 'bar'],
    ['(a) two parallel \\copy of the same rows', `${(a / 1000).toFixed(2)} s`, ''],
    ['(b) our copy', `${(b / 1000).toFixed(2)} s`, ''],
    ['(c) our comparison of every value', `${(c / 1000).toFixed(2)} s`, ''],
    ['b/a', result.ratios.copyToRaw.toFixed(3), '1.1 at most'],
    ['c/b', result.ratios.compareToCopy.toFixed(3), '1.0 at most'],
    ['copy with the screen on, to without', result.ratios.screenToNone.toFixed(3), '1.03 at most'],
    ['sent to the terminal while copying', `${(bytesPerSecond / 1000).toFixed(1)} KB/s`, '12 KB/s at most'],
    ...Object.entries(steps).map(([step, ms]) => [`(d) ${step}`, `${(ms / 1000).toFixed(2)} s`, '']),
    ['(e) peak memory, with the screen or without', `${peakMb.toFixed(0)} MB`, '350 MB at most'],
    [
      'whole run without the dump',
      `${(total / 1000).toFixed(1)} s`,
      scores === 847_080 ? '120 s at most' : '',
    ],
    ['downtime of a switch-over', `${(cutover.downtimeMs / 1000).toFixed(1)} s`, '10 s at most'],
    ["  of it the wizard's own part", `${(cutover.ownMs / 1000).toFixed(1)} s`, ''],
    ['longest wait of a writer', `${(cutover.longestWaitMs / 1000).toFixed(2)} s`, '5 s at most'],
    ['rollback with carry-back', `${(cutover.rollbackMs / 1000).toFixed(1)} s`, ''],
    [
      "the application's transactions missing",
      `${cutover.missing.length} of ${cutover.transactions}, ${cutover.errors.length} errors`,
      '0',
    ],
    [
      'pgloader',
      result.pgloaderMs === null ? 'not installed' : `${(result.pgloaderMs / 1000).toFixed(1)} s`,
      '',
    ],
  ]);
  writeResult(folder, 'bench', server.kind, result);
} finally {
  await server.stop();
}
