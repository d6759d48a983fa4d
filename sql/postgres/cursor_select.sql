-- The cursors of a host, or one cursor.
SELECT source, revision, host, kind, name, section, device, inode, head_length, head_hash,
    mark_length, mark_hash, position, line, token, state, lines, bytes, stored, unparsed, rejected,
    filtered, gap
FROM cursor
WHERE ($1::text IS NULL OR host = $1) AND ($2::bigint IS NULL OR source = $2)
ORDER BY source
