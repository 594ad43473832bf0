// The queries of a plan within a whole migration: which answers fail it, which only warn, and what is told of each.
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventBody } from '../../src/events.js';
import type { Plan, QueryPlan } from '../../src/plans/plan.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { type Migration, type Site, createSite, endingOf, findingsOf } from '../support/migrate.js';

const FOLDER = '../test/fixtures/queries';

const PLAN: Plan = {
  name: 'words',
  title: 'Words',
  defaultSource: '/srv/words.db',
  defaultBackupDir: '/srv/backups',
  tables: [
    {
      name: 'word',
      key: ['id'],
      columns: [
        { name: 'id', declared: 'INTEGER', type: 'integer' },
        { name: 'word', declared: 'TEXT', type: 'text', nullable: true },
        { name: 'said_at', declared: 'DATETIME', type: 'timestamptz', nullable: true },
      ],
    },
  ],
  schema: [{ file: `${FOLDER}/010_tables.sql`, title: 'tables' }],
  constrain: [{ file: `${FOLDER}/110_keys.sql`, title: 'keys' }],
  expected: { constraints: ['word_pkey'], indexes: ['word_pkey'] },
  queries: [],
};

function query(
  forms: { sqlite?: string; postgres?: string; fast?: string },
  more: Partial<QueryPlan> = {},
): QueryPlan {
  const file = (name = 'words'): string => `${FOLDER}/${name}.sql`;
  return {
    name: 'words',
    caller: 'the reader',
    parameters: 'SELECT (SELECT min(id) + 1 FROM word), 2',
    sqlite: file(forms.sqlite),
    postgres: file(forms.postgres),
    ...(forms.fast === undefined ? {} : { fast: file(forms.fast) }),
    ...more,
  };
}

let site: Site;

beforeEach(async () => {
  site = await createSite();
  const db = new Database(site.source);
  db.exec(`CREATE TABLE word (id INTEGER NOT NULL PRIMARY KEY, word TEXT, said_at DATETIME);
    INSERT INTO word VALUES (1, 'secret of the first', NULL), (2, 'b', '2025-10-10 08:30:00.000000'), (3, NULL, NULL)`);
  db.close();
});

afterEach(() => site.remove());

function migrate(...queries: QueryPlan[]): Promise<Migration> {
  return site.migrate({ plan: { ...PLAN, queries } });
}

function compared({ events }: Migration): Extract<EventBody, { type: 'query.compared' }>[] {
  return events.filter((event) => event.type === 'query.compared');
}

describe('the queries of a plan', () => {
  it('are told with the times of every form, the plan and the factor, and with no word of their answers', async () => {
    const run = await migrate(
      query({ fast: 'words' }, { requiredFactor: 1000, index: 'word_pkey' }),
      query(
        { sqlite: 'some_words.sqlite', postgres: 'some_words.postgres' },
        {
          name: 'some words',
          parameters: 'SELECT json_group_array(id) FROM word',
          isUnordered: true,
          scans: [{ table: 'word', reason: 'has three rows' }],
        },
      ),
    );
    expect(endingOf(run)).toMatchObject({ type: 'run.completed', exitCode: 0 });
    expect(findingsOf(run, 'verify')).toEqual([]);
    const time = { warmRuns: 3 };
    expect(compared(run)).toMatchObject([
      {
        query: 'words',
        caller: 'the reader',
        equal: true,
        rows: 2,
        requiredFactor: 1000,
        times: { source: time, sent: time, fast: time },
        plan: { isRight: true },
      },
      { query: 'some words', equal: true, rows: 3, times: { source: time, sent: time } },
    ]);
    for (const { times } of compared(run)) expect(times?.source.ms).toBeGreaterThan(0);
    expect(compared(run)[1]?.times).not.toHaveProperty('fast');
    expect(compared(run)[1]?.plan?.reasons).toEqual(['reads all of word, which has three rows']);
    for (const file of ['events.ndjson', 'report.json', 'report.txt', 'wizard.log'])
      expect([file, readFileSync(join(run.folder, file), 'utf8').includes('secret of')]).toEqual([
        file,
        false,
      ]);
  });

  it.each([
    [
      'the application gets other answers',
      { postgres: 'words_backwards' },
      /^query words: row 1, id: 2 became 3$/,
    ],
    [
      'a fast form gives other answers',
      { fast: 'words_backwards' },
      /^query words: in its fast form, row 1, id: 2 /,
    ],
    [
      'the target refuses what the application sends',
      { postgres: 'words_of_old' },
      /^query words: the target refuses it as the application sends it: .*word_of_old/,
    ],
  ])('fail the migration where %s', async (_, forms, message) => {
    const run = await migrate(query(forms));
    expect(endingOf(run)).toMatchObject({ type: 'run.failed', exitCode: 6, code: 'DIFFERENT' });
    const [finding, ...others] = findingsOf(run, 'verify');
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ severity: 'error' });
    expect(finding?.message).toMatch(message);
  });

  it('only warn where the fast form cannot be run, and tell why one cannot be asked of the source', async () => {
    const run = await migrate(
      query({ fast: 'words_of_old' }),
      query({ sqlite: 'words_of_old' }, { name: 'old' }),
      query({ sqlite: 'words_of_old' }, { name: 'older' }),
    );
    expect(endingOf(run)).toMatchObject({ type: 'run.completed', exitCode: 0 });
    const found = findingsOf(run, 'verify').map(({ severity, message }) => `${severity}: ${message}`);
    expect(found).toEqual([
      'info: 2 queries cannot be compared: on the source no such column: w.word_of_old (old; older)',
      'warning: query words: the target refuses its fast form: column w.word_of_old does not exist',
    ]);
    expect(compared(run).map(({ query: name, equal }) => [name, equal])).toEqual([['words', true]]);
  });
});
