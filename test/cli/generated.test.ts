import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generatedFiles } from '../support/generate-assets.js';

test('README and the schema of events say what the code says (else: npm run generate)', async () => {
  for (const [file, content] of await generatedFiles()) expect(readFileSync(file, 'utf8')).toBe(content);
});
