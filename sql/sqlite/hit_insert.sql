-- A hit; one that is there stays as it is.
INSERT INTO hit (
    group_values, time, batch, seq, siem_event, commit_no, committed, is_armed, fired_commit,
    message, keys, version, group_key
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
