// What is to be typed about a target, with the names as they are.
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { createdbLine, passwordRemedies, remediesOf } from '../../src/target/remedies.js';

const name = { host: 'db.example', port: 5433, database: "moon's db", user: 'app user' };

test('the line that makes a database is read by a shell as host, port, user and name', async () => {
  const line = createdbLine(name, name.database).replace('createdb', `printf '%s|'`);
  const { stdout } = await execa('sh', ['-c', line]);
  expect(stdout).toBe("-h|db.example|-p|5433|-U|app user|-T|template0|-E|UTF8|moon's db|");
});

test('without a user none is named', () => {
  expect(createdbLine({ ...name, user: '' }, 'moon')).toBe(
    'createdb -h db.example -p 5433 -T template0 -E UTF8 moon',
  );
});

test('a database that is not there and a server that does not listen are named', () => {
  expect(remediesOf('3D000', name)[0]).toContain(`-U 'app user' -T template0 -E UTF8 'moon'\\''s db'`);
  expect(remediesOf('ECONNREFUSED', name)[0]).toContain('(pg_isready -h db.example -p 5433)');
  expect(remediesOf('42P01', name)).toEqual([]);
});

test('an entry for the password file escapes what separates its fields', () => {
  const [, entry] = passwordRemedies({ ...name, host: '::1', user: 'a\\b' });
  expect(entry).toContain(`\\:\\:1:5433:moon's db:a\\\\b:PASSWORD`);
});
