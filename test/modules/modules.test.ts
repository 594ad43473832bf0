// Optional modules of a plan: chosen by name, added as data, and kept by a resumed run. The engine knows none of them.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OPTIONS } from '../../src/config/options.js';
import { resolveRun } from '../../src/config/resolve.js';
import type { Flags } from '../../src/config/settings.js';
import { writeSample } from '../../src/demo/sample.js';
import { modulesNamed, rolesOf, withModules } from '../../src/plans/modules.js';
import { tothemoon } from '../../src/plans/tothemoon.js';
import { type Site, createSite, endingOf, newestRun } from '../support/migrate.js';

function chosen(flags: Flags, env: NodeJS.ProcessEnv = {}): readonly string[] | undefined {
  const target = { target: 'postgresql://a@h/d', yes: true as const };
  return resolveRun({ ...target, ...flags }, env, false).options.modules;
}

test('--with names one or several, from any place, and nothing said is none', () => {
  expect(chosen({})).toBeUndefined();
  expect(chosen({ with: 'auth' })).toEqual(['auth']);
  expect(chosen({}, { TTM_WITH: 'metrics-index, auth' })).toEqual(['metrics-index', 'auth']);
});

test('help and completions offer the modules that there are', () => {
  const option = OPTIONS.find(({ name }) => name === 'with');
  const names = tothemoon.modules?.map(({ name }) => name) ?? [];
  expect(option?.choices).toEqual(names);
  expect(option?.help).toContain(names.join(', '));
});

test('a name that the plan does not have is refused, with the one that was meant', () => {
  expect(() => chosen({ with: 'atuh' })).toThrow(
    expect.objectContaining({
      code: 'UNKNOWN_MODULE',
      exitCode: 2,
      message: 'plan tothemoon has no module "atuh"',
      remedies: ['Did you mean --with auth?'],
    }),
  );
  expect(() => modulesNamed(tothemoon, ['everything'])).toThrow(
    expect.objectContaining({ remedies: ['--with auth | metrics-index'] }),
  );
  const bare = { ...tothemoon, modules: [] };
  expect(() => withModules(bare, ['auth'])).toThrow(
    expect.objectContaining({ remedies: ['the same without --with'] }),
  );
});

test('a plan without modules stays the very same, and one with them has their files after its own', () => {
  expect(withModules(tothemoon, [])).toBe(tothemoon);
  const both = withModules(tothemoon, ['metrics-index', 'auth', 'auth']);
  expect(both.title).toBe('To The Moon, with auth and metrics-index');
  expect(both.schema.slice(0, tothemoon.schema.length)).toEqual(tothemoon.schema);
  expect(both.constrain.at(-1)?.file).toBe('tothemoon/metrics_index/010_gin.sql');
  expect(both.expected.indexes).toContain('idx_token_scores_metrics');
  expect(rolesOf(both).map(({ name }) => name)).toHaveLength(3);
  expect(rolesOf(withModules(tothemoon, ['metrics-index']))).toEqual([]);
});

let site: Site;
beforeAll(async () => {
  site = await createSite();
  writeSample(site.source, { scores: 40 });
});
afterAll(() => site.remove());

test('a module without roles needs no right, is made with its plan and is noted in the state of the run', async () => {
  const run = await site.migrate({ modules: ['metrics-index'] });
  expect(endingOf(run)).toMatchObject({ type: 'run.completed', exitCode: 0 });
  expect(newestRun(site).state.options.modules).toEqual(['metrics-index']);
  const indexes = await site.query(
    `SELECT indexdef FROM pg_indexes WHERE indexname = 'idx_token_scores_metrics'`,
  );
  expect(indexes.map(({ indexdef }) => indexdef)).toEqual([
    'CREATE INDEX idx_token_scores_metrics ON ONLY public.token_scores USING gin (metrics jsonb_path_ops)',
  ]);
  expect(run.view.findings.map(({ code }) => code)).not.toContain('target-roles');
});

test('a run that goes on keeps its modules, and --restart begins with those of the command', async () => {
  expect((await site.migrate()).view.plan).toBe('To The Moon, with metrics-index');
  await expect(site.migrate({ modules: [] })).rejects.toMatchObject({
    code: 'OTHER_OPTIONS',
    exitCode: 2,
    remedies: [
      'the same command with --with metrics-index, or without --with, goes on with it',
      '--restart drops what it made and begins anew',
    ],
  });
  const anew = await site.migrate({ restart: true });
  expect(anew.exitCode).toBe(0);
  expect(anew.view.plan).toBe('To The Moon');
  await expect(site.migrate({ modules: ['auth'] })).rejects.toMatchObject({
    message: expect.stringContaining('was begun without modules, not with auth') as string,
  });
});
