-- Reference sets: each content that a set ever had is a row; rules name sets, and a version of a
-- rule is bound to contents. Names and meanings are those of sql/sqlite/0009_set.sql.
CREATE TABLE reference_set (
    name text NOT NULL,
    -- The SHA-256 of the values.
    digest text NOT NULL,
    -- At most one content of a name is what the set holds now.
    is_current boolean NOT NULL,
    -- When it came into force last.
    updated timestamptz NOT NULL,
    value_count bigint NOT NULL,
    -- The values, sorted, as a JSON array.
    body text NOT NULL,
    PRIMARY KEY (name, digest)
);

-- The digests of the sets that a version is bound to, as a JSON object by name.
ALTER TABLE rule_version ADD COLUMN sets text NOT NULL DEFAULT '{}';
