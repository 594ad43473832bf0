// Where the package lies: the nearest folder upwards with a package.json. sql/ and assets/ are found from there.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

let root: string | undefined;

export function packageRoot(): string {
  if (root === undefined) {
    let folder = dirname(fileURLToPath(import.meta.url));
    while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
    root = folder;
  }
  return root;
}

/** What a package.json says of its version and of the Node it needs; '' for what it does not say. Without zod: --version. */
export function readManifest(file: string): { version: string; node: string } {
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return { version: textIn(parsed, 'version'), node: textIn(fieldOf(parsed, 'engines'), 'node') };
}

/** The version of this package. */
export function packageVersion(): string {
  return readManifest(join(packageRoot(), 'package.json')).version;
}

function fieldOf(object: unknown, name: string): unknown {
  return typeof object === 'object' && object !== null ? Reflect.get(object, name) : undefined;
}

function textIn(object: unknown, name: string): string {
  const value = fieldOf(object, name);
  return typeof value === 'string' ? value : '';
}
