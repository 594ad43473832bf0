// A sample for tests about chunks: many rows for little time, because most documents in it are short.
import { writeSample } from '../../src/demo/sample.js';
import { Database } from '../../src/source/sqlite-driver.js';

/** `scores` rows at `path`, which must not exist. Each sixty-fourth keeps its documents: so all kinds of them are there. */
export function writeRows(path: string, scores: number): void {
  writeSample(path, { scores });
  const db = new Database(path);
  db.exec(`PRAGMA synchronous = OFF;
    UPDATE token_scores SET metrics = '{"L_tot": ' || id || '.5}', raw_components = NULL, smoothed_components = NULL
    WHERE id % 64 <> 0; VACUUM`);
  db.close();
}
