// What each of these tests works on: a source made once, and for every attempt a folder and a database of its own.
import { copyFileSync, linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FILES, listRuns, saveState } from '../../src/run/folder.js';
import { nameOfTarget } from '../../src/target/connect.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { writeRows } from '../support/sample-of-rows.js';
import { WizardProcess, filesUnder } from './wizard-process.js';

export interface AttemptOptions {
  /** The backup folder of an attempt that got as far as the snapshot: goes on from there. */
  readonly preparedIn?: string;
  /** Of 127.0.0.1, where a proxy stands before the server. */
  readonly port?: number;
  /** Another one than a fresh one on the tests' server. */
  readonly database?: TestDatabase;
}

export interface Attempt {
  readonly folder: string;
  readonly backupDir: string;
  readonly source: string;
  readonly database: TestDatabase;
  /** Starts `ttm-wizard run` with NDJSON output and no dump. */
  start(...more: readonly string[]): WizardProcess;
  /** The files in the run folders by their own names. */
  files(): string[];
  /** Ends what is still running and takes everything away. */
  remove(): Promise<void>;
}

export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), 'ttm-faults-'));
  readonly source = join(this.folder, 'dev.db');

  /** `scores` rows, most with short documents: what is tested here are chunks. */
  constructor(scores: number) {
    writeRows(this.source, scores);
  }

  async attempt({ preparedIn, port, database: given }: AttemptOptions = {}): Promise<Attempt> {
    const folder = mkdtempSync(join(this.folder, 'attempt-'));
    const database = given ?? (await createDatabase());
    const backupDir = join(folder, 'backups');
    const target = new URL(database.url);
    if (port !== undefined) target.host = `127.0.0.1:${port}`;
    if (preparedIn !== undefined) adopt(preparedIn, backupDir, target.href);
    const started: WizardProcess[] = [];
    return {
      folder,
      backupDir,
      source: this.source,
      database,
      start: (...more) => {
        const args = ['run', '--yes', '--json', '--no-cutover', '--no-dump', ...more];
        const process = new WizardProcess([...args, '--source', this.source, '--backup-dir', backupDir], {
          TTM_TARGET: target.href,
          // As many as meet each other; a third costs its start and shows nothing more.
          TTM_JOBS: '2',
        });
        started.push(process);
        return process;
      },
      files: () =>
        filesUnder(backupDir)
          .map((path) => path.slice(backupDir.length + 1).replace(/^[^/]*\//, ''))
          .filter((name) => !name.startsWith('.ttm-wizard')),
      remove: async () => {
        for (const process of started) process.kill('SIGKILL');
        await Promise.all(started.map((process) => process.ended));
        await database.drop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  }

  /** An attempt killed right after the backup step, for others to go on from. */
  async prepare(): Promise<Attempt> {
    const prepared = await this.attempt();
    const wizard = prepared.start();
    await wizard.until((event) => event.type === 'step.completed' && event.step === 'backup');
    wizard.kill('SIGKILL');
    await wizard.ended;
    return prepared;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The same run with another, equally empty, database as its target. */
function adopt(preparedIn: string, backupDir: string, target: string): void {
  const [run] = listRuns(preparedIn);
  if (run === undefined) throw new Error(`no run in ${preparedIn}`);
  const folder = join(backupDir, run.state.run);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(run.path)) {
    // Linked, because a copy has another time of change, and the snapshot is known by it.
    const put = name === FILES.snapshot ? linkSync : copyFileSync;
    put(join(run.path, name), join(folder, name));
  }
  const { preflight, backup } = run.state.results;
  saveState(folder, { ...run.state, target: nameOfTarget(target), results: { preflight, backup } });
}
