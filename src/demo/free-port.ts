// Asks the kernel for a port on 127.0.0.1. It is free again when the answer comes, so another process may still be faster.
import { createServer } from 'node:net';

/** `wanted` if it can be had (0 asks for any), else undefined. */
export async function freePort(wanted: number): Promise<number | undefined> {
  const probe = createServer();
  const port = await new Promise<number | undefined>((resolve) => {
    probe.once('error', () => resolve(undefined));
    probe.listen(wanted, '127.0.0.1', () => {
      const address = probe.address();
      resolve(typeof address === 'object' ? address?.port : undefined);
    });
  });
  if (probe.listening) await new Promise((resolve) => probe.close(resolve));
  return port;
}
