// A site with the application on it; see live-services.ts.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunOptions } from '../../src/config/run-options.js';
import { type LiveOptions, type LiveServices, writeServices } from './live-services.js';
import { type Migration, type RunControl, type Site, createSite } from './migrate.js';

export interface LiveSite extends Site, LiveServices {
  /** A migration with the switch-over. */
  move(options?: Partial<RunOptions>, control?: RunControl): Promise<Migration>;
}

/** The source is to be written by the test, at `source`, before `start`. */
export async function createLiveSite(options: LiveOptions = {}): Promise<LiveSite> {
  const site = await createSite();
  const services = await writeServices(site.folder, site.source, options);
  const { cutover } = services;
  return {
    ...site,
    ...services,
    move: (change = {}, control = {}) => site.migrate({ cutover, jobs: 2, ...change }, control),
    remove: async () => {
      if (existsSync(join(site.folder, 'stop.sh'))) await services.stop();
      await site.remove();
    },
  };
}
