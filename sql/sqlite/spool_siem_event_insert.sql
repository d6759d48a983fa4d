-- A SIEM event of a replay.
INSERT INTO siem_event (
    id, key, revision, time, last_time, section, rule_id, rule_name, rule_version, rule_kind,
    severity, event_count, event_limit, window_start, window_end, group_values, message, tags,
    source_ids, backfill
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
