-- The cursor of a source, unless that is forgotten.
SELECT source, revision, host, kind, name, section, device, inode, head_length, head_hash,
    mark_length, mark_hash, position, line, token, state, lines, bytes, stored, unparsed, rejected
FROM cursor
WHERE source = ?1 AND forgotten IS NULL
