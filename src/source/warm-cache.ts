// Brings a file into the page cache without holding a lock on it, so that what is done under a lock afterwards is quick and the
// application's writers wait a second instead of the disk's time.
import { spawn } from 'node:child_process';

/** By a child process: closing a descriptor of our own would drop the locks that SQLite holds for this process. */
export async function warmCache(path: string): Promise<void> {
  const child = spawn('cat', [path], { stdio: 'ignore' });
  await new Promise((resolve) => child.once('close', resolve).once('error', resolve));
}
