// What `ttm-wizard help TOPIC` tells: what a person needs to know about the whole, not about one command. ASCII, at most 60 lines of
// 80 columns.
import { OPTIONS, flagOf } from '../config/options.js';
import { EXIT_MEANING } from '../errors.js';

export const TOPICS = ['exit-codes', 'config', 'resume', 'rollback', 'env'] as const;
type Topic = (typeof TOPICS)[number];

const VARIABLE_WIDTH = 27;

export function topicHelp(topic: Topic): string {
  switch (topic) {
    case 'exit-codes':
      return ['Exit codes:', ...EXIT_MEANING.map(([code, meaning]) => `  ${code.padEnd(9)}${meaning}`)].join(
        '\n',
      );
    case 'config':
      return CONFIG;
    case 'env':
      return environmentHelp();
    case 'resume':
      return RESUME;
    case 'rollback':
      return ROLLBACK;
  }
}

/** Variables that are not ours, and what they do here; also in the man page. */
export const OTHER_VARIABLES = [
  ['PGPASSWORD, PGPASSFILE', "the target's password, as in psql"],
  ['PGHOST, PGPORT, PGUSER', 'what the URL leaves out'],
  ['NO_COLOR, FORCE_COLOR', 'without and with colours'],
  ['TERM, LC_ALL, LC_CTYPE, LANG', 'ASCII unless they say UTF-8'],
  ['INK_SCREEN_READER', 'true is --screen-reader'],
  ['CI', 'lines of text instead of a screen'],
] as const;

function environmentHelp(): string {
  return [
    'Environment variables (a flag goes before them; 1 or 0 for a switch):',
    ...OPTIONS.map((option) => `  ${option.env.padEnd(VARIABLE_WIDTH)}${flagOf(option)}`),
    '',
    'And those of others:',
    ...OTHER_VARIABLES.map(([name, meaning]) => `  ${name.padEnd(VARIABLE_WIDTH + 3)}${meaning}`),
    '',
    'An empty variable counts as none. ttm-wizard config show tells which count.',
  ].join('\n');
}

const CONFIG = `The config file:
  --config FILE, or TTM_CONFIG, names a file of JSON with comments. A key is an
  option without its dashes. No file is read that is not named.

    {
      "source": "/srv/tothemoon/dev.db",
      "backup-dir": "/srv/tothemoon/backups",
      "target": "postgresql://tothemoon@localhost:5432/tothemoon_prod",
      "jobs": 3,
      "no-dump": true, // a switch is true or false
      "service": ["tothemoon", "tothemoon-ws"],
    }

  A flag goes before its environment variable, that before the config file,
  that before what was answered on the screen, that before the default. To see
  each value and where it comes from:

    ttm-wizard config show --config FILE

  Passwords are better kept out of it: PGPASSWORD, ~/.pgpass, or a file that
  --target-url-file names. One that holds a password should have mode 600.
  Its options: ttm-wizard config --help`;

const RESUME = `Resuming:
  A run may be stopped or killed at any moment: Ctrl-C, a lost connection, a
  power cut. What is in the target and what is not is recorded in the target
  itself, together with the rows. So the same command goes on where it ended:

    ttm-wizard run --yes --resume --target URL

  ttm-wizard status shows how far it came. --restart instead takes back what
  the last run made, and begins anew. The source is only read, unless
  --capture triggers asks for triggers in it.
  Started again after a completed run, it finds nothing to do and exits with 0.`;

const ROLLBACK = `Taking a run back:
  Until the application has been switched over, it runs on SQLite as before:
  what the run made in the target is dropped, and nothing else is touched.
  After the cutover, what was written to the target since is first carried
  back into the SQLite file; then the application runs on SQLite again.

    ttm-wizard rollback --target URL

  It asks before it begins; --yes answers that, and without a terminal it is
  needed (exit 9). --discard-target-writes leaves out the carrying back: what
  was written since the cutover is then missing in the SQLite file.
  A rollback that fails ends with exit 10, and a file says what to do by hand.

  Its options: ttm-wizard rollback --help`;
