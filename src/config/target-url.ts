// The target's URL: from which place, whether its password lies where others see it, and which texts must be kept out of
// every output from then on.
import { readFileSync } from 'node:fs';
import { EXIT, WizardError, messageOf } from '../errors.js';
import { nameOfTarget } from '../target/connect.js';
import { warnIfOthersRead } from './config-file.js';
import type { Problems } from './problems.js';
import type { Settings } from './settings.js';

export interface FoundTarget {
  readonly url: string;
  /** Warnings for the person. */
  readonly notices: readonly string[];
}

const SAFE_PLACES = 'TTM_TARGET, PGPASSWORD, ~/.pgpass or --target-url-file keep it out of sight';

/** The target's URL, checked; undefined when none is named or a problem was reported. */
export function findTarget(settings: Settings, problems: Problems): FoundTarget | undefined {
  const given = settings.text('target');
  const file = settings.text('target-url-file');
  if (
    given !== undefined &&
    file !== undefined &&
    settings.origin('target') === settings.origin('target-url-file')
  ) {
    problems.add(
      '--target and --target-url-file are both given; one of them says where to',
      [],
      'TWO_TARGETS',
    );
    return undefined;
  }
  const isFromFile = file !== undefined && !settings.goesBefore('target', 'target-url-file');
  const url = isFromFile ? problems.attempt(() => readUrlFile(file)) : given;
  if (url === undefined || problems.attempt(() => nameOfTarget(url)) === undefined) return undefined;
  const isSecret = passwordsIn(url).length > 0;
  return { url, notices: isSecret ? warnings(settings, isFromFile ? file : undefined) : [] };
}

function readUrlFile(file: string): string {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new WizardError({
      code: 'TARGET_URL_FILE',
      message: `the target URL cannot be read from ${file}: ${messageOf(error)}`,
      remedies: ['--target-url-file FILE, with the URL as its first line'],
      exitCode: EXIT.usage,
      cause: error,
    });
  }
  return text.trim().split(/\r?\n/)[0] ?? '';
}

function warnings(settings: Settings, urlFile: string | undefined): string[] {
  if (urlFile !== undefined) return urlFile === '-' ? [] : present(warnIfOthersRead(urlFile));
  if (settings.origin('target') === 'flag')
    return [
      `the password after --target shows in the process list (ps) and the shell history: ${SAFE_PLACES}`,
    ];
  const config = settings.text('config');
  if (settings.origin('target') === 'config file' && config !== undefined)
    return present(warnIfOthersRead(config));
  return [];
}

function present(text: string | undefined): string[] {
  return text === undefined ? [] : [text];
}

/** The URL with a password in it. The URL names a user: the question for it insists on that. */
export function withPassword(url: string, password: string): string {
  return url.replace(
    /^(\w+:\/\/[^@/]*)@/,
    (_, before: string) => `${before}:${encodeURIComponent(password)}@`,
  );
}

/** The URL as it may be shown to be corrected. */
export function withoutPassword(url: string): string {
  return url.replace(/^(\w+(?:\+\w+)?:\/\/[^@/:]*):[^@/]*@/, '$1@').replace(/([?&])password=[^&]*&?/, '$1');
}

/** The password in a URL as it stands there: before the @, or as the parameter `password`. */
function passwordsIn(url: string): string[] {
  const [beforeQuery = '', query = ''] = url.split('?', 2);
  const userinfo = /^[\w+]+:\/\/([^/]*)@/.exec(beforeQuery)?.[1] ?? '';
  const colon = userinfo.indexOf(':');
  const parameter = query.split('&').find((part) => part.startsWith('password='));
  return [colon < 0 ? '' : userinfo.slice(colon + 1), parameter?.slice('password='.length) ?? ''].filter(
    (password) => password !== '',
  );
}

/** Texts that must appear in no output: each password as written, decoded and encoded, and a URL that holds one. */
export function secretsOf(url: string, env: NodeJS.ProcessEnv): string[] {
  const inUrl = passwordsIn(url);
  const raw = [...inUrl, ...inUrl.map(decode), env['PGPASSWORD'] ?? ''];
  const all = new Set([...(inUrl.length > 0 ? [url] : []), ...raw, ...raw.map(encodeURIComponent)]);
  // The longest first, so that a URL goes as a whole. One or two characters are no secret, and part of every other text.
  return [...all].filter((secret) => secret.length > 2).sort((a, b) => b.length - a.length);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
