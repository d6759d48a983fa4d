-- The cursors of a host (?1), or the cursor of a source (?2).
SELECT source, revision, host, kind, name, section, device, inode, head_length, head_hash,
    mark_length, mark_hash, position, line, token, state, lines, bytes, stored, unparsed, rejected,
    filtered, gap
FROM cursor
WHERE host = ?1 OR source = ?2
ORDER BY source
