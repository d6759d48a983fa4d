-- Events, and what stores them exactly once. Run when a database file is first used.
-- Names and meanings are those of sql/postgres/0001_event.sql; only types differ: times are
-- integers (microseconds since 1970), addresses and JSON are text.

CREATE TABLE schema_version (
    version integer PRIMARY KEY,
    name text NOT NULL,
    applied integer NOT NULL
) STRICT;

CREATE TABLE section (
    name text PRIMARY KEY,
    format text,
    zone text,
    display text
) STRICT;

-- One row a counter: 'commit' numbers commits, 'helper' and 'rule' change with what they name,
-- 'batch' and 'source' are the numbers last given out.
CREATE TABLE counter (
    name text PRIMARY KEY,
    value integer NOT NULL,
    committed integer NOT NULL
) STRICT;
INSERT INTO counter (name, value, committed)
VALUES ('commit', 0, 0), ('helper', 0, 0), ('rule', 0, 0), ('batch', 0, 0), ('source', 0, 0);

CREATE TABLE helper (
    section text NOT NULL,
    name text NOT NULL,
    place integer NOT NULL,
    is_enabled integer NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (section, name)
) STRICT;

CREATE TABLE cursor (
    source integer PRIMARY KEY,
    revision integer NOT NULL,
    host text NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    section text NOT NULL,
    device integer NOT NULL,
    inode integer NOT NULL,
    head_length integer NOT NULL,
    head_hash blob NOT NULL,
    mark_length integer NOT NULL,
    mark_hash blob NOT NULL,
    position integer NOT NULL,
    line integer NOT NULL,
    token text NOT NULL,
    state text NOT NULL,
    lines integer NOT NULL,
    bytes integer NOT NULL,
    stored integer NOT NULL,
    unparsed integer NOT NULL,
    rejected integer NOT NULL,
    filtered integer NOT NULL,
    gap integer NOT NULL,
    updated integer NOT NULL
) STRICT;
CREATE INDEX cursor_host ON cursor (host);

CREATE TABLE batch (
    batch integer PRIMARY KEY,
    source integer NOT NULL,
    section text NOT NULL,
    byte_start integer NOT NULL,
    byte_end integer NOT NULL,
    line_count integer NOT NULL,
    event_count integer NOT NULL,
    time_min integer,
    time_max integer,
    digest blob,
    commit_no integer NOT NULL UNIQUE,
    committed integer NOT NULL
) STRICT;
CREATE INDEX batch_source ON batch (source, byte_start);

-- The key is batch * 1048576 + seq: rows are appended, and an index entry ends in one number.
CREATE TABLE event (
    id integer PRIMARY KEY,
    time integer NOT NULL,
    time_quality integer NOT NULL,
    section text NOT NULL,
    host_name text NOT NULL,
    labels text NOT NULL,
    dataset text,
    event_category text,
    event_action text,
    event_outcome text,
    event_code text,
    log_facility integer,
    log_severity integer,
    process_name text,
    process_pid integer,
    process_executable text,
    process_command_line text,
    user_name text,
    user_target_name text,
    source_ip text,
    source_port integer,
    destination_ip text,
    destination_port integer,
    network_transport text,
    raw_kind integer NOT NULL,
    eol integer NOT NULL,
    helper text,
    log_offset integer NOT NULL,
    tags text NOT NULL,
    ext text,
    message text NOT NULL,
    raw blob NOT NULL,
    batch integer AS (id >> 20) VIRTUAL,
    seq integer AS (id & 1048575) VIRTUAL
) STRICT;
CREATE INDEX event_time ON event (time);
CREATE INDEX event_host ON event (host_name COLLATE NOCASE, time);
CREATE INDEX event_section ON event (section, time);

CREATE TABLE reject (
    batch integer NOT NULL,
    source integer NOT NULL,
    log_offset integer NOT NULL,
    raw blob NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (source, log_offset, batch)
) STRICT;
