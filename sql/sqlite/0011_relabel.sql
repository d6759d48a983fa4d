-- That labels of stored events were computed anew. Names and meanings are those of
-- sql/postgres/0011_relabel.sql.
CREATE TABLE relabel (
    relabel integer PRIMARY KEY,
    batch integer NOT NULL,
    engine text NOT NULL,
    event_count integer NOT NULL,
    changes text NOT NULL,
    made integer NOT NULL,
    digest blob NOT NULL
) STRICT;
CREATE INDEX relabel_batch ON relabel (batch);
