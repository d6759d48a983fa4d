-- Intervals that advance together share their position: a step of thousands of rules writes one
-- row. Where `stand` is given, the position is that stand's; see common/store/src/detect/stand.rs.
CREATE TABLE stand (
    stand bigint PRIMARY KEY,
    position bigint NOT NULL
);
ALTER TABLE activation ADD COLUMN stand bigint;
INSERT INTO counter (name, value, committed) VALUES ('stand', 0, '-infinity');
