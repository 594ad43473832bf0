// The sample source of the benchmarks, made once and kept; its folder; and what a bench says.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
