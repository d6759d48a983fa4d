-- A hit; one that is there stays as it is.
INSERT INTO hit (
    version, group_key, time, batch, seq, siem_event, commit_no, committed, is_armed,
    fired_commit, group_values, message, keys
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
