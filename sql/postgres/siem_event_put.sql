-- SIEM events, new or amended, one array a column and each once. What its key decides, and the
-- commit that brought it, stay.
INSERT INTO siem_event (
    id, version, group_key, commit_no, key, revision, time, last_time, section, rule_id,
    rule_name, rule_version, rule_kind, severity, magnitude, event_count, event_limit,
    window_start, window_end, group_values, message, tags, source_ids, backfill
)
SELECT * FROM unnest(
    $1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::integer[],
    $7::timestamptz[], $8::timestamptz[], $9::text[], $10::text[], $11::text[], $12::text[],
    $13::text[], $14::smallint[], $15::integer[], $16::bigint[], $17::bigint[],
    $18::timestamptz[], $19::timestamptz[], $20::text[], $21::text[], $22::text[], $23::text[],
    $24::boolean[]
)
ON CONFLICT (id) DO UPDATE SET
    revision = excluded.revision, time = excluded.time, last_time = excluded.last_time,
    magnitude = excluded.magnitude, event_count = excluded.event_count,
    window_start = excluded.window_start, window_end = excluded.window_end,
    message = excluded.message, source_ids = excluded.source_ids
