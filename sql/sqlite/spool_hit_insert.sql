-- A hit of a replay.
INSERT INTO hit (depth, rule, group_values, time, batch, seq, siem_event, message, keys)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
