-- The cursors of sources.
SELECT source, revision, host, kind, name, section, device, inode, head_length, head_hash,
    mark_length, mark_hash, position, line, token, state, lines, bytes, stored, unparsed, rejected,
    filtered, gap
FROM cursor
WHERE source = ANY ($1)
ORDER BY source
