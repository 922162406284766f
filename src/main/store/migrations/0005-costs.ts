// Schema 5: how long a training step and one sequence take with the network of a run, by engine and machine.
import type { Migration } from './migration.ts'

export const costs: Migration = {
  version: 5,
  what: 'measured times of the networks of runs',
  sql: `
CREATE TABLE costs (
  run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  engine TEXT NOT NULL, -- name, version, instruction set, threads
  processor TEXT NOT NULL,
  measured_at TEXT NOT NULL,
  value TEXT NOT NULL, -- JSON: MeasuredCost
  PRIMARY KEY (run_id, engine, processor)
) STRICT;
`,
}
