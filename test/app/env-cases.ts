// Env files before and after a switch of DATABASE_URL, with the value that counted before: lines, keys, comments.
import { COMMENT, type EnvCase, PEM, SYNTAX, URL } from './env-case.js';
import { READER_CASES } from './env-reader-cases.js';

const plain: readonly EnvCase[] = [
  { name: 'an empty file', before: '', after: `DATABASE_URL=${URL}\n` },
  {
    name: 'one line',
    before: 'DATABASE_URL=sqlite:///dev.db\n',
    after: `DATABASE_URL=${URL}\n`,
    was: 'sqlite:///dev.db',
  },
  {
    name: 'one line without its newline',
    before: 'DATABASE_URL=sqlite:///dev.db',
    after: `DATABASE_URL=${URL}`,
    was: 'sqlite:///dev.db',
  },
  {
    name: 'a line among others',
    before: 'A=1\nDATABASE_URL=sqlite:///dev.db\nB=2\n',
    after: `A=1\nDATABASE_URL=${URL}\nB=2\n`,
    was: 'sqlite:///dev.db',
  },
  {
    name: 'the key absent',
    before: 'APP_ENV=prod\nPORT=8000\n',
    after: `APP_ENV=prod\nPORT=8000\nDATABASE_URL=${URL}\n`,
  },
  {
    name: 'the key absent, no last newline',
    before: 'APP_ENV=prod',
    after: `APP_ENV=prod\nDATABASE_URL=${URL}\n`,
  },
  {
    name: 'only comments',
    before: '# To The Moon\n# settings\n',
    after: `# To The Moon\n# settings\nDATABASE_URL=${URL}\n`,
  },
  { name: 'empty lines at the end', before: 'A=1\n\n\n', after: `A=1\n\n\nDATABASE_URL=${URL}\n` },
  { name: 'an empty value', before: 'DATABASE_URL=\nA=1\n', after: `DATABASE_URL=${URL}\nA=1\n`, was: '' },
  {
    name: 'an empty value at the end of the file',
    before: 'DATABASE_URL=',
    after: `DATABASE_URL=${URL}`,
    was: '',
  },
  {
    name: 'the key without =',
    before: 'DATABASE_URL\nA=1\n',
    after: `DATABASE_URL\nA=1\nDATABASE_URL=${URL}\n`,
  },
  {
    name: 'an indented line',
    before: '\t DATABASE_URL=sqlite:///dev.db\n',
    after: `\t DATABASE_URL=${URL}\n`,
    was: 'sqlite:///dev.db',
  },
  {
    name: 'spaces behind the value',
    before: 'DATABASE_URL=sqlite:///dev.db \t\nA=1\n',
    after: `DATABASE_URL=${URL} \t\nA=1\n`,
    was: 'sqlite:///dev.db',
  },
  {
    name: 'PostgreSQL already',
    before: 'DATABASE_URL=postgresql://a:b@h/d\n',
    after: `DATABASE_URL=${URL}\n`,
    was: 'postgresql://a:b@h/d',
  },
  {
    name: 'the wanted value already',
    before: `A=1\nDATABASE_URL="${URL}" # ours\n`,
    after: `A=1\nDATABASE_URL="${URL}" # ours\n`,
    was: URL,
    systemdDiffers: COMMENT,
  },
];

const otherKeys: readonly EnvCase[] = [
  {
    name: 'a longer key',
    before: 'DATABASE_URL_OLD=sqlite:///a.db\n',
    after: `DATABASE_URL_OLD=sqlite:///a.db\nDATABASE_URL=${URL}\n`,
  },
  {
    name: 'a key that ends in ours',
    before: 'SQLITE_DATABASE_URL=sqlite:///a.db\n',
    after: `SQLITE_DATABASE_URL=sqlite:///a.db\nDATABASE_URL=${URL}\n`,
  },
  {
    name: 'a key in lower case',
    before: 'database_url=sqlite:///a.db\n',
    after: `database_url=sqlite:///a.db\nDATABASE_URL=${URL}\n`,
  },
  {
    name: 'our key inside a value',
    before: 'NOTE=DATABASE_URL=sqlite:///a.db\n',
    after: `NOTE=DATABASE_URL=sqlite:///a.db\nDATABASE_URL=${URL}\n`,
  },
  { name: 'a value of several lines that holds our key', before: PEM, after: `${PEM}DATABASE_URL=${URL}\n` },
  {
    name: 'the same in single quotes, and our key below',
    before: "K='a\nDATABASE_URL=no\n'\nDATABASE_URL=yes\n",
    after: `K='a\nDATABASE_URL=no\n'\nDATABASE_URL=${URL}\n`,
    was: 'yes',
  },
  {
    name: 'an escaped quote in a value of several lines',
    before: 'K="a\\"\nDATABASE_URL=no\n"\n',
    after: `K="a\\"\nDATABASE_URL=no\n"\nDATABASE_URL=${URL}\n`,
  },
  {
    name: 'a continued line',
    before: 'OPTIONS=a\\\nDATABASE_URL=no\nB=2\n',
    after: `OPTIONS=a\\\nDATABASE_URL=no\nB=2\nDATABASE_URL=${URL}\n`,
  },
  {
    name: 'a continued line at the end of the file',
    before: 'OPTIONS=a\\',
    after: `OPTIONS=a\\\n\nDATABASE_URL=${URL}\n`,
  },
  { name: 'a comment that ends in a backslash', before: '# C:\\', after: `# C:\\\n\nDATABASE_URL=${URL}\n` },
  {
    name: 'a key with a dash that opens a quote',
    before: 'my-key="a\nDATABASE_URL=no\n"\n',
    after: `my-key="a\nDATABASE_URL=no\n"\nDATABASE_URL=${URL}\n`,
  },
  {
    name: 'an apostrophe inside a bare value',
    before: "NAME=o\\'clock\nDATABASE_URL=yes\n",
    after: `NAME=o\\'clock\nDATABASE_URL=${URL}\n`,
    was: 'yes',
  },
];

