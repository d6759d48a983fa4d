-- The hits of rules of a depth, by rule and group, in order of time.
SELECT rule, group_values, time, batch, seq, siem_event, message, keys
FROM hit WHERE depth = ?1
ORDER BY rule, group_values, time, batch, seq, siem_event
