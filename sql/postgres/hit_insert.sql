-- Hits, one array a column; one that is there stays as it is.
INSERT INTO hit (
    version, group_key, time, batch, seq, siem_event, commit_no, committed, is_armed,
    fired_commit, group_values, message, keys
)
SELECT * FROM unnest(
    $1::bigint[], $2::text[], $3::timestamptz[], $4::bigint[], $5::integer[], $6::text[],
    $7::bigint[], $8::timestamptz[], $9::boolean[], $10::bigint[], $11::text[], $12::text[],
    $13::text[]
) ON CONFLICT DO NOTHING
