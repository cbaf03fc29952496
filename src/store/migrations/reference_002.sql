-- 2026-11-22: imports. A batch holds what a file adds or changes; a row with gone = 1 says that
-- what older batches have of it no longer holds, from valid_from on. The newest batch that counts
-- wins per row. Which sheet a row came from is its source_part, a batch_part of its batch.

ALTER TABLE batch ADD COLUMN actor TEXT NOT NULL DEFAULT '';
-- What a person chose about it, as JSON; empty for what a workspace loads by itself.
ALTER TABLE batch ADD COLUMN choices TEXT NOT NULL DEFAULT '';
-- The number of the import that it belongs to; 0 for what a workspace loads by itself.
ALTER TABLE batch ADD COLUMN import INTEGER NOT NULL DEFAULT 0;

CREATE TABLE batch_part (
  county TEXT NOT NULL,
  batch INTEGER NOT NULL,
  part INTEGER NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (county, batch, part)
) STRICT, WITHOUT ROWID;

-- The files that an import was made from, as kept: of a shapefile more than one.
CREATE TABLE import_file (
  county TEXT NOT NULL,
  import INTEGER NOT NULL,
  n INTEGER NOT NULL,
  file TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (county, import, n)
) STRICT, WITHOUT ROWID;

ALTER TABLE unit_version ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
ALTER TABLE unit_version ADD COLUMN source_part INTEGER NOT NULL DEFAULT 0;
ALTER TABLE geometry ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
ALTER TABLE branch_version ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
ALTER TABLE branch_version ADD COLUMN source_part INTEGER NOT NULL DEFAULT 0;
ALTER TABLE membership ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
ALTER TABLE membership ADD COLUMN source_part INTEGER NOT NULL DEFAULT 0;
ALTER TABLE value ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
ALTER TABLE value ADD COLUMN source_part INTEGER NOT NULL DEFAULT 0;

-- Enterprises and social organisations that should be covered by a branch or an instructor.
CREATE TABLE entity_version (
  county TEXT NOT NULL,
  uid BLOB NOT NULL,
  batch INTEGER NOT NULL,
  valid_from TEXT NOT NULL DEFAULT '',
  valid_to TEXT NOT NULL DEFAULT '9999-12-31',
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  unit_uid BLOB NOT NULL,
  coverage TEXT NOT NULL,
  fields TEXT NOT NULL,
  source_row INTEGER,
  gone INTEGER NOT NULL DEFAULT 0,
  source_part INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (county, uid, batch, valid_from)
) STRICT, WITHOUT ROWID;

-- What became of units: before and after are uids in a row.
CREATE TABLE unit_change (
  county TEXT NOT NULL,
  batch INTEGER NOT NULL,
  n INTEGER NOT NULL,
  kind TEXT NOT NULL,
  since TEXT NOT NULL,
  before BLOB NOT NULL,
  after BLOB NOT NULL,
  overlap REAL,
  PRIMARY KEY (county, batch, n)
) STRICT, WITHOUT ROWID;

DROP INDEX geometry_drawn;
CREATE INDEX geometry_drawn ON geometry (county, role, level, uid, batch, valid_from, valid_to, gone);

-- Empty as long as no value was taken back, so that looking into it costs nothing.
CREATE INDEX value_gone ON value (county, indicator, period_start, period_end, uid, batch) WHERE gone = 1;
