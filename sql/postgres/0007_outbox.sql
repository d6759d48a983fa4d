-- Actions on their way out: one row a SIEM event and action, written in the transaction that
-- writes the SIEM event. Names and meanings are those of sql/sqlite/0007_outbox.sql.
CREATE TABLE outbox (
    siem_event text NOT NULL,
    action text NOT NULL,
    -- 'waiting', 'done', 'summed' (told in a summary) or 'failed'
    state text NOT NULL,
    created timestamptz NOT NULL,
    -- Not tried before.
    due timestamptz NOT NULL,
    attempts integer NOT NULL,
    finished timestamptz,
    result text NOT NULL,
    PRIMARY KEY (siem_event, action)
);
CREATE INDEX outbox_due ON outbox (action, due) WHERE state = 'waiting';
CREATE INDEX outbox_finished ON outbox (action, finished) WHERE finished IS NOT NULL;
