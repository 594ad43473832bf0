// Where a value comes from: flag, environment, config file, default, for every option of the table.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandName, OPTIONS, type OptionSpec } from '../../src/config/options.js';
import { Problems } from '../../src/config/problems.js';
import { type Settings, readSettings } from '../../src/config/settings.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ttm-settings-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Three values an option may have, as typed in the places. */
function samples(option: OptionSpec): [string, string, string] {
  if (option.choices !== undefined) {
    const [a = '', b = a, c = b] = option.choices;
    return [c, b, a];
  }
  if (option.range !== undefined) return ['5', '4', '3'];
  return ['from-flag', 'from-environment', 'from-file'];
}

function valueOf(settings: Settings, option: OptionSpec): unknown {
  if (option.argument === undefined) return settings.isOn(option.name);
  if (option.isRepeatable) return settings.list(option.name).join();
  return option.range === undefined ? settings.text(option.name) : String(settings.count(option.name));
}

function configFile(content: string): string {
  const file = join(folder, 'wizard.jsonc');
  writeFileSync(file, content, { mode: 0o600 });
  return file;
}

/** Reads settings for the first command that takes the option, and insists that nothing is wrong. */
function read(option: OptionSpec, flags: object, env: Record<string, string>): Settings {
  const problems = new Problems();
  const settings = readSettings(option.commands[0] ?? 'run', flags, env, problems);
  problems.throwIfAny();
  return settings;
}

describe.each(OPTIONS.filter(({ argument }) => argument !== undefined))('--$name', (option) => {
  const [flag, variable] = samples(option);

  test('a flag goes before the environment variable', () => {
    const settings = read(
      option,
      { [option.name]: option.name === 'config' ? configFile('{}') : flag },
      { [option.env]: variable },
    );
    expect(settings.origin(option.name)).toBe('flag');
    if (option.name !== 'config') expect(valueOf(settings, option)).toBe(flag);
  });

  test('without any of them it has its default, or none', () => {
    const settings = read(option, {}, { [option.env]: '' });
    expect(settings.origin(option.name)).toBe(option.default === undefined ? undefined : 'default');
    if (option.default !== undefined) expect(valueOf(settings, option)).toBe(String(option.default));
  });
});

// The demo reads no config file, and the file does not name itself.
const inConfigFile = OPTIONS.filter(
  ({ name, argument, commands }) =>
    argument !== undefined && name !== 'config' && !commands.every((command) => command === 'demo'),
);

describe.each(inConfigFile)('--$name', (option) => {
  const [, variable, inFile] = samples(option);

  test('the environment variable goes before the config file', () => {
    const config = configFile(JSON.stringify({ [option.name]: inFile }));
    const settings = read(option, { config }, { [option.env]: variable });
    expect([valueOf(settings, option), settings.origin(option.name)]).toEqual([variable, 'environment']);
  });

  test('the config file goes before the default', () => {
    const config = configFile(JSON.stringify({ [option.name]: inFile }));
    const settings = read(option, { config }, {});
    expect([valueOf(settings, option), settings.origin(option.name)]).toEqual([inFile, 'config file']);
  });
});

describe.each(OPTIONS.filter(({ argument }) => argument === undefined))('--$name', (option) => {
  test('is off, and on by its flag or its variable; the flag goes before a variable that says 0', () => {
    expect(read(option, {}, {}).isOn(option.name)).toBe(false);
    expect(read(option, { [option.name]: true }, { [option.env]: '0' }).isOn(option.name)).toBe(true);
    for (const word of ['1', 'true', 'YES', 'on'])
      expect(read(option, {}, { [option.env]: word }).isOn(option.name)).toBe(true);
    for (const word of ['0', 'false', 'No', 'off', ''])
      expect(read(option, {}, { [option.env]: word }).isOn(option.name)).toBe(false);
  });
});

describe.each(OPTIONS.filter(({ isRepeatable }) => isRepeatable))('--$name', (option) => {
  const values = (flags: object, env: Record<string, string> = {}): readonly string[] =>
    read(option, flags, env).list(option.name);

  test('holds several values with commas between them, each once and in their order', () => {
    expect(values({ [option.name]: 'b, a,b' })).toEqual(['b', 'a']);
    expect(values({}, { [option.env]: 'a,b' })).toEqual(['a', 'b']);
    expect(values({ config: configFile(`{"${option.name}": "a,b"}`) })).toEqual(['a', 'b']);
    expect(values({})).toEqual([]);
  });

  test('in a config file is an array, in which a comma is nothing special', () => {
    const config = configFile(`{"${option.name}": ["/etc/a,b.env", "c"]}`);
    expect(values({ config })).toEqual(['/etc/a,b.env', 'c']);
  });

  test('given in one place takes nothing from the places after it', () => {
    const config = configFile(`{"${option.name}": ["c"]}`);
    expect(values({ [option.name]: 'a', config }, { [option.env]: 'b' })).toEqual(['a']);
  });

  test.each(['[]', '["a", ""]', '["a", 7]', '{"a": 1}', '7', '"a,,b"', '","'])(
    'is refused in a config file as %s',
    (value) => {
      const text = problemsOf({ config: configFile(`{"${option.name}": ${value}}`) });
      expect(text).toContain(`"${option.name}" in the config file `);
      expect(text).toContain('has to be one or more texts with commas');
    },
  );
});

