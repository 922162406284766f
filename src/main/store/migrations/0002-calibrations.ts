// Schema 2: what short calibrations of this machine found, so that none is repeated at every start.
import type { Migration } from './migration.ts'

export const calibrations: Migration = {
  version: 2,
  what: 'measured speed of this machine',
  sql: `
CREATE TABLE calibrations (
  key TEXT NOT NULL PRIMARY KEY, -- machine, engine, architecture, model and batch as canonical JSON
  value TEXT NOT NULL, -- JSON
  measured_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`,
}
