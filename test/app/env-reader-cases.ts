// Env files before and after: quotes, forms that systemd, bash and python-dotenv do not read alike, line endings and odd bytes.
import { CRLF, type EnvCase, EXPORT, LONG_URL, MARK, NOT_UTF8, SPACES, URL } from './env-case.js';

const quotes: readonly EnvCase[] = [
  {
    name: 'single quotes',
    before: "DATABASE_URL='sqlite:///dev.db'\n",
    after: `DATABASE_URL='${URL}'\n`,
    was: 'sqlite:///dev.db',
  },
  {
    name: 'double quotes',
    before: 'DATABASE_URL="sqlite:///dev.db"\n',
    after: `DATABASE_URL="${URL}"\n`,
    was: 'sqlite:///dev.db',
  },
  { name: 'empty quotes', before: 'DATABASE_URL=""\n', after: `DATABASE_URL="${URL}"\n`, was: '' },
  {
    name: 'escapes in double quotes',
    before: 'DATABASE_URL="a\\"b\\$c\\\\d\\e"\n',
    after: `DATABASE_URL="${URL}"\n`,
    was: 'a"b$c\\d\\e',
  },
  {
    name: 'several pieces',
    before: `DATABASE_URL='sqlite:///'"dev.db"\n`,
    after: `DATABASE_URL=${URL}\n`,
    was: 'sqlite:///dev.db',
  },
  {
    name: 'a quoted and a bare piece',
    before: 'DATABASE_URL="sqlite:"///dev.db\n',
    after: `DATABASE_URL=${URL}\n`,
    was: 'sqlite:///dev.db',
  },
  {
    name: 'an own value of several lines',
    before: 'DATABASE_URL="sqlite:///\\\ndev.db"\nA=1\n',
    after: `DATABASE_URL="${URL}"\nA=1\n`,
    was: 'sqlite:///dev.db',
  },
  {
    name: 'an own bare value that goes on',
    before: 'DATABASE_URL=sqlite:///\\\ndev.db\nA=1\n',
    after: `DATABASE_URL=${URL}\nA=1\n`,
    was: 'sqlite:///dev.db',
  },
  {
    name: 'an escaped character in a bare value',
    before: 'DATABASE_URL=a\\&b\n',
    after: `DATABASE_URL=${URL}\n`,
    was: 'a&b',
  },
  {
    name: 'a query in a bare value gets quotes',
    before: 'DATABASE_URL=a\n',
    after: `DATABASE_URL='${LONG_URL}'\n`,
    was: 'a',
    value: LONG_URL,
  },
  {
    name: 'a query in double quotes keeps them',
    before: 'DATABASE_URL="a"\n',
    after: `DATABASE_URL="${LONG_URL}"\n`,
    was: 'a',
    value: LONG_URL,
  },
  {
    name: 'a query in a new line gets quotes',
    before: 'A=1\n',
    after: `A=1\nDATABASE_URL='${LONG_URL}'\n`,
    value: LONG_URL,
  },
  {
    name: 'a $ in double quotes becomes single',
    before: 'DATABASE_URL="a"\n',
    after: "DATABASE_URL='p://h/$HOME'\n",
    was: 'a',
    value: 'p://h/$HOME',
  },
  {
    name: 'a ~ is quoted',
    before: 'DATABASE_URL=a\n',
    after: "DATABASE_URL='p://u:~@h/d'\n",
    was: 'a',
    value: 'p://u:~@h/d',
  },
];

