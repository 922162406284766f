// Version 1: settings, datasets, studies, runs, epochs and blobs.
import type { Migration } from './migration.ts'

// STRICT and NOT NULL are the guard against NaN: SQLite turns it into NULL, which these columns refuse.
export const first: Migration = {
  version: 1,
  what: 'settings, datasets, studies, runs, epochs and blobs',
  sql: `
CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL -- JSON
) STRICT;

CREATE TABLE datasets (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE, -- SHA-256 of the content, hex
  name TEXT NOT NULL,
  draft TEXT NOT NULL, -- JSON: everything known without the content
  created_at TEXT NOT NULL,
  removed_at TEXT, -- in the trash since
  profile TEXT, -- JSON, computed once
  baselines TEXT -- JSON, computed once
) STRICT;

CREATE TABLE dataset_contents (
  dataset_id TEXT PRIMARY KEY REFERENCES datasets(id) ON DELETE CASCADE,
  sha256 BLOB NOT NULL,
  content BLOB NOT NULL
) STRICT;

CREATE TABLE studies (
  number INTEGER PRIMARY KEY AUTOINCREMENT, -- order of creation
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  definition TEXT NOT NULL, -- JSON
  dataset_id TEXT NOT NULL REFERENCES datasets(id),
  created_at TEXT NOT NULL,
  paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
  removed_at TEXT
) STRICT;
CREATE INDEX studies_by_dataset ON studies(dataset_id);

CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  study_id TEXT NOT NULL REFERENCES studies(id) ON DELETE CASCADE,
  position INTEGER NOT NULL, -- order within the study
  key TEXT NOT NULL,
  base_id TEXT REFERENCES runs(id) ON DELETE CASCADE,
  cell TEXT NOT NULL,
  epochs INTEGER NOT NULL, -- planned
  spec TEXT NOT NULL, -- JSON
  state TEXT NOT NULL DEFAULT 'queued'
    CHECK (state IN ('queued', 'running', 'interrupted', 'done', 'diverged', 'failed', 'cancelled')),
  last_epoch INTEGER, -- newest row in epochs
  problem TEXT, -- JSON
  engine TEXT, -- JSON
  recurrent_weights INTEGER,
  parameters INTEGER,
  started_at TEXT,
  ended_at TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  UNIQUE (study_id, key),
  CHECK (state NOT IN ('diverged', 'failed') OR problem IS NOT NULL)
) STRICT;
CREATE INDEX runs_by_study ON runs(study_id, position);
CREATE INDEX runs_by_base ON runs(base_id);
CREATE INDEX runs_waiting ON runs(study_id, position) WHERE state IN ('queued', 'interrupted');

CREATE TABLE epochs (
  run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  epoch INTEGER NOT NULL,
  train_total INTEGER,
  train_correct INTEGER,
  train_loss REAL,
  train_loss_sum REAL,
  validation_total INTEGER,
  validation_correct INTEGER,
  validation_loss REAL,
  validation_loss_sum REAL,
  test_total INTEGER NOT NULL,
  test_correct INTEGER NOT NULL,
  test_loss REAL NOT NULL,
  test_loss_sum REAL NOT NULL,
  nonzeros INTEGER NOT NULL,
  elapsed_ms REAL NOT NULL,
  PRIMARY KEY (run_id, epoch),
  -- A split is scored or it is not; a missing number in a scored split would be a lost NaN.
  CHECK (train_total IS NULL OR (train_correct IS NOT NULL AND train_loss IS NOT NULL AND train_loss_sum IS NOT NULL)),
  CHECK (validation_total IS NULL OR
    (validation_correct IS NOT NULL AND validation_loss IS NOT NULL AND validation_loss_sum IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE blobs (
  run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('checkpoint', 'weights', 'masks')),
  sha256 BLOB NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (run_id, kind)
) STRICT;
`,
}
