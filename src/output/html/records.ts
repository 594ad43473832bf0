// What lies where, with the sums that prove it is still the same, and on what all of it ran.
import { basename } from 'node:path';
import type { Environment } from '../../events.js';
import type { RunView } from '../../view.js';
import { environmentRows } from '../facts.js';
import { showSize } from '../format.js';
import { markup } from './markup.js';
import { type Section, factsOf, hashOf, tableOf } from './parts.js';

export function filesSection({ files }: RunView): Section {
  const rows = files.map(({ file, bytes, sha256 }) => [
    basename(file),
    showSize(bytes),
    hashOf(sha256),
    file,
  ]);
  return {
    id: 'files',
    title: 'Backup and dump',
    body: markup`<p><code>sha256sum FILE</code> must still answer with the same sum.</p>
${tableOf(
  'Backup and dump',
  [
    { name: 'file', kind: 'word' },
    { name: 'size', kind: 'number' },
    { name: 'SHA-256' },
    { name: 'place', kind: 'name' },
  ],
  rows,
)}`,
  };
}

export function environmentSection(environment: Environment): Section {
  return { id: 'environment', title: 'Environment', body: factsOf(environmentRows(environment)) };
}
