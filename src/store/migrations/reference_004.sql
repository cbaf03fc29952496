-- 2026-11-22: keys of imports that found no unit, and units that a file left out, with the batch of
-- their file. row is that of the file; uid, unit_code and unit_name are what was probably meant, or
-- what was left out.

CREATE TABLE unmatched (
  county TEXT NOT NULL,
  batch INTEGER NOT NULL,
  n INTEGER NOT NULL,
  in_file INTEGER NOT NULL,
  file TEXT NOT NULL,
  sheet TEXT NOT NULL,
  row INTEGER,
  key TEXT NOT NULL,
  name TEXT NOT NULL,
  rows INTEGER NOT NULL,
  cause TEXT NOT NULL,
  uid BLOB,
  unit_code TEXT NOT NULL,
  unit_name TEXT NOT NULL,
  PRIMARY KEY (county, batch, n)
) STRICT, WITHOUT ROWID;
