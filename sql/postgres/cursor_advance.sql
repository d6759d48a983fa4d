-- The compare-and-set of a batch: no row when the cursor is not at the revision last read.
-- Returns the digest of the batch before.
UPDATE cursor SET revision = revision + 1, host = $3, kind = $4, name = $5, section = $6,
    device = $7, inode = $8, head_length = $9, head_hash = $10, mark_length = $11,
    mark_hash = $12, position = $13, line = $14, token = $15, state = $16, lines = $17,
    bytes = $18, stored = $19, unparsed = $20, rejected = $21,
    stored_lines = stored_lines + $22, stored_bytes = stored_bytes + $23,
    rejected_lines = rejected_lines + $24, rejected_bytes = rejected_bytes + $25,
    filtered_lines = filtered_lines + $26, filtered_bytes = filtered_bytes + $27,
    gap_lines = gap_lines + $28, gap_bytes = gap_bytes + $29, updated = clock_timestamp()
WHERE source = $1 AND revision = $2
RETURNING head
