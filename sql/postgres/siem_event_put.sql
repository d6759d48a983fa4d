-- A SIEM event, new or amended. What its key decides, and the commit that brought it, stay.
INSERT INTO siem_event (
    id, version, group_key, commit_no, key, revision, time, last_time, section, rule_id,
    rule_name, rule_version, rule_kind, severity, magnitude, event_count, event_limit,
    window_start, window_end, group_values, message, tags, source_ids, backfill
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)
ON CONFLICT (id) DO UPDATE SET
    revision = excluded.revision, time = excluded.time, last_time = excluded.last_time,
    magnitude = excluded.magnitude, event_count = excluded.event_count,
    window_start = excluded.window_start, window_end = excluded.window_end,
    message = excluded.message, source_ids = excluded.source_ids
