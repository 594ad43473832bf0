// What a case of the env-file table says, and the words for readers that see another value than ours.
export const KEY = 'DATABASE_URL';
export const URL = 'postgresql://tothemoon:s3cret@localhost:5432/tothemoon_prod';
export const LONG_URL = `${URL}?sslmode=require&application_name=to%20the%20moon`;

export interface EnvCase {
  readonly name: string;
  /** latin1: a character is a byte. */
  readonly before: string;
  readonly after: string;
  /** The effective value before; undefined where the file does not set the key. */
  readonly was?: string;
  /** The new value, where it is not URL. */
  readonly value?: string;
  /** Why bash reads another value than ours out of the file afterwards, or nothing at all. */
  readonly bashDiffers?: string;
  /** As `bashDiffers`, for systemd's EnvironmentFile=, found out with release 252. */
  readonly systemdDiffers?: string;
}

export const CRLF = 'bash takes the CR for a part of the value';
export const SYNTAX = 'a line with ; first is a syntax error';
export const SPACES = 'bash takes the key for a command';
export const MARK = 'the mark is a part of the name';
export const NOT_UTF8 = 'systemd refuses a file with such a value';
export const COMMENT = 'systemd knows no comments behind a value';
export const EXPORT = 'systemd passes over lines with export';
export const PEM = 'KEY="-----BEGIN KEY-----\nMIIB=\nDATABASE_URL=sqlite:///no.db\n-----END KEY-----"\n';
