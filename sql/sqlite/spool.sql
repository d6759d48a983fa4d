-- A temporary file: what a replay puts aside. Written in any order, read once, sorted: no indexes.
CREATE TABLE hit (
    depth integer NOT NULL,
    rule integer NOT NULL,
    group_values text NOT NULL,
    time integer NOT NULL,
    batch integer NOT NULL,
    seq integer NOT NULL,
    siem_event text NOT NULL,
    message text NOT NULL,
    keys text NOT NULL
) STRICT;
CREATE TABLE siem_event (
    id text NOT NULL,
    key text NOT NULL,
    revision integer NOT NULL,
    time integer NOT NULL,
    last_time integer NOT NULL,
    section text NOT NULL,
    rule_id text NOT NULL,
    rule_name text NOT NULL,
    rule_version text NOT NULL,
    rule_kind text NOT NULL,
    severity integer NOT NULL,
    event_count integer NOT NULL,
    event_limit integer NOT NULL,
    window_start integer NOT NULL,
    window_end integer NOT NULL,
    group_values text NOT NULL,
    message text NOT NULL,
    tags text NOT NULL,
    source_ids text NOT NULL,
    backfill integer NOT NULL
) STRICT;
