-- A source whose file is gone for good is looked for no more; its row stays, for its account and the
-- end of its digests' chain. What was left out and what is missing is counted once, by the store.
ALTER TABLE cursor ADD COLUMN forgotten integer;
ALTER TABLE cursor DROP COLUMN filtered;
ALTER TABLE cursor DROP COLUMN gap;
DROP INDEX cursor_host;
CREATE INDEX cursor_host ON cursor (host) WHERE forgotten IS NULL;
