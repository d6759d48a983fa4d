-- A SIEM event, new or amended. What its key decides, and the commit that brought it, stay.
INSERT INTO siem_event (
    id, key, revision, time, last_time, section, rule_id, rule_name, rule_version, rule_kind,
    severity, event_count, event_limit, window_start, window_end, group_values, message, tags,
    source_ids, backfill, magnitude, version, group_key, commit_no
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
    revision = excluded.revision, time = excluded.time, last_time = excluded.last_time,
    magnitude = excluded.magnitude, event_count = excluded.event_count,
    window_start = excluded.window_start, window_end = excluded.window_end,
    message = excluded.message, source_ids = excluded.source_ids
