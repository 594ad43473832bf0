// How the application is switched over, as far as it is said on the command line, in the environment or in the config file.
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findCutover } from '../../src/config/cutover.js';
import { Problems } from '../../src/config/problems.js';
import { type Flags, readSettings } from '../../src/config/settings.js';
import { planNamed } from '../../src/plans/index.js';

function cutoverOf(flags: Flags) {
  const problems = new Problems();
  const found = findCutover(readSettings('run', flags, {}, problems), problems);
  problems.throwIfAny();
  return found;
}

function failing(flags: Flags): unknown {
  try {
    cutoverOf(flags);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('the cutover', () => {
  test('of which nothing is said leaves everything to the plan', () => {
    expect(cutoverOf({})).toEqual({ envFiles: [], services: [], capture: 'none' });
  });

  test('takes services and env files in their order, and makes the paths absolute', () => {
    const flags = { service: 'moon.service,moon@ws', 'env-file': '/etc/moon.env,.env', capture: 'triggers' };
    expect(cutoverOf(flags)).toEqual({
      services: ['moon.service', 'moon@ws'],
      envFiles: ['/etc/moon.env', resolve('.env')],
      capture: 'triggers',
    });
  });

  test('renames the source only when told to', () => {
    expect(cutoverOf({ 'rename-source': true })).toMatchObject({ renameSource: true });
    expect(cutoverOf({})).not.toHaveProperty('renameSource');
  });

  test('takes two commands as they are', () => {
    const commands = { 'stop-command': 'docker stop "moon"', 'start-command': 'docker start "moon"' };
    expect(cutoverOf(commands)).toMatchObject({
      stopCommand: 'docker stop "moon"',
      startCommand: 'docker start "moon"',
    });
  });

  test.each([
    ['http://127.0.0.1:8000', 'http://127.0.0.1:8000'],
    ['https://moon.example/api/', 'https://moon.example/api'],
    ['http://[::1]:8000//', 'http://[::1]:8000'],
  ])('takes %s as the health URL %s', (given, expected) => {
    expect(cutoverOf({ 'health-url': given }).healthUrl).toBe(expected);
  });

  test.each([
    '127.0.0.1:8000',
    'localhost',
    'ftp://h',
    'file:///etc/passwd',
    'http://',
    'http://h/?a=b',
    'http://h#a',
  ])('refuses %s as the health URL', (given) => {
    expect(failing({ 'health-url': given })).toMatchObject({
      exitCode: 2,
      remedies: ['--health-url http://127.0.0.1:8000'],
    });
  });

  test('refuses a health URL with a password in it, and does not repeat it', () => {
    const error = failing({ 'health-url': 'http://u:geheim@h:8000' });
    expect(error).toMatchObject({ exitCode: 2 });
    expect(String(error)).not.toContain('geheim');
  });

  test.each([
    [{ 'stop-command': 'stop' }, '--stop-command is given without --start-command'],
    [{ 'start-command': 'start' }, '--start-command is given without --stop-command'],
    [{ 'stop-command': 'a', 'start-command': 'b', service: 'moon' }, 'exclude each other'],
    [{ service: 'moon moon-ws' }, '"moon moon-ws" is none'],
    [{ service: '--root=/' }, '"--root=/" is none'],
    [{ service: '/etc/systemd/system/moon.service' }, 'is none'],
  ])('%o is refused', (flags, expected) => {
    const error = failing(flags);
    expect(error).toMatchObject({ exitCode: 2 });
    expect(String(error)).toContain(expected);
  });

  test('tells all that is wrong with it at once', () => {
    const text = String(failing({ 'stop-command': 'a', service: 'b c', 'health-url': 'd' }));
    expect(text).toContain('4 things keep this from starting');
    for (const part of ['without --start-command', '"b c" is none', '--health-url', 'exclude each other'])
      expect(text).toContain(part);
  });
});

test('the plan of To The Moon names both services, both env files with the stronger one first, and probes that read the database', () => {
  expect(planNamed('tothemoon').application).toEqual({
    services: ['tothemoon', 'tothemoon-ws'],
    envFiles: ['/etc/tothemoon.env', '/srv/tothemoon/.env'],
    urlKey: 'DATABASE_URL',
    healthUrl: 'http://127.0.0.1:8000',
    probes: ['/tokens/stats', '/tokens?limit=10'],
  });
});
