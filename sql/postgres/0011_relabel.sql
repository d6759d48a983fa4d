-- That labels of stored events were computed anew: a record a batch and time, numbered densely,
-- each a link of one chain. The digests of batches go on covering the labels that events were
-- stored with; `siemmanage verify` finds those here.
CREATE TABLE relabel (
    relabel bigint PRIMARY KEY,
    batch bigint NOT NULL,
    -- The program that computed them.
    engine text NOT NULL,
    event_count bigint NOT NULL,
    -- [[labels before, labels now, [seq, ...]], ...]
    changes text NOT NULL,
    made timestamptz NOT NULL,
    digest bytea NOT NULL
);
CREATE INDEX relabel_batch ON relabel (batch);
