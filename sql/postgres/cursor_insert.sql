-- A source seen for the first time, or claimed under another name.
INSERT INTO cursor (source, revision, host, kind, name, section, device, inode, head_length,
    head_hash, mark_length, mark_hash, position, line, token, state, lines, bytes, stored,
    unparsed, rejected, updated)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
    $21, clock_timestamp())
ON CONFLICT (source) DO UPDATE SET revision = excluded.revision, host = excluded.host,
    kind = excluded.kind, name = excluded.name, section = excluded.section,
    device = excluded.device, inode = excluded.inode, head_length = excluded.head_length,
    head_hash = excluded.head_hash, mark_length = excluded.mark_length,
    mark_hash = excluded.mark_hash, position = excluded.position, line = excluded.line,
    token = excluded.token, state = excluded.state, lines = excluded.lines,
    bytes = excluded.bytes, stored = excluded.stored, unparsed = excluded.unparsed,
    rejected = excluded.rejected, updated = excluded.updated
-- A batch of the source that was being committed meanwhile has moved the cursor on.
WHERE cursor.revision = excluded.revision - 1
