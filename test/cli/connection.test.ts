// From where to where, typed by a scripted person: what is missing or does not work is asked for, with what is wrong.
import { mkdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConnectionForm } from '../../src/commands/connection.js';
import { sshNotes } from '../../src/commands/ssh-note.js';
import { resolveRun } from '../../src/config/resolve.js';
import { saveAnswers } from '../../src/config/saved-answers.js';
import type { Flags } from '../../src/config/settings.js';
import { writeSample } from '../../src/demo/sample.js';
import type { Page } from '../../src/pages.js';
import { type Site, createSite } from '../support/migrate.js';
import { type Script, ScriptedScreen } from '../support/scripted-screen.js';
import { sessionOf } from './session.js';

let site: Site;
beforeEach(async () => {
  site = await createSite();
  writeSample(site.source, { scores: 10 });
});
afterEach(() => site.remove());

async function fill(script: Script, flags: Flags, env: NodeJS.ProcessEnv = {}, suggestion = '') {
  const screen = new ScriptedScreen(script);
  const { session } = sessionOf(flags, { env });
  const request = resolveRun({ 'backup-dir': site.backupDir, ...flags }, env, true);
  const form = new ConnectionForm(session, screen, request, suggestion);
  const settled = await form.settle();
  expect(screen.left).toEqual([]);
  return { settled, screen, session, answers: form.answers() };
}

/** A row of the table on the page, `value (origin)`. */
function rowOf(page: Page | undefined, title: string): string | undefined {
  const row = page?.kind === 'connection' ? page.settings.find((own) => own.title === title) : undefined;
  return row === undefined ? undefined : `${row.value} (${row.origin})`;
}

describe('what is given', () => {
  test('shows as answered with its origin, and is tried before it goes on', async () => {
    const { settled, screen } = await fill(
      [['connection', 'go-on']],
      { source: site.source },
      { TTM_TARGET: site.target },
    );
    expect(settled).toEqual({ source: site.source, target: site.target });
    const [page] = screen.pages;
    expect(rowOf(page, 'source')).toMatch(/dev\.db, [\d.]+ [kM]B \(flag\)$/);
    expect(rowOf(page, 'target')).toMatch(/^[^/]+@[^:]+:\d+\/ttm_test_\w+ \(environment\)$/);
    expect(rowOf(page, 'drift')).toBe('stop (default)');
    expect(page).toMatchObject({ good: 'the source is there, and the target answers' });
    expect(screen.shown[0]).toMatchObject({ busy: expect.stringContaining('connecting to') as string });
  });

  test('modules are added and left out again, and are said only where something was chosen', async () => {
    const { settled, screen } = await fill(
      [
        ['connection', 'auth'],
        ['connection', 'metrics-index'],
        ['connection', 'auth'],
        ['connection', 'go-on'],
      ],
      { source: site.source, with: 'auth' },
      { TTM_TARGET: site.target },
    );
    expect(settled).toMatchObject({ modules: ['metrics-index', 'auth'] });
    expect(screen.pages.map((page) => rowOf(page, 'modules'))).toEqual([
      'auth (flag)',
      'none (answer)',
      'metrics-index (answer)',
      'metrics-index, auth (answer)',
    ]);
    expect(screen.pages[1]?.choices.map(({ label }) => label)).toEqual([
      'Go on',
      'Also make organizations, users, API keys, an audit log (auth)',
      'Also make a GIN index on metrics, which takes long (metrics-index)',
      'Say how the application is stopped and started',
    ]);
  });

  test('may hold a password, which no page shows', async () => {
    const url = new URL(site.target);
    url.password = url.password === '' ? 'never-shown' : url.password;
    const { screen, session } = await fill(
      [['connection', 'go-on']],
      { source: site.source },
      { TTM_TARGET: url.href },
    );
    expect(JSON.stringify([screen.pages, screen.shown])).not.toContain(url.password);
    expect(rowOf(screen.pages[0], 'password')).toBe('(hidden) (environment)');
    expect(session.secrets).toContain(url.password);
  });
});

