-- Actions on their way out: one row a SIEM event and action, written in the transaction that
-- writes the SIEM event. Names and meanings are those of sql/postgres/0007_outbox.sql.
CREATE TABLE outbox (
    siem_event text NOT NULL,
    action text NOT NULL,
    -- 'waiting', 'done', 'summed' (told in a summary) or 'failed'
    state text NOT NULL,
    created integer NOT NULL,
    -- Not tried before.
    due integer NOT NULL,
    attempts integer NOT NULL,
    finished integer,
    result text NOT NULL,
    PRIMARY KEY (siem_event, action)
) STRICT;
CREATE INDEX outbox_due ON outbox (action, due) WHERE state = 'waiting';
CREATE INDEX outbox_finished ON outbox (action, finished) WHERE finished IS NOT NULL;
