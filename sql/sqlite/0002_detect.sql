-- Rules, the intervals of their versions, hits and SIEM events.
-- Names and meanings are those of sql/postgres/0002_detect.sql; only types differ.

CREATE TABLE rule (
    section text NOT NULL,
    name text NOT NULL,
    is_enabled integer NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (section, name)
) STRICT;

CREATE TABLE rule_version (
    version integer PRIMARY KEY,
    section text NOT NULL,
    name text NOT NULL,
    hash text NOT NULL,
    out_section text NOT NULL,
    body text NOT NULL,
    UNIQUE (section, name, hash)
) STRICT;

-- A version sees commits in (from_commit, to_commit]; position is the last one it was shown.
CREATE TABLE activation (
    activation integer PRIMARY KEY,
    version integer NOT NULL,
    origin text NOT NULL,
    from_commit integer NOT NULL,
    to_commit integer,
    armed_commit integer NOT NULL,
    created_commit integer NOT NULL,
    position integer NOT NULL,
    late integer NOT NULL
) STRICT;

-- A hit is on an event (batch, seq) or on a SIEM event (then batch and seq are 0).
-- group_key is the hash of group_values, a JSON array: a value may be too long for an index.
CREATE TABLE hit (
    version integer NOT NULL,
    group_key text NOT NULL,
    time integer NOT NULL,
    batch integer NOT NULL,
    seq integer NOT NULL,
    siem_event text NOT NULL,
    commit_no integer NOT NULL,
    committed integer NOT NULL,
    is_armed integer NOT NULL,
    fired_commit integer,
    group_values text NOT NULL,
    message text NOT NULL,
    PRIMARY KEY (version, group_key, time, batch, seq, siem_event)
) STRICT, WITHOUT ROWID;
CREATE INDEX hit_time ON hit (time);
CREATE INDEX hit_fired ON hit (fired_commit) WHERE fired_commit IS NOT NULL;

CREATE TABLE siem_event (
    id text PRIMARY KEY,
    version integer NOT NULL,
    group_key text NOT NULL,
    commit_no integer NOT NULL,
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
    magnitude integer NOT NULL,
    event_count integer NOT NULL,
    event_limit integer NOT NULL,
    window_start integer NOT NULL,
    window_end integer NOT NULL,
    group_values text NOT NULL,
    message text NOT NULL,
    tags text NOT NULL,
    source_ids text NOT NULL,
    backfill integer NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX siem_event_time ON siem_event (time);
CREATE INDEX siem_event_group ON siem_event (version, group_key, time);
CREATE INDEX siem_event_commit ON siem_event (commit_no);
