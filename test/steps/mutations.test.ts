// Whatever is changed in the target after a good run, verification names it: every row, every column, and nothing else.
import { randomInt } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverUrl } from '../support/database.js';
import { type Site, createSite } from '../support/migrate.js';
import { CONSTRAINTS, type Mutation, Vandal, dropConstraints } from '../support/mutations.js';
import { writeOddSource } from '../support/odd-source.js';
import { type Verification, verifyNow } from '../support/verify-now.js';

const ROUNDS = 5;
const MUTATIONS_A_ROUND = 40;
/** TTM_TEST_SEED repeats the run that a failure names. */
const seed = Number(process.env['TTM_TEST_SEED'] ?? randomInt(2 ** 31));

let site: Site;
let database: string;
let good: string;

beforeAll(async () => {
  site = await createSite();
  // More than a chunk of scores, so that differences are found in the middle as well as at both ends.
  writeOddSource(site.source, { scores: 5200 });
  expect((await site.migrate()).exitCode).toBe(0);
  database = new URL(site.target).pathname.slice(1);
  good = `${database}_good`;
  await site.disconnect();
  await onServer(`CREATE DATABASE ${good} TEMPLATE ${database}`);
});

afterAll(async () => {
  await site.remove();
  await onServer(`DROP DATABASE ${good}`);
});

async function onServer(...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl() });
  await client.connect();
  try {
    for (const sql of statements) await client.query(sql);
  } finally {
    await client.end();
  }
}

async function undoAll(): Promise<void> {
  await site.disconnect();
  await onServer(`DROP DATABASE ${database} WITH (FORCE)`, `CREATE DATABASE ${database} TEMPLATE ${good}`);
}

/** `changed tokens 7 name` for every row that verification names. */
function namedRows({ complaints }: Verification): string[] {
  return complaints
    .filter(({ code }) => code.startsWith('row-'))
    .map(({ code, table = '', column, examples }) =>
      [code.slice('row-'.length), table, examples?.[0]?.key, column].filter(Boolean).join(' '),
    )
    .sort();
}

describe(`verification of a damaged target (seed ${seed})`, () => {
  it('has nothing to say before any damage', async () => {
    expect(await verifyNow(site)).toMatchObject({ exitCode: 0, complaints: [] });
  });

  it.each(Array.from({ length: ROUNDS }, (_, round) => [round + 1]))(
    'names every row and column in round %i, and nothing else',
    async (round) => {
      try {
        await dropConstraints(site);
        const vandal = new Vandal(site, seed + round);
        const mutations: Mutation[] = [];
        for (let n = 0; n < MUTATIONS_A_ROUND; n++) mutations.push(await vandal.strike());
        const verification = await verifyNow(site);
        const expected = mutations.flatMap((mutation) => mutation.expected).sort();
        const story = mutations.map(({ sql }) => sql).join('\n');
        expect(namedRows(verification), `seed ${seed}, round ${round}:\n${story}`).toEqual(expected);
        expect(verification.exitCode).toBe(expected.length === 0 ? 0 : 6);
        const differences = verification.events.filter((event) => event.type === 'table.verified');
        expect(differences.reduce((sum, table) => sum + table.differences, 0)).toBe(expected.length);
        const missing = verification.complaints.filter(({ code }) => code === 'constraint-missing');
        expect(missing).toHaveLength(Object.values(CONSTRAINTS).flat().length);
      } finally {
        // Damage left behind would make all later rounds fail too, and hide which one it was.
        await undoAll();
      }
    },
  );

  it('has nothing to say when all damage is undone', async () => {
    expect(await verifyNow(site)).toMatchObject({ exitCode: 0, complaints: [] });
  });

  it('notices a column type that cannot hold all digits, a dropped index, a sequence and a ledger set back', async () => {
    await site.query(`ALTER TABLE token_scores ALTER score TYPE numeric(500, 4);
      DROP INDEX idx_token_scores_token_created;
      SELECT setval('tokens_id_seq', 1);
      UPDATE ttm_wizard.chunk SET digest = 'x' WHERE table_name = 'tokens';
      DELETE FROM ttm_wizard.chunk WHERE table_name = 'app_settings'`);
    const { exitCode, complaints } = await verifyNow(site);
    await undoAll();
    expect(exitCode).toBe(6);
    expect([...new Set(complaints.map(({ code }) => code))]).toEqual(
      expect.arrayContaining([
        'row-changed',
        'index-missing',
        'sequence-behind',
        'ledger-changed',
        'ledger-incomplete',
      ]),
    );
  });

  it('notices what is derived from the rows and not true, and what to type about it', async () => {
    await site.query(`UPDATE tokens SET primary_dex = 'nowhere' WHERE id = 5;
      UPDATE latest_token_scores SET delta_p_5m = 7 WHERE token_id = 5;
      DROP TRIGGER token_scores_latest_delete ON token_scores_default;
      ALTER TABLE token_scores_default DISABLE TRIGGER token_scores_latest_insert`);
    const { exitCode, complaints } = await verifyNow(site);
    expect([exitCode, complaints.map(({ code }) => code)]).toEqual([6, ['derived-untrue']]);
    const [{ message, remedies } = { message: '', remedies: [] }] = complaints;
    expect(message.split('; ')).toEqual([
      'token 5 differs from its newest score in latest_token_scores and tokens',
      'token_scores_default does without trigger token_scores_latest_delete',
      'token_scores_default does without trigger token_scores_latest_insert',
    ]);
    for (const line of remedies) await site.query(line);
    expect(await verifyNow(site)).toMatchObject({ exitCode: 0, complaints: [] });
  });

  it('notices what has another definition by its name, and names it', async () => {
    await site.query(`ALTER TABLE token_scores ALTER liquidity_usd DROP EXPRESSION;
      ALTER TABLE tokens DROP CONSTRAINT ck_tokens_status, ADD CONSTRAINT ck_tokens_status CHECK (status <> 'x'), ALTER symbol SET DEFAULT 'x';
      DROP INDEX idx_tokens_status; CREATE INDEX idx_tokens_status ON tokens (symbol); CREATE INDEX by_hand ON tokens (name);
      CREATE OR REPLACE FUNCTION refresh_latest_scores() RETURNS integer LANGUAGE sql RETURN 0`);
    const changed = await verifyNow(site);
    await site.query(`ALTER TABLE tokens ALTER id DROP DEFAULT`);
    const unused = await verifyNow(site);
    await undoAll();
    expect([changed.exitCode, changed.complaints.map(({ message }) => message)]).toEqual([
      6,
      [
        'not as this run has made it: column token_scores.liquidity_usd, column tokens.symbol, constraint ck_tokens_status, function refresh_latest_scores(), index idx_tokens_status',
      ],
    ]);
    expect(unused.complaints).toMatchObject([{ code: 'sequence-unused' }]);
  });
});
