-- Tamper evidence. Names and meanings are those of sql/postgres/0005_seal.sql.

-- The digest of the source's last batch; empty before the first one that has a digest.
ALTER TABLE cursor ADD COLUMN head blob NOT NULL DEFAULT x'';
ALTER TABLE batch ADD COLUMN previous blob;

-- The digest of a batch's events of one day (counted from 1970), and sums that tell which of them
-- changed. Its rejected lines and gaps have leaves of their own, of days that cannot be.
CREATE TABLE leaf (
    batch integer NOT NULL,
    day integer NOT NULL,
    event_count integer NOT NULL,
    digest blob NOT NULL,
    proof blob NOT NULL,
    retention integer,
    PRIMARY KEY (batch, day)
) STRICT;
CREATE INDEX leaf_day ON leaf (day) WHERE retention IS NULL;
CREATE INDEX leaf_retention ON leaf (retention) WHERE retention IS NOT NULL;

-- That events were removed on purpose. Their leaves stay and name their record.
CREATE TABLE retention (
    retention integer PRIMARY KEY,
    day integer NOT NULL,
    section text,
    leaf_count integer NOT NULL,
    event_count integer NOT NULL,
    removed integer NOT NULL,
    digest blob NOT NULL
) STRICT;
