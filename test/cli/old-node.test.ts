// The program's first file has to get as far as its message on a Node that knows nothing of what the rest needs.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROGRAM, wizard } from './wizard.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ttm-old-node-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** `--version` on a Node that says it is of another version. */
function onNode(version: string) {
  const disguise = join(folder, 'disguise.cjs');
  writeFileSync(
    disguise,
    `const versions = Object.assign({}, process.versions, { node: '${version}' });
     Object.defineProperty(process, 'versions', { value: versions });
     Object.defineProperty(process, 'version', { value: 'v${version}' });`,
  );
  return wizard(['--version'], { env: { NODE_OPTIONS: `--require=${disguise}` } });
}

test.each(['12.22.0', '18.20.8', '20.11.1'])(
  'Node %s is told what it needs, with exit 2',
  async (version) => {
    const { stdout, stderr, exitCode } = await onNode(version);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toBe(`ttm-wizard needs Node.js 20.12 or newer; this is v${version}.`);
  },
);

test('Node 20.12 is new enough', async () => {
  expect((await onNode('20.12.0')).stdout).toContain('Node v20.12.0');
});

test('its syntax is that of old', () => {
  const [, , ...lines] = readFileSync(PROGRAM, 'utf8').split('\n');
  expect(lines.join('\n')).not.toMatch(/\b(?:const|let|class|async|await)\b|=>|`|\?\.|\?\?/);
});