const readers: readonly EnvCase[] = [
  {
    name: 'export',
    before: 'export DATABASE_URL=sqlite:///dev.db\n',
    after: `export DATABASE_URL=${URL}\n`,
    was: 'sqlite:///dev.db',
    systemdDiffers: EXPORT,
  },
  {
    name: 'export, tab and quotes',
    before: "export\tDATABASE_URL='a' # b\n",
    after: `export\tDATABASE_URL='${URL}' # b\n`,
    was: 'a',
    systemdDiffers: EXPORT,
  },
  {
    name: 'a file of exports gets one more',
    before: 'export A=1\nexport B=2\n',
    after: `export A=1\nexport B=2\nexport DATABASE_URL=${URL}\n`,
    systemdDiffers: EXPORT,
  },
  {
    name: 'a file with some exports gets a plain line',
    before: 'export A=1\nB=2\n',
    after: `export A=1\nB=2\nDATABASE_URL=${URL}\n`,
  },
  {
    name: 'both active: the last one counts',
    before: 'DATABASE_URL=a\nB=2\nDATABASE_URL=b\nC=3\n',
    after: `DATABASE_URL=a\nB=2\nDATABASE_URL=${URL}\nC=3\n`,
    was: 'b',
  },
  {
    name: 'plain and then export: systemd reads the first',
    before: 'DATABASE_URL=a\nexport DATABASE_URL=b\n',
    after: `DATABASE_URL=${URL}\nexport DATABASE_URL=${URL}\n`,
    was: 'b',
  },
  {
    name: 'bare and then with spaces: bash reads the first',
    before: 'DATABASE_URL=a\nDATABASE_URL = b\n',
    after: `DATABASE_URL=${URL}\nDATABASE_URL = ${URL}\n`,
    was: 'b',
  },
  {
    name: 'spaces around =',
    before: 'DATABASE_URL = sqlite:///dev.db\n',
    after: `DATABASE_URL = ${URL}\n`,
    was: 'sqlite:///dev.db',
    bashDiffers: SPACES,
  },
  {
    name: 'spaces around = and quotes',
    before: 'DATABASE_URL\t=\t"a"\n',
    after: `DATABASE_URL\t=\t"${URL}"\n`,
    was: 'a',
    bashDiffers: SPACES,
  },
  {
    name: 'a byte order mark before another key',
    before: '\xef\xbb\xbfA=1\nDATABASE_URL=a\n',
    after: `\xef\xbb\xbfA=1\nDATABASE_URL=${URL}\n`,
    was: 'a',
  },
  {
    name: 'a byte order mark before our key',
    before: '\xef\xbb\xbfDATABASE_URL=a\nB=2\n',
    after: `\xef\xbb\xbfDATABASE_URL=${URL}\nB=2\n`,
    was: 'a',
    bashDiffers: MARK,
    systemdDiffers: MARK,
  },
  {
    name: 'nothing but a byte order mark',
    before: '\xef\xbb\xbf',
    after: `\xef\xbb\xbf\nDATABASE_URL=${URL}\n`,
  },
];

const bytes: readonly EnvCase[] = [
  {
    name: 'CR LF',
    before: 'A=1\r\nDATABASE_URL=a\r\nB=2\r\n',
    after: `A=1\r\nDATABASE_URL=${URL}\r\nB=2\r\n`,
    was: 'a',
    bashDiffers: CRLF,
  },
  {
    name: 'CR LF, the key absent',
    before: 'A=1\r\nB=2\r\n',
    after: `A=1\r\nB=2\r\nDATABASE_URL=${URL}\r\n`,
    bashDiffers: CRLF,
  },
  {
    name: 'CR LF, no last line ending',
    before: 'A=1\r\nB=2',
    after: `A=1\r\nB=2\r\nDATABASE_URL=${URL}\r\n`,
    bashDiffers: CRLF,
  },
  {
    name: 'CR LF, quotes',
    before: 'DATABASE_URL="a"\r\nB=2\r\n',
    after: `DATABASE_URL="${URL}"\r\nB=2\r\n`,
    was: 'a',
    bashDiffers: CRLF,
  },
  {
    name: 'mixed line endings: that of its line stays',
    before: 'A=1\r\nDATABASE_URL=a\nB=2\r\n',
    after: `A=1\r\nDATABASE_URL=${URL}\nB=2\r\n`,
    was: 'a',
  },
  {
    name: 'mixed line endings: below a commented line, its own',
    before: 'A=1\n#DATABASE_URL=a\r\nB=2\n',
    after: `A=1\n#DATABASE_URL=a\r\nDATABASE_URL=${URL}\r\nB=2\n`,
    bashDiffers: CRLF,
  },
  {
    name: 'bytes that are no UTF-8',
    before: 'NAME=caf\xe9\xff\nDATABASE_URL=a\nB=\xc3\x28\n',
    after: `NAME=caf\xe9\xff\nDATABASE_URL=${URL}\nB=\xc3\x28\n`,
    was: 'a',
    systemdDiffers: NOT_UTF8,
  },
  {
    name: 'UTF-8 in a comment',
    before: '# \xe2\x82\xac \xd0\x9b\nDATABASE_URL=a\n',
    after: `# \xe2\x82\xac \xd0\x9b\nDATABASE_URL=${URL}\n`,
    was: 'a',
  },
  {
    name: 'UTF-8 in the old value',
    before: 'DATABASE_URL=sqlite:///\xc3\xa9.db\n',
    after: `DATABASE_URL=${URL}\n`,
    was: 'sqlite:///\u00e9.db',
  },
  {
    name: 'a very long file',
    before: `${'# filler\nK=1\n'.repeat(20_000)}DATABASE_URL=a\n`,
    after: `${'# filler\nK=1\n'.repeat(20_000)}DATABASE_URL=${URL}\n`,
    was: 'a',
  },
  {
    name: 'a very long line',
    before: `A=${'x'.repeat(500_000)}\nDATABASE_URL=a\n`,
    after: `A=${'x'.repeat(500_000)}\nDATABASE_URL=${URL}\n`,
    was: 'a',
  },
];

export const READER_CASES: readonly EnvCase[] = [...quotes, ...readers, ...bytes];
