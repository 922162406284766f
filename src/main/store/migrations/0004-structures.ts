// Schema 4: what the graph of a random structure is like, measured once by whoever trains it; and an index that counts
// the runs of large studies without reading them.
import type { Migration } from './migration.ts'

export const structures: Migration = {
  version: 4,
  what: 'graph properties of random structures',
  sql: `
ALTER TABLE runs ADD COLUMN properties TEXT; -- JSON: graph properties by their published names; NULL: not measured
CREATE INDEX runs_by_state ON runs(study_id, state, cell, epochs, last_epoch);
`,
}
