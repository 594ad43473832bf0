// What the person agrees to before a run starts.
import { expect, test } from 'vitest';
import { agreementLines } from '../../src/commands/agreement.js';
import { resolveRun } from '../../src/config/resolve.js';
import type { Flags } from '../../src/config/settings.js';

const URL = 'postgresql://app:geheim@db.example/moon';

function agreement(flags: Flags, env: Record<string, string> = {}): string {
  const lines = agreementLines(resolveRun(flags, { TTM_TARGET: URL, ...env }, true), URL);
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
  return lines.join('\n');
}

test('a cutover is told with what it stops, switches and asks, and how to take it back', () => {
  expect(agreement({})).toBe(`application  To The Moon                              (default)
source       /srv/tothemoon/dev.db                    (default)
target       app@db.example:5432/moon                 (environment)
backups      /srv/tothemoon/backups                   (default)
bad values   stop                                     (default)
drift        stop                                     (default)
modules      none                                     (default)
services     tothemoon, tothemoon-ws                  (default, where found)
env files    /etc/tothemoon.env, /srv/tothemoon/.env  (default, where found)
health URL   http://127.0.0.1:8000                    (default)
capture      none                                     (default)
The source is only read.
Tables are created and filled in the target, and compared with the source.
Then services are stopped, what was written since is brought over,
env files are switched, and services are started again.
Where no service is found, you are asked to stop the application by hand.
If this fails, it is taken back. Later, ttm-wizard rollback takes it back;
--no-cutover leaves services and env files as they are.`);
});

test('without a cutover nothing is said of services but that they stay as they are', () => {
  const text = agreement({ 'no-cutover': true });
  expect(text).toContain('services and env files stay as they are.');
  expect(text).not.toMatch(/tothemoon-ws|\.env|stopped/);
});

test('what is named goes before the plan, with the place it was named in', () => {
  const text = agreement({ service: 'moon', 'health-url': 'http://h:1' }, { TTM_ENV_FILE: '/a.env,/b.env' });
  expect(text).toMatch(/^services +moon +\(flag\)$/m);
  expect(text).toMatch(/^env files +\/a\.env, \/b\.env +\(environment\)$/m);
  expect(text).toMatch(/^health URL +http:\/\/h:1 +\(flag\)$/m);
  expect(text).not.toContain('tothemoon-ws');
});

test('modules are named with the place they were named in', () => {
  expect(agreement({ with: 'auth,metrics-index' })).toMatch(/^modules +auth, metrics-index +\(flag\)$/m);
});

test('commands stand in the place of the services, and nobody is asked to do it by hand', () => {
  const text = agreement({ 'stop-command': 'docker stop moon', 'start-command': 'docker start moon' });
  expect(text).toMatch(/^stopped by +docker stop moon +\(flag\)$/m);
  expect(text).toMatch(/^started by +docker start moon +\(flag\)$/m);
  expect(text).toContain('Then the application is stopped');
  expect(text).not.toMatch(/tothemoon-ws|by hand/);
});

test('triggers in the source are not called reading it', () => {
  const text = agreement({ capture: 'triggers' });
  expect(text).toContain('The source is only read, but for the triggers that log its changes.');
  expect(text).toMatch(/^capture +triggers +\(flag\)$/m);
});

test('a source is renamed only when that was asked for, and it is said', () => {
  expect(agreement({})).not.toContain('renamed');
  expect(agreement({ 'rename-source': true })).toContain('Last, the SQLite file is renamed, read-only.');
});

test('the password is not in it', () => {
  expect(agreement({})).not.toContain('geheim');
});

test('for who listens it is sentences', () => {
  const request = resolveRun({ 'no-cutover': true }, { TTM_TARGET: URL }, true);
  const lines = agreementLines(request, URL, true);
  expect(lines[0]).toBe('application: To The Moon (default)');
  expect(lines.join('\n')).not.toMatch(/ {2}/);
});
