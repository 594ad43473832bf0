// Free space of the disk a folder is on. check-disk-space's types describe its CommonJS form, so that is the one loaded.
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';

const answerSchema = z.object({ free: z.number(), diskPath: z.string() });

/** Free bytes where `path` is or will be, and the mount point of the disk. */
export async function diskSpaceAt(path: string): Promise<z.infer<typeof answerSchema>> {
  let folder = resolve(path);
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    return await askDf(folder);
  } catch {
    // check-disk-space asks df, which small systems lack and which some mounts confuse; the kernel knows the free space too.
    const { bavail, bsize } = await statfs(folder);
    return { free: bavail * bsize, diskPath: folder };
  }
}

async function askDf(folder: string): Promise<z.infer<typeof answerSchema>> {
  const loaded: unknown = createRequire(import.meta.url)('check-disk-space');
  if (
    typeof loaded !== 'object' ||
    loaded === null ||
    !('default' in loaded) ||
    typeof loaded.default !== 'function'
  ) {
    throw new TypeError('check-disk-space has changed its form');
  }
  return answerSchema.parse(await Reflect.apply(loaded.default, undefined, [folder]));
}