function problemsOf(flags: object, env: Record<string, string> = {}, command: CommandName = 'run'): string {
  const problems = new Problems();
  readSettings(command, flags, env, problems);
  try {
    problems.throwIfAny();
  } catch (error) {
    return String(error);
  }
  return '';
}

describe('the config file', () => {
  test('may have comments and a comma too many', () => {
    const config = configFile('{\n  // two is enough\n  "jobs": 3, /* really */ "no-dump": true,\n}');
    const problems = new Problems();
    const settings = readSettings('run', { config }, {}, problems);
    problems.throwIfAny();
    expect([settings.count('jobs'), settings.isOn('no-dump')]).toEqual([3, true]);
  });

  test('is found through TTM_CONFIG too, and nowhere else', () => {
    const config = configFile('{"jobs": 3}');
    expect(readSettings('run', {}, { TTM_CONFIG: config }, new Problems()).count('jobs')).toBe(3);
    expect(readSettings('run', {}, {}, new Problems()).count('jobs')).toBe(3);
  });

  test('that is not there, or no JSON, or no object, is named with what is wrong', () => {
    expect(problemsOf({ config: join(folder, 'none') })).toMatch(/config file .*none cannot be read: ENOENT/);
    expect(problemsOf({ config: configFile('{\n "jobs": 3\n "yes": true\n}') })).toMatch(
      /line 3 is not JSON: CommaExpected/,
    );
    expect(problemsOf({ config: configFile('[1]') })).toMatch(/holds no object of options/);
  });

  test('with a mistyped option says which was meant', () => {
    const problems = new Problems();
    readSettings('run', { config: configFile('{"back-dir": "/b"}') }, {}, problems);
    expect(() => problems.throwIfAny()).toThrow(
      expect.objectContaining({
        exitCode: 2,
        remedies: [expect.stringMatching(/did you mean "backup-dir"/)],
      }),
    );
  });
});

describe('a value that cannot be used', () => {
  test.each([
    [{ jobs: '0' }, '--jobs is "0", and has to be a whole number from 1 to 64'],
    [{ jobs: '65' }, '--jobs is "65"'],
    [{ jobs: '2.5' }, '--jobs is "2.5"'],
    [{ jobs: '-1' }, '--jobs is "-1"'],
    [{ 'on-bad-value': 'ignore' }, 'has to be one of stop, quarantine'],
    [{ 'on-drift': 'Stop' }, 'has to be one of stop, carry, leave'],
    [{ source: '' }, '--source has to be a text that is not empty'],
    [{ capture: 'wal' }, '--capture is "wal", and has to be one of none, triggers'],
    [{ service: '' }, '--service has to be one or more texts with commas between them'],
  ])('%o is refused by name', (flags, expected) => {
    expect(problemsOf(flags)).toContain(expected);
  });

  test('names the variable or the config key it stands in', () => {
    expect(problemsOf({}, { TTM_YES: 'maybe' })).toContain('TTM_YES is "maybe", and has to be 1 or 0');
    expect(problemsOf({ config: configFile('{"jobs": "many"}') })).toContain(
      '"jobs" in the config file is "many"',
    );
  });

  const paths = OPTIONS.filter(({ argument }) => argument === 'FILE' || argument === 'DIR');
  test.each(paths)('a URL for the path of --$name is refused and not repeated', ({ name, env, commands }) => {
    for (const url of ['postgresql://app:geheim@db/moon', 'sqlite+aiosqlite:////geheim/dev.db']) {
      for (const text of [
        problemsOf({ [name]: url }, {}, commands[0]),
        problemsOf({}, { [env]: url }, commands[0]),
      ]) {
        expect(text).toContain('is a URL, and has to be a path');
        expect(text).not.toContain('geheim');
      }
    }
  });

  test('is reported together with all others', () => {
    const text = problemsOf({ jobs: 'x', 'on-drift': 'y' }, { TTM_NO_DUMP: 'z' });
    expect(text).toContain('3 things keep this from starting');
    for (const part of ['--jobs', '--on-drift', 'TTM_NO_DUMP']) expect(text).toContain(part);
  });

  test('is not repeated where it may be a secret', () => {
    expect(problemsOf({ config: configFile('{"target": {"password": "geheim"}}') })).not.toContain('geheim');
  });
});
