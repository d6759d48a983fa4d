-- Firing instants of a section's SIEM events that began with commits in (after, until].
SELECT h.version, h.group_values, h.time, h.batch, h.seq, h.siem_event, h.fired_commit
FROM hit h JOIN rule_version v ON v.version = h.version
WHERE h.fired_commit > $1 AND h.fired_commit <= $2 AND v.out_section = $3
UNION ALL
SELECT s.version, s.group_values, s.time, 0, 0, s.id, s.commit_no
FROM siem_event s
WHERE s.commit_no > $1 AND s.commit_no <= $2 AND s.section = $3 AND s.rule_kind = 'dead'
ORDER BY 7, 3
