-- Sets a cursor, if its revision is still the one that was read (?2). No row: it is not.
UPDATE cursor SET
    revision = ?2 + 1, host = ?3, kind = ?4, name = ?5, section = ?6, device = ?7, inode = ?8,
    head_length = ?9, head_hash = ?10, mark_length = ?11, mark_hash = ?12, position = ?13,
    line = ?14, token = ?15, state = ?16, lines = ?17, bytes = ?18, stored = ?19, unparsed = ?20,
    rejected = ?21, updated = ?22,
    stored_lines = stored_lines + ?23, stored_bytes = stored_bytes + ?24,
    rejected_lines = rejected_lines + ?25, rejected_bytes = rejected_bytes + ?26,
    filtered_lines = filtered_lines + ?27, filtered_bytes = filtered_bytes + ?28,
    gap_lines = gap_lines + ?29, gap_bytes = gap_bytes + ?30
WHERE source = ?1 AND revision = ?2
