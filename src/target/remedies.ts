// What to type about an error of the server or of the line to it: with host, port, user and database as they are wherever they are known.
import { shellWord } from '../shell-word.js';
import type { TargetName } from './connect.js';

const REMEDIES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the host name does not resolve: check it',
  ETIMEDOUT: 'a firewall may drop the packets; try psql from this machine',
  '28P01': 'the password is wrong: PGPASSWORD, ~/.pgpass, or the URL in TTM_TARGET',
  '28000': 'pg_hba.conf does not let this user in from here',
  '2BP01':
    'drop what the server names there, which others have built on these tables, then the same command again',
  '25006':
    'the server or the role is read-only: another server, or ALTER ROLE USER RESET default_transaction_read_only',
  '42501': 'GRANT CREATE, USAGE ON SCHEMA public TO the user of the URL',
  '53100': 'the disk of the server is full',
  '53300': 'the server has no free connection: lower --jobs or raise max_connections',
  '57P03': 'the server is starting up or shutting down: try again',
};

/** Empty where nothing is known about the code. */
export function remediesOf(code: string, name: TargetName | undefined): readonly string[] {
  if (code === 'ECONNREFUSED') {
    const place = name === undefined ? '-h HOST -p PORT' : placeOf(name);
    return [`is the server running, and does it listen on that address? (pg_isready ${place})`];
  }
  if (code === '3D000' && name !== undefined)
    return [
      `${createdbLine(name, name.database)}    # makes it; -U names who may`,
      'or another database in the target URL',
    ];
  const remedy = REMEDIES[code];
  return remedy === undefined ? [] : [remedy];
}

/** For a server, or the way to it, that has gone away in the middle. */
export function serverRunning(name: TargetName | undefined): string {
  return `is the server still running? (pg_isready ${name === undefined ? '-h HOST -p PORT' : placeOf(name)}; its own log says why)`;
}

/** Makes an empty database beside that of `name`, in the only encoding that takes every text. */
export function createdbLine(name: TargetName, database: string): string {
  const user = name.user === '' ? '' : ` -U ${shellWord(name.user)}`;
  return `createdb ${placeOf(name)}${user} -T template0 -E UTF8 ${shellWord(database)}`;
}

/** Where a password is taken from, for whoever has given none. */
export function passwordRemedies(name: TargetName): readonly string[] {
  const entry = [name.host, String(name.port), name.database, name.user].map((field) =>
    field.replaceAll(/[\\:]/g, '\\$&'),
  );
  return [
    'read -rs PGPASSWORD && export PGPASSWORD, then the same command again',
    `or this line in ~/.pgpass or the file that PGPASSFILE names, mode 0600: ${entry.join(':')}:PASSWORD`,
    'or --target-url-file FILE, mode 0600, with the URL and its password; - is standard input',
  ];
}

function placeOf({ host, port }: TargetName): string {
  return `-h ${shellWord(host)} -p ${port}`;
}
