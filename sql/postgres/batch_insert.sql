-- The last statement of a commit: the batch takes its place in the order of commits.
WITH next AS (
    UPDATE counter SET value = value + 1, committed = greatest(committed, clock_timestamp())
    WHERE name = 'commit'
    RETURNING value, committed
), stored AS (
    INSERT INTO batch (batch, source, section, byte_start, byte_end, line_count, event_count,
        time_min, time_max, commit_no, committed)
    SELECT $1::bigint, $2::bigint, $3::text, $4::bigint, $5::bigint, $6::bigint, $7::bigint,
        $8::timestamptz, $9::timestamptz, value, committed
    FROM next
)
SELECT value, committed, pg_notify('siem_commit', '') FROM next
