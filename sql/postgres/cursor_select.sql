-- The cursors of sources that are not forgotten.
SELECT source, revision, host, kind, name, section, device, inode, head_length, head_hash,
    mark_length, mark_hash, position, line, token, state, lines, bytes, stored, unparsed, rejected
FROM cursor
WHERE source = ANY ($1) AND forgotten IS NULL
ORDER BY source
