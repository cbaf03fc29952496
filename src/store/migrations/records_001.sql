-- 2026-11-22: the append-only log of facts. Bodies and salts stand apart, so that a body can one
-- day be erased without breaking the chain; the signature stays empty until there are keys.

CREATE TABLE device (author BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE fact (
  n INTEGER PRIMARY KEY,
  county TEXT NOT NULL,
  id BLOB NOT NULL,
  author BLOB NOT NULL,
  seq INTEGER NOT NULL,
  prev BLOB NOT NULL,
  hlc_ms INTEGER NOT NULL,
  hlc_n INTEGER NOT NULL,
  kind TEXT NOT NULL,
  v INTEGER NOT NULL,
  entity BLOB NOT NULL,
  base BLOB NOT NULL,
  actor TEXT NOT NULL,
  roster INTEGER NOT NULL,
  body_hash BLOB NOT NULL,
  UNIQUE (county, id),
  UNIQUE (county, author, seq)
) STRICT;

CREATE TABLE body (
  county TEXT NOT NULL,
  fact BLOB NOT NULL,
  salt BLOB NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (county, fact)
) STRICT, WITHOUT ROWID;

CREATE TABLE envelope (
  county TEXT NOT NULL,
  author BLOB NOT NULL,
  seq INTEGER NOT NULL,
  hashes BLOB NOT NULL,
  signature BLOB NOT NULL,
  PRIMARY KEY (county, author, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER fact_no_update BEFORE UPDATE ON fact BEGIN SELECT RAISE(ABORT, 'facts are append-only'); END;
CREATE TRIGGER fact_no_delete BEFORE DELETE ON fact BEGIN SELECT RAISE(ABORT, 'facts are append-only'); END;
CREATE TRIGGER body_no_update BEFORE UPDATE ON body BEGIN SELECT RAISE(ABORT, 'facts are append-only'); END;
CREATE TRIGGER body_no_delete BEFORE DELETE ON body BEGIN SELECT RAISE(ABORT, 'facts are append-only'); END;
CREATE TRIGGER envelope_no_update BEFORE UPDATE ON envelope BEGIN SELECT RAISE(ABORT, 'facts are append-only'); END;
CREATE TRIGGER envelope_no_delete BEFORE DELETE ON envelope BEGIN SELECT RAISE(ABORT, 'facts are append-only'); END;
CREATE TRIGGER device_no_update BEFORE UPDATE ON device BEGIN SELECT RAISE(ABORT, 'facts are append-only'); END;
CREATE TRIGGER device_no_delete BEFORE DELETE ON device BEGIN SELECT RAISE(ABORT, 'facts are append-only'); END;
