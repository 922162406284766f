// Schema 3: what people write on studies and runs: a note, tags, a favourite mark.
import type { Migration } from './migration.ts'

export const annotations: Migration = {
  version: 3,
  what: 'notes, tags and favourites',
  sql: `
CREATE TABLE annotations (
  study_id TEXT UNIQUE REFERENCES studies(id) ON DELETE CASCADE,
  run_id TEXT UNIQUE REFERENCES runs(id) ON DELETE CASCADE,
  note TEXT NOT NULL,
  tags TEXT NOT NULL, -- JSON list of texts
  favourite INTEGER NOT NULL CHECK (favourite IN (0, 1)),
  changed_at TEXT NOT NULL,
  CHECK ((study_id IS NULL) <> (run_id IS NULL))
) STRICT;
`,
}
