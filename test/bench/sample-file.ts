// What the benchmarks share: their folder, the sample source, made once and kept, and the file of a result with the machine it was got on.
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { writeSample } from '../../src/demo/sample.js';

/** TTM_BENCH_DIR, or ttm-bench in the temp folder. */
export function benchFolder(): string {
  const folder = process.env['TTM_BENCH_DIR'] ?? join(tmpdir(), 'ttm-bench');
  mkdirSync(folder, { recursive: true });
  return folder;
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A source of so many scores in the folder. */
export function sampleFile(folder: string, scores: number): string {
  const file = join(folder, `source-${scores}.db`);
  if (existsSync(file)) return file;
  say(`making ${file}`);
  rmSync(`${file}.part`, { force: true });
  writeSample(`${file}.part`, { scores });
  renameSync(`${file}.part`, file);
  return file;
}

/** Writes `<name>-<time>.json` into the folder, and says where. */
export function writeResult(folder: string, name: string, postgres: string, result: object): void {
  const at = new Date().toISOString();
  const machine = {
    cpu: cpus()[0]?.model ?? '',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
  const file = join(folder, `${name}-${at.replace(/[:.]/g, '-')}.json`);
  writeFileSync(
    file,
    `${JSON.stringify({ at, machine, postgres: { kind: postgres }, ...result }, null, 2)}\n`,
  );
  say(`written to ${file}`);
}
