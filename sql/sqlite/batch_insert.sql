-- One batch; its number and its place in the order of commits are drawn before.
INSERT INTO batch (
    batch, source, section, byte_start, byte_end, line_count, event_count, time_min, time_max,
    previous, digest, commit_no, committed
) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
