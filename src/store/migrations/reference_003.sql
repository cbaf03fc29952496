-- 2026-11-22: official areas of units, as a table or a map of an office gives them: what the area of
-- a boundary is held against.

CREATE TABLE official_area (
  county TEXT NOT NULL,
  level TEXT NOT NULL,
  uid BLOB NOT NULL,
  batch INTEGER NOT NULL,
  valid_from TEXT NOT NULL DEFAULT '',
  valid_to TEXT NOT NULL DEFAULT '9999-12-31',
  area_km2 REAL NOT NULL,
  source_row INTEGER,
  source_part INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (county, level, uid, batch, valid_from)
) STRICT, WITHOUT ROWID;
