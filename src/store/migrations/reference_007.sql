-- 2026-11-22: which frameworks were in use from when on: two values are compared only where they were
-- reported under the same definition. parts: hashes of framework_in_use, divided by spaces.

CREATE TABLE framework_use (
  county TEXT NOT NULL,
  known_from INTEGER NOT NULL,
  parts TEXT NOT NULL,
  PRIMARY KEY (county, known_from)
) STRICT, WITHOUT ROWID;

INSERT INTO framework_use (county, known_from, parts)
  SELECT county, min(known_from), sha256 FROM framework_in_use
  WHERE sha256 = (SELECT value FROM meta WHERE key = 'framework') GROUP BY county, sha256;