describe('how the application is stopped and started', () => {
  const commands: Script = [
    ['connection', 'application'],
    ['connection', '/opt/app stop'],
    ['connection', ''],
    ['connection', '/opt/app start'],
    ['connection', 'postgresql://u:secret@h/d'],
    ['connection', '/etc/a.env, /srv/.env'],
    ['connection', 'ftp://here'],
    ['connection', 'http://127.0.0.1:8000/'],
    ['connection', 'go-on'],
  ];

  test('is typed, checked, shown and kept for the next time', async () => {
    const { settled, screen, answers } = await fill(
      commands,
      { source: site.source },
      { TTM_TARGET: site.target },
    );
    expect(settled).toMatchObject({
      cutover: {
        services: [],
        stopCommand: '/opt/app stop',
        startCommand: '/opt/app start',
        envFiles: ['/etc/a.env', '/srv/.env'],
        healthUrl: 'http://127.0.0.1:8000',
      },
    });
    expect(screen.pages.map(({ complaint = [] }) => complaint.join()).filter((text) => text !== '')).toEqual([
      'what stops it is given, so something has to start it again',
      'env files are paths, and a URL is none',
      '--health-url has to be http://HOST:PORT or https://HOST:PORT',
    ]);
    const [first] = screen.pages;
    const last = screen.pages.at(-1);
    expect(rowOf(first, 'stopped by')).toBe('its units, else you by hand (default)');
    expect(rowOf(last, 'stopped by')).toBe('/opt/app stop (answer)');
    expect(rowOf(last, 'env files')).toBe('/etc/a.env, /srv/.env (answer)');
    expect(rowOf(last, 'answers at')).toBe('http://127.0.0.1:8000 (answer)');
    expect(answers).toEqual({
      'stop-command': '/opt/app stop',
      'start-command': '/opt/app start',
      'env-file': ['/etc/a.env', '/srv/.env'],
      'health-url': 'http://127.0.0.1:8000/',
    });
    mkdirSync(site.backupDir);
    saveAnswers(site.backupDir, answers);
    const flags = { source: site.source, 'backup-dir': site.backupDir };
    expect(resolveRun(flags, {}, true).options.cutover).toMatchObject({ startCommand: '/opt/app start' });
    const withUnit = resolveRun({ ...flags, service: 'moon' }, {}, true).options.cutover;
    expect(withUnit).toMatchObject({ services: ['moon'], envFiles: ['/etc/a.env', '/srv/.env'] });
    expect(withUnit).not.toHaveProperty('stopCommand');
  });

  test('goes back by Esc, from the first question without a change, and finds what was typed', async () => {
    const { settled, screen } = await fill(
      [
        ['connection', 'application'],
        ['connection', '/opt/app stop'],
        ['connection', 'back, with /opt/app st'],
        ['connection', 'back, with /opt/app stop --now'],
        ['connection', 'application'],
        ['connection', 'back, with '],
        ['connection', 'go-on'],
      ],
      { source: site.source },
      { TTM_TARGET: site.target },
    );
    expect(screen.pages.map(({ field }) => field?.initial)).toEqual([
      undefined,
      '',
      '',
      '/opt/app stop',
      undefined,
      '/opt/app stop --now',
      undefined,
    ]);
    expect(settled).not.toHaveProperty('cutover');
  });

  test('is not asked where flags say it, nor where nothing is switched over', async () => {
    const given = {
      ...{ source: site.source, service: 'moon', 'env-file': '/srv/.env' },
      'health-url': 'http://127.0.0.1:1',
    };
    const { screen } = await fill([['connection', 'go-on']], given, { TTM_TARGET: site.target });
    expect(screen.pages[0]?.choices.map(({ id }) => id)).not.toContain('application');
    expect(rowOf(screen.pages[0], 'stopped by')).toBe('moon (flag)');
    const copy = { source: site.source, 'no-cutover': true } as const;
    const { screen: other } = await fill([['connection', 'go-on']], copy, { TTM_TARGET: site.target });
    expect(other.pages[0]?.choices.map(({ id }) => id)).not.toContain('application');
    expect(rowOf(other.pages[0], 'stopped by')).toBeUndefined();
  });
});

describe('what is missing', () => {
  test('the file of the source is asked for until it is one that can be read', async () => {
    const { settled, screen } = await fill(
      [
        ['connection', `${site.folder}/none.db`],
        ['connection', site.folder],
        ['connection', site.source],
        ['connection', 'go-on'],
      ],
      { source: `${site.folder}/missing.db` },
      { TTM_TARGET: site.target },
    );
    expect(settled).toMatchObject({ source: site.source });
    expect(screen.pages.slice(0, 3).map(({ complaint }) => complaint)).toEqual([
      [`${site.folder}/missing.db is not a file that can be read`],
      [`${site.folder}/none.db is not a file that can be read`],
      [`${site.folder} is not a file that can be read`],
    ]);
    expect(rowOf(screen.pages[3], 'source')).toContain('(answer)');
  });

  test('the target is asked for, and the one of the last run stands there', async () => {
    const { screen } = await fill(
      [['connection', 'back']],
      { source: site.source },
      {},
      'postgresql://app@db/moon',
    );
    expect(screen.pages[0]?.field).toMatchObject({ initial: 'postgresql://app@db/moon', isSecret: false });
  });

  test('what was typed before going back stands there again', async () => {
    const { screen } = await fill(
      [
        ['connection', site.source],
        ['connection', 'back, with postgresql://app@db/mo'],
        ['connection', site.source],
        ['connection', 'back, with '],
        ['connection', 'back'],
      ],
      { source: `${site.folder}/missing.db` },
    );
    expect(screen.pages.map(({ field }) => field?.initial)).toEqual([
      `${site.folder}/missing.db`,
      '',
      site.source,
      'postgresql://app@db/mo',
      site.source,
    ]);
  });

  test('what was typed stands there again with what is wrong about it', async () => {
    const { settled, screen } = await fill(
      [
        ['connection', 'postgresql://db/moon'],
        ['connection', 'postgresql://app:secret@db/moon'],
        ['connection', 'postgresql://app@127.0.0.1:1/moon'],
        ['connection', 'back'],
      ],
      { source: site.source },
    );
    expect(settled).toBe('back');
    const complaints = screen.pages.map(({ complaint }) => complaint?.[0]);
    expect(complaints[1]).toContain('name the user too');
    expect(complaints[2]).toContain('leave the password out');
    expect(screen.pages[2]?.field?.initial).toBe('postgresql://app@db/moon');
    expect(complaints[3]).toContain('cannot connect to app@127.0.0.1:1/moon');
    expect(screen.pages[3]?.field?.initial).toBe('postgresql://app@127.0.0.1:1/moon');
  });
});

