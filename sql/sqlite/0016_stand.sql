-- Intervals that advance together share their position: a step of thousands of rules writes one
-- row. Where `stand` is given, the position is that stand's; see common/store/src/detect/stand.rs.
CREATE TABLE stand (
    stand integer PRIMARY KEY,
    position integer NOT NULL
) STRICT;
ALTER TABLE activation ADD COLUMN stand integer;
INSERT INTO counter (name, value, committed) VALUES ('stand', 0, 0);
