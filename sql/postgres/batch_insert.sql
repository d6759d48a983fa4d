-- The last statement of a commit: the batch takes its place in the order of commits, its leaves
-- and its digest are stored, and the digest becomes the head of its source.
WITH next AS (
    UPDATE counter SET value = value + 1, committed = greatest(committed, clock_timestamp())
    WHERE name = 'commit'
    RETURNING value, committed
), link AS (
    SELECT value, committed, sha256($10::bytea || $11::bytea || int8send(value)
        || int8send((extract(epoch FROM committed) * 1000000)::bigint)) AS digest
    FROM next
), stored AS (
    INSERT INTO batch (batch, source, section, byte_start, byte_end, line_count, event_count,
        time_min, time_max, previous, digest, commit_no, committed)
    SELECT $1::bigint, $2::bigint, $3::text, $4::bigint, $5::bigint, $6::bigint, $7::bigint,
        $8::timestamptz, $9::timestamptz, $10, digest, value, committed
    FROM link
), leaves AS (
    INSERT INTO leaf (batch, day, event_count, digest, proof)
    SELECT $1, * FROM unnest($12::integer[], $13::bigint[], $14::bytea[], $15::bytea[])
), moved AS (
    UPDATE cursor SET head = link.digest FROM link WHERE source = $2
)
SELECT value, committed, pg_notify('siem_commit', '') FROM link
