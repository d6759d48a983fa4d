-- A new source, or a new name and identity for one that is known.
INSERT OR REPLACE INTO cursor (
    source, revision, host, kind, name, section, device, inode, head_length, head_hash,
    mark_length, mark_hash, position, line, token, state, lines, bytes, stored, unparsed, rejected,
    filtered, gap, updated
) VALUES (
    ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
    ?22, ?23, ?24
)
