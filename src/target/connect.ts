// Connections to the target with every session setting pinned that could change a value or its text. Passwords stay inside.
import './no-cloudflare.js';
import pg from 'pg';
import { parse, parseIntoClientConfig } from 'pg-connection-string';
import { WizardError, codeOf, messageOf } from '../errors.js';
import { pgpassPassword } from './pgpass.js';
import { passwordRemedies, remediesOf, serverRunning } from './remedies.js';
import { loadSql } from './sql.js';

/** Everything needed to connect; travels to worker threads, never to a file, an event or a child's arguments. */
export interface TargetAddress {
  /** postgresql:// URL; may hold the password. */
  readonly url: string;
  /** Schema the application's tables live in; pinned as search_path once it is known. */
  readonly schema?: string;
  /** `application_name` of the sessions, so that a resumed run finds what a killed one left behind. */
  readonly applicationName: string;
}

/** What may be shown of a target. */
export interface TargetName {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/** Whether both are the same database, whoever logs in to it. */
export function isSameTarget(one: Place, other: Place): boolean {
  return one.host === other.host && one.port === other.port && one.database === other.database;
}

type Place = Pick<TargetName, 'host' | 'port' | 'database'>;

const CONNECT_TIMEOUT_MS = 5000;

const SESSION_SETTINGS: Readonly<Record<string, string>> = {
  TimeZone: 'UTC',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: '1',
  client_encoding: 'UTF8',
  standard_conforming_strings: 'on',
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  // The main connection has nothing to say while the threads copy.
  idle_session_timeout: '0',
  transaction_timeout: '0',
  // A killed wizard's statement ends within this time instead of running on (PostgreSQL 14 and newer).
  client_connection_check_interval: '1000',
};

/** Parses a URL for show: host, port, database and user. Throws BAD_TARGET_URL (exit 2) without quoting the URL. */
export function nameOfTarget(url: string): TargetName {
  const bad = (why: string): WizardError =>
    new WizardError({
      code: 'BAD_TARGET_URL',
      message: `the target URL ${why}`,
      remedies: [
        '--target postgresql://USER@HOST:5432/DATABASE   (the password from PGPASSWORD or ~/.pgpass)',
      ],
      exitCode: 2,
    });
  if (!/^postgres(?:ql)?(?:\+\w+)?:\/\//.test(url)) throw bad('does not begin with postgresql://');
  let parsed: UrlParts;
  try {
    parsed = partsOf(url);
  } catch {
    throw bad('cannot be parsed; characters such as @ : / # % in a password must be percent-encoded');
  }
  const { database, user = process.env['PGUSER'] ?? '' } = parsed;
  if (database === undefined) throw bad('names no database');
  const host = parsed.host ?? process.env['PGHOST'] ?? 'localhost';
  return { host, port: Number(parsed.port ?? process.env['PGPORT'] ?? 5432), database, user };
}

type UrlParts = Partial<Record<'host' | 'port' | 'database' | 'user' | 'password', string>>;

/**
 * The parts that the URL really has; the parser gives an empty text for those it lacks. Throws when an @ or # stands behind the
 * host: then a password with a bare / ? or # is taken for host, port and database, and would be shown as such.
 */
function partsOf(url: string): UrlParts {
  if (/^\w+(?:\+\w+)?:\/\/[^/?#]*[/?#].*[@#]/s.test(url)) throw new RangeError('bare character');
  const { host, port, user, password } = parse(plainUrl(url));
  const database = databaseIn(url);
  const parts = Object.entries({ host, port, database, user, password });
  return Object.fromEntries(parts.filter(([, part]) => typeof part === 'string' && part !== ''));
}

/** As libpq decodes it: the parser leaves `%2F`, `%23` and the like as they stand. Throws URIError where a % is none of an escape. */
function databaseIn(url: string): string {
  return decodeURIComponent(/^[^:]*:\/\/[^/?#]*\/([^?#]*)/.exec(url)?.[1] ?? '');
}

/** The password that the URL itself holds. */
export function passwordOf(url: string): string | undefined {
  return partsOf(url).password;
}

/** SQLAlchemy's postgresql+psycopg2:// names the same server as postgresql://. */
function plainUrl(url: string): string {
  return url.replace(/^postgres(?:ql)?\+\w+:/, 'postgresql:');
}

/** `user@host:port/database`, what the person sees of a target. */
export function showTarget(name: TargetName): string {
  return `${name.user === '' ? '' : `${name.user}@`}${name.host}:${name.port}/${name.database}`;
}

/** A connected client with pinned settings. Throws TARGET_… errors of exit 5. The caller ends it. */
export async function connectTarget(address: TargetAddress): Promise<pg.Client> {
  const name = nameOfTarget(address.url);
  const client = new pg.Client({
    ...(await clientConfig(address.url)),
    application_name: address.applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    types: TEXT_TYPES,
  });
  // Without a listener a lost connection would end the process; the pending query reports it as well.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await pinSettings(client, address.schema);
  } catch (error) {
    await client.end().catch(() => undefined);
    if (isPasswordWanted(error) && !(await targetPassword(address.url))) throw noPassword(name, error);
    throw targetError(`cannot connect to ${showTarget(name)}`, error, name);
  }
  return client;
}

/** Lets `use` have a connection of its own, which is closed when this resolves or rejects: by then the server's session is over. */
export async function onOwnConnection<T>(
  address: TargetAddress,
  use: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await connectTarget(address);
  try {
    return await use(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The driver's own words where it has none to answer with, and the server's where an empty one was sent. */
function isPasswordWanted(error: unknown): boolean {
  return codeOf(error) === '28P01' || /^SASL: .* client password must be/.test(messageOf(error));
}

function noPassword(name: TargetName, cause: unknown): WizardError {
  return new WizardError({
    code: 'TARGET_CONNECTION',
    message: `cannot connect to ${showTarget(name)}: the server asks for a password, and none is given`,
    remedies: passwordRemedies(name),
    exitCode: 5,
    cause,
  });
}

/** The password that connections to this URL use, from wherever it comes. */
export async function targetPassword(url: string): Promise<string | undefined> {
  return passwordOf(url) ?? process.env['PGPASSWORD'] ?? (await pgpassPassword(nameOfTarget(url)));
}

async function clientConfig(url: string): Promise<pg.ClientConfig> {
  const name = nameOfTarget(url);
  const { host, port, database, user } = name;
  // Not `connectionString`: the driver would let the empty parts of the URL win over what is set here.
  const config: pg.ClientConfig = { ...parseIntoClientConfig(plainUrl(url)), host, port, database };
  if (user !== '') config.user = user;
  const password = await targetPassword(url);
  // Never undefined: the driver would then look into pgpass itself, with a warning on standard error.
  config.password = password ?? '';
  return config;
}

/** Values come as text, as PostgreSQL prints them: int8 and numeric do not fit a number, and times must not be re-read. */
const TEXT_TYPES: pg.CustomTypesConfig = { getTypeParser: () => (value: string | Buffer) => value };

async function pinSettings(client: pg.Client, schema: string | undefined): Promise<void> {
  // By itself and first: on a busy machine looking up all the others may take longer than what a database allows.
  await client.query('SET statement_timeout = 0');
  // Rows over 2 KB are compressed as they come in; lz4 takes a fraction of pglz's time, where the server has it.
  await client.query(loadSql('preflight/prefer_lz4.sql'));
  await client.query(loadSql('preflight/pin_settings.sql'), [
    Object.keys(SESSION_SETTINGS),
    Object.values(SESSION_SETTINGS),
  ]);
  if (schema !== undefined) {
    await client.query(`SELECT set_config('search_path', quote_ident($1), false)`, [schema]);
  }
}

/** The error of exit 5 for whatever the driver or the server said; its text never contains the URL or the password. */
export function targetError(doing: string, error: unknown, name?: TargetName): WizardError {
  if (error instanceof WizardError) return error;
  const code = codeOf(error);
  const isConnection = code === undefined || /^(E[A-Z]+|08...|57P..|28...)$/.test(code);
  const lost = isLost(error);
  return new WizardError({
    code: isConnection ? 'TARGET_CONNECTION' : 'TARGET_SQL',
    message: `${doing}: ${lost ? 'the connection to the target is lost: ' : ''}${describe(error)}${code === undefined ? '' : ` (${code})`}`,
    remedies: lost ? [serverRunning(name)] : code === undefined ? [] : remediesOf(code, name),
    exitCode: 5,
    cause: error,
  });
}

/** Whether the server, or the way to it, has gone away in the middle; the driver's own words carry no code. */
function isLost(error: unknown): boolean {
  return /^(ECONNRESET|EPIPE|57P01|57P02|)$/.test(codeOf(error) ?? '') && isTargetFailure(error);
}

/** Whether an error was said by the server or by the line to it, wherever it surfaces; everything else is a bug of ours. */
export function isTargetFailure(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return true;
  // The driver's own words for a connection that is gone; they carry no code.
  if (
    /^(Connection terminated|Client has encountered a connection error|Client was closed)/.test(
      messageOf(error),
    )
  )
    return true;
  return /^(ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/.test(codeOf(error) ?? '');
}

function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  const text = messageOf(error);
  const detail = error instanceof pg.DatabaseError && error.detail !== undefined ? ` ${error.detail}` : '';
  return (text === '' ? 'no answer' : text) + detail;
}
