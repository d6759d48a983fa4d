-- Tamper evidence. Names and meanings are those of sql/sqlite/0005_seal.sql.

-- The digest of the source's last batch; empty before the first one that has a digest.
ALTER TABLE cursor ADD COLUMN head bytea NOT NULL DEFAULT '';
ALTER TABLE batch ADD COLUMN previous bytea;

-- The digest of a batch's events of one day (counted from 1970), and sums that tell which of them
-- changed. Its rejected lines and gaps have leaves of their own, of days that cannot be.
CREATE TABLE leaf (
    batch bigint NOT NULL,
    day integer NOT NULL,
    event_count bigint NOT NULL,
    digest bytea NOT NULL,
    proof bytea NOT NULL,
    retention bigint,
    PRIMARY KEY (batch, day)
);
-- Sums do not compress; trying costs time.
ALTER TABLE leaf ALTER COLUMN proof SET STORAGE EXTERNAL;
CREATE INDEX leaf_day ON leaf (day) WHERE retention IS NULL;
CREATE INDEX leaf_retention ON leaf (retention) WHERE retention IS NOT NULL;

-- That events were removed on purpose. Their leaves stay and name their record.
CREATE TABLE retention (
    retention bigint PRIMARY KEY,
    day integer NOT NULL,
    section text,
    leaf_count bigint NOT NULL,
    event_count bigint NOT NULL,
    removed timestamptz NOT NULL,
    digest bytea NOT NULL
);

-- Drops the partition of a day and returns how many events it held, or -1 when some of them have
-- no retention record yet. Their batches' counts are lowered in the same transaction, so that no
-- reader waits for what is gone. The lock that shuts readers out is held for a moment, at the
-- end, and waited for no longer than half a second.
CREATE OR REPLACE FUNCTION drop_day(part regclass) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '500ms'
AS $$
DECLARE
    gone bigint;
    one integer;
BEGIN
    EXECUTE format('LOCK TABLE %s IN SHARE MODE', part);
    SELECT to_date(right(relname, 8), 'YYYYMMDD') - date '1970-01-01' INTO one
    FROM pg_class WHERE oid = part;
    IF EXISTS (SELECT 1 FROM public.leaf WHERE day = one AND retention IS NULL) THEN
        RETURN -1;
    END IF;
    EXECUTE format('WITH held AS (SELECT batch, count(*) AS events FROM %s GROUP BY batch), '
        'lowered AS (UPDATE public.batch SET event_count = event_count - events FROM held '
        'WHERE batch.batch = held.batch) SELECT coalesce(sum(events), 0) FROM held', part)
    INTO gone;
    EXECUTE format('ALTER TABLE public.event DETACH PARTITION %s', part);
    EXECUTE format('DROP TABLE %s', part);
    RETURN gone;
END
$$;

-- Removes the events before a time (all without one) of a section (all without one) from some
-- pages of a partition, lowers their batches' counts, and returns how many they were. Events
-- without a retention record stay.
CREATE OR REPLACE FUNCTION sweep_event(
    part regclass, before timestamptz, of_section text, first_page bigint, next_page bigint
) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    gone bigint;
BEGIN
    EXECUTE format('WITH old AS (DELETE FROM %s AS one WHERE ctid >= %L::tid AND ctid < %L::tid '
        'AND ($1 IS NULL OR time < $1) AND ($2 IS NULL OR section = $2) '
        'AND NOT EXISTS (SELECT 1 FROM public.leaf WHERE leaf.batch = one.batch '
        'AND leaf.day = (one.time AT TIME ZONE ''UTC'')::date - date ''1970-01-01'' '
        'AND leaf.retention IS NULL) RETURNING batch), '
        'held AS (SELECT batch, count(*) AS events FROM old GROUP BY batch), '
        'lowered AS (UPDATE public.batch SET event_count = event_count - events FROM held '
        'WHERE batch.batch = held.batch) SELECT coalesce(sum(events), 0) FROM held',
        part, format('(%s,0)', first_page), format('(%s,0)', next_page))
    INTO gone USING before, of_section;
    RETURN gone;
END
$$;
