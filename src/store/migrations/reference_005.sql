-- 2026-11-22: what came of the rules, derived: leads by table (a level by its position, then the
-- branches) and row, and how many lie in each row.

CREATE TABLE lead (
  county TEXT NOT NULL,
  tab INTEGER NOT NULL,
  row INTEGER NOT NULL,
  rule INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (county, tab, row, rule)
) STRICT, WITHOUT ROWID;

CREATE TABLE lead_count (
  county TEXT NOT NULL,
  tab INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (county, tab)
) STRICT, WITHOUT ROWID;
