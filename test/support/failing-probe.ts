// A health URL that turns bad as soon as the env files lead to the target: what a switch-over then sees of an application that is well.
import { createServer } from 'node:http';
import { envStateOf } from './live-commands.js';
import type { LiveSite } from './live-site.js';

export interface FailingProbe {
  readonly url: string;
  /** The next time that the application is on the target: asks for patience that long, then answers `status` until it is back. */
  fail(status: number, afterMs?: number): void;
  close(): void;
}

/** Answers well until told otherwise. */
export async function startFailingProbe(site: Pick<LiveSite, 'envFiles'>): Promise<FailingProbe> {
  let failure: { status: number; afterMs: number; firstAt?: number } | undefined;
  const isOnTarget = (): boolean => JSON.stringify(envStateOf(site)).includes('postgresql:');
  const statusNow = (): number => {
    if (failure === undefined || !isOnTarget()) return 200;
    failure.firstAt ??= performance.now();
    return performance.now() - failure.firstAt < failure.afterMs ? 503 : failure.status;
  };
  const server = createServer((_, response) => response.writeHead(statusNow()).end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    fail: (status, afterMs = 0) => (failure = { status, afterMs }),
    close: () => server.close(),
  };
}
