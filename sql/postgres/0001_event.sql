-- Events, and what stores them exactly once. Run by `siemmanage init` as the owner.
-- Names and meanings are those of sql/sqlite/0001_event.sql; only types differ.

CREATE TABLE schema_version (
    version integer PRIMARY KEY,
    name text NOT NULL,
    applied timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE section (
    name text PRIMARY KEY,
    format text,
    zone text,
    display text
);

-- One row a counter: 'commit' numbers commits, 'helper' and 'rule' change with what they name.
CREATE TABLE counter (
    name text PRIMARY KEY,
    value bigint NOT NULL,
    committed timestamptz NOT NULL
);
INSERT INTO counter (name, value, committed)
VALUES ('commit', 0, '-infinity'), ('helper', 0, '-infinity'), ('rule', 0, '-infinity');

CREATE TABLE helper (
    section text NOT NULL,
    name text NOT NULL,
    place integer NOT NULL,
    is_enabled boolean NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (section, name)
);

CREATE SEQUENCE source_number;
CREATE TABLE cursor (
    source bigint PRIMARY KEY,
    revision bigint NOT NULL,
    host text NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    section text NOT NULL,
    device bigint NOT NULL,
    inode bigint NOT NULL,
    head_length bigint NOT NULL,
    head_hash bytea NOT NULL,
    mark_length bigint NOT NULL,
    mark_hash bytea NOT NULL,
    position bigint NOT NULL,
    line bigint NOT NULL,
    token text NOT NULL,
    state text NOT NULL,
    lines bigint NOT NULL,
    bytes bigint NOT NULL,
    stored bigint NOT NULL,
    unparsed bigint NOT NULL,
    rejected bigint NOT NULL,
    filtered bigint NOT NULL,
    gap bigint NOT NULL,
    updated timestamptz NOT NULL
);
CREATE INDEX cursor_host ON cursor (host);

CREATE SEQUENCE batch_number;
CREATE TABLE batch (
    batch bigint PRIMARY KEY,
    source bigint NOT NULL,
    section text NOT NULL,
    byte_start bigint NOT NULL,
    byte_end bigint NOT NULL,
    line_count bigint NOT NULL,
    event_count bigint NOT NULL,
    time_min timestamptz,
    time_max timestamptz,
    digest bytea,
    commit_no bigint NOT NULL UNIQUE,
    committed timestamptz NOT NULL
);

CREATE TABLE event (
    batch bigint NOT NULL,
    seq integer NOT NULL,
    time timestamptz NOT NULL,
    time_quality smallint NOT NULL,
    section text NOT NULL,
    host_name text NOT NULL,
    labels text NOT NULL,
    dataset text,
    event_category text,
    event_action text,
    event_outcome text,
    event_code text,
    log_facility smallint,
    log_severity smallint,
    process_name text,
    process_pid bigint,
    process_executable text,
    process_command_line text,
    user_name text,
    user_target_name text,
    source_ip inet,
    source_port integer,
    destination_ip inet,
    destination_port integer,
    network_transport text,
    message text NOT NULL,
    raw bytea NOT NULL,
    raw_kind smallint NOT NULL,
    eol smallint NOT NULL,
    helper text,
    log_offset bigint NOT NULL,
    tags text NOT NULL,
    ext jsonb,
    PRIMARY KEY (batch, seq, time)
) PARTITION BY RANGE (time);
CREATE TABLE event_default PARTITION OF event DEFAULT;
CREATE INDEX event_time ON event USING brin (time) WITH (pages_per_range = 32);
-- Folded as filters fold; cut, because an index entry is limited and host names are not.
CREATE INDEX event_host ON event (lower(left(host_name, 64) COLLATE "C"), time);
CREATE INDEX event_section ON event (section, time);

CREATE TABLE reject (
    batch bigint NOT NULL,
    source bigint NOT NULL,
    log_offset bigint NOT NULL,
    raw bytea NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (source, log_offset, batch)
);

-- Makes the partitions of days (UTC) and returns those of them that exist afterwards. Days outside
-- [now - 2 years, now + 2 days], and days for which a lock cannot be had, stay in the default
-- partition; `siemmanage doctor` moves them later. A standalone table is made and attached:
-- CREATE TABLE ... PARTITION OF would lock every reader and writer out.
CREATE FUNCTION ensure_day(days date[]) RETURNS date[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    present date[] := '{}';
    one date;
    part text;
    first timestamptz;
    next timestamptz;
BEGIN
    SET LOCAL lock_timeout = '1500ms';
    FOR one IN
        SELECT DISTINCT day FROM unnest(days) AS day
        WHERE day BETWEEN today - 731 AND today + 2 ORDER BY day
    LOOP
        part := 'event_' || to_char(one, 'YYYYMMDD');
        first := one::timestamp AT TIME ZONE 'UTC';
        next := (one + 1)::timestamp AT TIME ZONE 'UTC';
        BEGIN
            IF to_regclass('public.' || part) IS NULL THEN
                PERFORM pg_advisory_xact_lock(hashtextextended('siem ensure_day', 0));
            END IF;
            IF to_regclass('public.' || part) IS NULL THEN
                EXECUTE format('CREATE TABLE public.%I (LIKE public.event INCLUDING DEFAULTS)', part);
                LOCK TABLE public.event_default IN ACCESS EXCLUSIVE MODE;
                EXECUTE format('WITH moved AS (DELETE FROM public.event_default '
                    'WHERE time >= %L AND time < %L RETURNING *) '
                    'INSERT INTO public.%I SELECT * FROM moved', first, next, part);
                EXECUTE format('ALTER TABLE public.event ATTACH PARTITION public.%I '
                    'FOR VALUES FROM (%L) TO (%L)', part, first, next);
            END IF;
            present := present || one;
        EXCEPTION WHEN lock_not_available OR deadlock_detected OR duplicate_table THEN
            NULL;
        END;
    END LOOP;
    RETURN present;
END
$$;

-- The fields of a raw line that is JSON; NULL where it cannot be read as such.
CREATE FUNCTION original(raw bytea, raw_kind smallint) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF raw_kind = 2 THEN
        RETURN replace(convert_from(raw, 'UTF8'), '\u0000', '\ufffd')::jsonb;
    END IF;
    RETURN NULL;
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END
$$;

-- For people at psql: events with all fields that are not columns, whether they came in the line
-- or were added: SELECT * FROM event_json WHERE fields ->> 'EventID' = '4625';
CREATE VIEW event_json AS
SELECT event.batch || '.' || event.seq AS id, time, section, host_name, process_name, user_name,
    source_ip, message, coalesce(original(raw, raw_kind), '{}') || coalesce(ext, '{}') AS fields
FROM event;
