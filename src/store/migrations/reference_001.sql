-- 2026-11-22: units, boundaries, branches, memberships and values, in batches.
-- Rows of batches are only inserted; a batch is taken back by stamping withdrawn_at.
-- Dates are TEXT (YYYY-MM-DD, valid_from <= d < valid_to), instants are milliseconds of UTC.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE batch (
  county TEXT NOT NULL,
  id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  source TEXT NOT NULL,
  file TEXT NOT NULL,
  source_sha256 TEXT NOT NULL,
  known_from INTEGER NOT NULL,
  withdrawn_at INTEGER,
  PRIMARY KEY (county, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE unit_version (
  county TEXT NOT NULL,
  tree TEXT NOT NULL,
  level TEXT NOT NULL,
  uid BLOB NOT NULL,
  batch INTEGER NOT NULL,
  valid_from TEXT NOT NULL DEFAULT '',
  valid_to TEXT NOT NULL DEFAULT '9999-12-31',
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  parent_uid BLOB,
  source_row INTEGER,
  PRIMARY KEY (county, tree, level, uid, batch, valid_from)
) STRICT, WITHOUT ROWID;

-- coords: u32 number of rings, per ring u32 number of points, then longitude and latitude in
-- degrees as f64, all little-endian: the boundary as it came, never simplified.
CREATE TABLE geometry (
  county TEXT NOT NULL,
  role TEXT NOT NULL,
  level TEXT NOT NULL,
  uid BLOB NOT NULL,
  batch INTEGER NOT NULL,
  valid_from TEXT NOT NULL DEFAULT '',
  valid_to TEXT NOT NULL DEFAULT '9999-12-31',
  kind TEXT NOT NULL,
  coords BLOB NOT NULL,
  PRIMARY KEY (county, role, level, uid, batch, valid_from)
) STRICT;
CREATE INDEX geometry_drawn ON geometry (county, role, level, uid, batch, valid_from, valid_to);

CREATE TABLE branch_version (
  county TEXT NOT NULL,
  uid BLOB NOT NULL,
  batch INTEGER NOT NULL,
  valid_from TEXT NOT NULL DEFAULT '',
  valid_to TEXT NOT NULL DEFAULT '9999-12-31',
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  unit_uid BLOB NOT NULL,
  x_deg REAL,
  y_deg REAL,
  fields TEXT NOT NULL,
  source_row INTEGER,
  PRIMARY KEY (county, uid, batch, valid_from)
) STRICT, WITHOUT ROWID;

CREATE TABLE membership (
  county TEXT NOT NULL,
  kind TEXT NOT NULL,
  grp TEXT NOT NULL,
  uid BLOB NOT NULL,
  batch INTEGER NOT NULL,
  valid_from TEXT NOT NULL DEFAULT '',
  valid_to TEXT NOT NULL DEFAULT '9999-12-31',
  source_row INTEGER,
  PRIMARY KEY (county, kind, grp, uid, batch, valid_from)
) STRICT, WITHOUT ROWID;

-- state: value | none | not-due; what did not come is the absence of a row.
CREATE TABLE value (
  county TEXT NOT NULL,
  indicator TEXT NOT NULL,
  period_start TEXT NOT NULL,
  period_end TEXT NOT NULL,
  uid BLOB NOT NULL,
  batch INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('value', 'none', 'not-due')),
  num REAL,
  den REAL,
  value REAL,
  source_row INTEGER,
  PRIMARY KEY (county, indicator, period_start, period_end, uid, batch)
) STRICT, WITHOUT ROWID;

CREATE TABLE framework_in_use (
  county TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  known_from INTEGER NOT NULL,
  file TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (county, sha256)
) STRICT, WITHOUT ROWID;

-- From here on derived: may be dropped and built again at any time.

-- The last load of every layer and table: what it was loaded from and what came of it.
CREATE TABLE source (
  county TEXT NOT NULL,
  source TEXT NOT NULL,
  file TEXT NOT NULL,
  spec TEXT NOT NULL,
  size INTEGER NOT NULL,
  mtime INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  batch INTEGER,
  read INTEGER NOT NULL,
  drawn INTEGER NOT NULL,
  listed INTEGER NOT NULL,
  problems TEXT NOT NULL,
  PRIMARY KEY (county, source, file)
) STRICT, WITHOUT ROWID;

CREATE TABLE pack (
  county TEXT NOT NULL,
  level TEXT NOT NULL,
  lod INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  min_x_deg REAL NOT NULL,
  min_y_deg REAL NOT NULL,
  max_x_deg REAL NOT NULL,
  max_y_deg REAL NOT NULL,
  version INTEGER NOT NULL,
  units BLOB NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (county, level, lod, seq)
) STRICT;

CREATE TABLE block (
  county TEXT NOT NULL,
  level TEXT NOT NULL,
  indicator TEXT NOT NULL,
  period_start TEXT NOT NULL,
  period_end TEXT NOT NULL,
  version INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (county, level, indicator, period_start, period_end)
) STRICT;

-- A level (or, with an empty level, the branches) in the order of the tree, as it is loaded.
CREATE TABLE level_table (
  county TEXT NOT NULL,
  level TEXT NOT NULL,
  version INTEGER NOT NULL,
  len INTEGER NOT NULL,
  fingerprint INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (county, level)
) STRICT;

-- What the units of a level above the reporting one show, rolled up over everything below.
CREATE TABLE rolled (
  county TEXT NOT NULL,
  level TEXT NOT NULL,
  indicator TEXT NOT NULL,
  period_start TEXT NOT NULL,
  period_end TEXT NOT NULL,
  version INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (county, level, indicator, period_start, period_end)
) STRICT;
