-- 2026-11-22: what was imported and taken back, so that reference.db can be made again from the
-- kept files. `body` is JSON: the files by name and hash and the choices of an import, the
-- imports' batches of an undo.

CREATE TABLE import_log (
  n INTEGER PRIMARY KEY,
  county TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('import', 'undo')),
  at_ms INTEGER NOT NULL,
  actor TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;

CREATE TRIGGER import_log_no_update BEFORE UPDATE ON import_log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER import_log_no_delete BEFORE DELETE ON import_log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