const comments: readonly EnvCase[] = [
  {
    name: 'commented out',
    before: 'A=1\n#DATABASE_URL=sqlite:///dev.db\nB=2\n',
    after: `A=1\n#DATABASE_URL=sqlite:///dev.db\nDATABASE_URL=${URL}\nB=2\n`,
  },
  {
    name: 'commented out with a space',
    before: '# DATABASE_URL=sqlite:///dev.db\nB=2\n',
    after: `# DATABASE_URL=sqlite:///dev.db\nDATABASE_URL=${URL}\nB=2\n`,
  },
  {
    name: 'commented out twice: below the last',
    before: '#DATABASE_URL=a\nA=1\n## DATABASE_URL=b\nB=2\n',
    after: `#DATABASE_URL=a\nA=1\n## DATABASE_URL=b\nDATABASE_URL=${URL}\nB=2\n`,
  },
  {
    name: 'commented out as the last line without newline',
    before: 'A=1\n#DATABASE_URL=a',
    after: `A=1\n#DATABASE_URL=a\nDATABASE_URL=${URL}\n`,
  },
  {
    name: 'commented out, ending in a backslash',
    before: '#DATABASE_URL=a\\\nA=1\n',
    after: `#DATABASE_URL=a\\\nA=1\nDATABASE_URL=${URL}\n`,
  },
  {
    name: "commented out systemd's way",
    before: ';DATABASE_URL=a\nB=2\n',
    after: `;DATABASE_URL=a\nDATABASE_URL=${URL}\nB=2\n`,
    bashDiffers: SYNTAX,
  },
  {
    name: 'a comment about a longer key',
    before: '#DATABASE_URL_OLD=a\nB=2\n',
    after: `#DATABASE_URL_OLD=a\nB=2\nDATABASE_URL=${URL}\n`,
  },
  {
    name: 'commented out first, active last',
    before: '#DATABASE_URL=a\nA=1\nDATABASE_URL=b\n',
    after: `#DATABASE_URL=a\nA=1\nDATABASE_URL=${URL}\n`,
    was: 'b',
  },
  {
    name: 'active first, commented out last',
    before: 'DATABASE_URL=b\n#DATABASE_URL=a\n',
    after: `DATABASE_URL=${URL}\n#DATABASE_URL=a\n`,
    was: 'b',
  },
  {
    name: 'a commented line inside a quoted value',
    before: 'K="\n#DATABASE_URL=a\n"\nB=2\n',
    after: `K="\n#DATABASE_URL=a\n"\nB=2\nDATABASE_URL=${URL}\n`,
  },
  {
    name: 'a comment behind a bare value',
    before: 'DATABASE_URL=sqlite:///dev.db # old\n',
    after: `DATABASE_URL=${URL} # old\n`,
    was: 'sqlite:///dev.db',
    systemdDiffers: COMMENT,
  },
  {
    name: 'a comment behind a quoted value',
    before: 'DATABASE_URL="sqlite:///dev.db"\t# it\'s old\nA=1\n',
    after: `DATABASE_URL="${URL}"\t# it's old\nA=1\n`,
    was: 'sqlite:///dev.db',
    systemdDiffers: COMMENT,
  },
  {
    name: 'a comment instead of a value',
    before: 'DATABASE_URL= # none\n',
    after: `DATABASE_URL=${URL} # none\n`,
    was: '',
    systemdDiffers: COMMENT,
  },
  {
    name: 'a # that is no comment',
    before: 'DATABASE_URL=sqlite:///a#b.db\n',
    after: `DATABASE_URL=${URL}\n`,
    was: 'sqlite:///a#b.db',
  },
];

export const CASES: readonly EnvCase[] = [...plain, ...otherKeys, ...comments, ...READER_CASES];
