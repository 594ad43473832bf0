// Writes what is made from code: schema of events, completions and man page in assets/, and the options and exit codes between their markers in README.md.
// Run it with `npm run generate`; a test fails while any of it is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { optionBlocks } from '../../src/commands/help-text.js';
import { OPTIONS } from '../../src/config/options.js';
import { EXIT_MEANING } from '../../src/errors.js';
import { eventJsonSchema } from '../../src/events.js';
import { bashCompletion, fishCompletion, zshCompletion } from './completions.js';
import { manPage } from './man-page.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The files and their contents as they should be. Throws when README.md has lost a marker. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const schema = await format(JSON.stringify(eventJsonSchema()), { parser: 'json', printWidth: 110 });
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const options = ['```text', ...optionBlocks(OPTIONS).slice(1), '```'].join('\n');
  const codes = [
    '| exit | meaning |',
    '|---|---|',
    ...EXIT_MEANING.map(([code, meaning]) => `| ${code} | ${meaning} |`),
  ].join('\n');
  return new Map([
    [join(root, 'assets', 'events.schema.json'), schema],
    [join(root, 'assets', 'completions', 'ttm-wizard.bash'), bashCompletion()],
    [join(root, 'assets', 'completions', '_ttm-wizard'), zshCompletion()],
    [join(root, 'assets', 'completions', 'ttm-wizard.fish'), fishCompletion()],
    [join(root, 'assets', 'man', 'ttm-wizard.1'), manPage()],
    [join(root, 'README.md'), between(between(readme, 'options', options), 'exit-codes', codes)],
  ]);
}

function between(text: string, marker: string, content: string): string {
  const [open, close] = [`<!-- ${marker} -->`, `<!-- /${marker} -->`];
  const [start, end] = [text.indexOf(open), text.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`README.md has no ${open} … ${close}`);
  return `${text.slice(0, start + open.length)}\n\n${content}\n\n${text.slice(end)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [file, content] of await generatedFiles()) {
    writeFileSync(file, content);
    process.stdout.write(`${file}\n`);
  }
}
