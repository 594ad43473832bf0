// A database or a role may give every session settings of its own; none of them may end a run or change a value.
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Site, createSite, endingOf, findingsOf } from '../support/migrate.js';
import { differencesByHand } from '../support/compare-by-hand.js';
import { writeOddSource } from '../support/odd-source.js';

let site: Site;
beforeEach(async () => {
  site = await createSite();
  writeOddSource(site.source, { scores: 300 });
});
afterEach(() => site.remove());

async function setForDatabase(settings: Readonly<Record<string, string>>): Promise<void> {
  const database = new URL(site.target).pathname.slice(1);
  for (const [name, value] of Object.entries(settings))
    await site.query(`ALTER DATABASE ${database} SET ${name} = '${value}'`);
}

describe('a database with settings of its own', () => {
  it('that end idle sessions and long statements does not end the run', async () => {
    await setForDatabase({
      idle_session_timeout: '50ms',
      idle_in_transaction_session_timeout: '1ms',
      statement_timeout: '5ms',
      lock_timeout: '1ms',
    });
    expect(endingOf(await site.migrate())).toMatchObject({ type: 'run.completed', exitCode: 0 });
  });

  it('that spell values in another way changes none', async () => {
    await setForDatabase({
      DateStyle: 'German',
      IntervalStyle: 'iso_8601',
      TimeZone: 'Pacific/Apia',
      bytea_output: 'escape',
      extra_float_digits: '-15',
      client_encoding: 'LATIN1',
      standard_conforming_strings: 'off',
      default_transaction_isolation: 'serializable',
    });
    const run = await site.migrate();
    expect(endingOf(run)).toMatchObject({ type: 'run.completed', exitCode: 0 });
    expect(await differencesByHand(site.source, site)).toEqual([]);
    // The application's own sessions pin nothing: a time that it sends without an offset would be of that zone.
    const [warning, ...others] = findingsOf(run, 'preflight').filter(
      ({ code }) => code === 'target-time-zone',
    );
    expect(others).toEqual([]);
    expect(warning?.message).toMatch(
      /^sessions of .* have time zone Pacific\/Apia: times that the application/,
    );
    for (const line of warning?.remedies ?? []) await site.query(line);
    expect(await nowInItsSession()).toBe('+00');
    const again = await site.migrate({ dryRun: true, restart: true });
    expect(findingsOf(again, 'preflight').map(({ code }) => code)).not.toContain('target-time-zone');
  });

  /** The offset of the time that a session of the application is told. */
  async function nowInItsSession(): Promise<string | undefined> {
    const client = new pg.Client({ connectionString: site.target });
    await client.connect();
    const { rows } = await client.query<{ offset: string }>(`SELECT to_char(now(), 'TZH') AS offset`);
    await client.end();
    return rows[0]?.offset;
  }
});
