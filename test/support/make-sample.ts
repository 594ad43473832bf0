// Writes the bench's source file once: tsx test/support/make-sample.ts FILE SCORES. A file that exists is kept; one half
// written stays under FILE.tmp and is made anew.
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeSample } from '../../src/demo/sample.js';

const [file, count] = process.argv.slice(2);
const scores = Number(count);
if (file === undefined || !Number.isSafeInteger(scores) || scores < 1) {
  process.stderr.write('Usage: tsx test/support/make-sample.ts FILE SCORES\n');
  process.exitCode = 2;
} else {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    const unfinished = `${file}.tmp`;
    rmSync(unfinished, { force: true });
    writeSample(unfinished, { scores });
    renameSync(unfinished, file);
  }
  process.stdout.write(`${file}  ${statSync(file).size} bytes\n`);
}
