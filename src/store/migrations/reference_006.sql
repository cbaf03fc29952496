-- 2026-11-22: what stands beside units, branches, entities, zones and values: regions 片区, pairings 结对,
-- places 点线, items of lists 清单. A row says what a batch says of one of them; which of its columns a
-- kind has is told in src/store/record.rs. `fields` is JSON: roles and further columns, as texts.
-- `shape` is the point or the lines of a place, its bytes as in src/gis/original.rs; NULL: none.

CREATE TABLE record_version (
  county TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('region', 'link', 'place', 'item')),
  uid BLOB NOT NULL,
  batch INTEGER NOT NULL,
  valid_from TEXT NOT NULL DEFAULT '',
  valid_to TEXT NOT NULL DEFAULT '9999-12-31',
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  unit_uid BLOB,
  fields TEXT NOT NULL,
  shape BLOB,
  source_row INTEGER,
  source_part INTEGER NOT NULL DEFAULT 0,
  gone INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (county, kind, uid, batch, valid_from)
) STRICT, WITHOUT ROWID;