test('a password that the server asks for is asked for, with where else it is taken from', async () => {
  const { screen } = await fill(
    [
      ['connection', 'back'],
      ['connection', 'back'],
    ],
    { source: site.source },
    { TTM_TARGET: withoutSecret(site.target) },
  );
  const [page, next] = screen.pages;
  expect(page?.field?.isSecret).toBe(true);
  expect(page?.complaint?.[0]).toMatch(/the server asks for a password, and none is given$/);
  expect(page?.complaint?.[1]).toMatch(/PGPASSWORD, ~\/\.pgpass or --target-url-file/);
  expect(next?.complaint?.join(' ')).toMatch(/Enter asks for the password again.*read -rs PGPASSWORD/s);
});

describe('what was answered at an earlier time', () => {
  beforeEach(() => {
    mkdirSync(site.backupDir);
    saveAnswers(site.backupDir, { source: site.source, target: withoutSecret(site.target) });
  });
  const env = (): NodeJS.ProcessEnv => ({ PGPASSWORD: decodeURIComponent(new URL(site.target).password) });

  test('is tried at once, and shown as such', async () => {
    process.env['PGPASSWORD'] = env()['PGPASSWORD'];
    const { settled, screen, answers } = await fill([['connection', 'go-on']], {}, env());
    delete process.env['PGPASSWORD'];
    expect(settled).toEqual({ source: site.source, target: withoutSecret(site.target) });
    expect(rowOf(screen.pages[0], 'source')).toContain('(saved answer)');
    expect(rowOf(screen.pages[0], 'target')).toContain('(saved answer)');
    expect(answers).toEqual({});
  });

  test('is offered again to be changed, step by step back', async () => {
    const { settled, screen, answers } = await fill(
      [
        ['connection', 'postgresql://app@127.0.0.1:1/other'],
        ['connection', 'back'],
        ['connection', site.source],
        ['connection', 'back'],
        ['connection', 'back'],
      ],
      { target: 'postgresql://app@127.0.0.1:1/moon' },
    );
    expect(settled).toBe('back');
    expect(screen.pages.map(({ field }) => field?.initial)).toEqual([
      'postgresql://app@127.0.0.1:1/moon',
      'postgresql://app@127.0.0.1:1/other',
      site.source,
      'postgresql://app@127.0.0.1:1/other',
      site.source,
    ]);
    expect(answers).toMatchObject({ source: site.source });
  });
});

function withoutSecret(target: string): string {
  const url = new URL(target);
  url.password = '';
  return url.href;
}

describe('a target that does not answer', () => {
  test('is shown again without its password, to be corrected', async () => {
    const { screen } = await fill(
      [['connection', 'back']],
      { source: site.source },
      { TTM_TARGET: 'postgresql://app:never-shown@127.0.0.1:1/moon' },
    );
    expect(screen.pages[0]?.field?.initial).toBe('postgresql://app@127.0.0.1:1/moon');
    expect(JSON.stringify(screen.pages)).not.toContain('never-shown');
  });
});

describe('over SSH', () => {
  const ssh = { SSH_CONNECTION: '10.0.0.1 22 10.0.0.2 22' };

  test('without tmux or screen it is said what happens when the line drops', () => {
    expect(sshNotes(ssh)).toHaveLength(1);
    expect(sshNotes(ssh)[0]).toMatch(/--resume .* tmux new/);
  });

  test('in tmux, in screen, and without SSH nothing is said', () => {
    expect(sshNotes({ ...ssh, TMUX: '/tmp/tmux-0/default,1,0' })).toEqual([]);
    expect(sshNotes({ ...ssh, STY: '1.pts-0' })).toEqual([]);
    expect(sshNotes({})).toEqual([]);
  });
});
