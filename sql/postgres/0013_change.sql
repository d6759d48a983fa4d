-- The order in which SIEM events were stored and amended, so that they can be followed. A table of
-- its own: siem_event itself does not depend on when siemtrigger ran. Names and meanings are those
-- of sql/sqlite/0013_change.sql.
CREATE TABLE change (
    siem_event text PRIMARY KEY,
    change_no bigint NOT NULL
);
CREATE INDEX change_order ON change (change_no, siem_event);
INSERT INTO change (siem_event, change_no) SELECT id, 1 FROM siem_event;
INSERT INTO counter (name, value, committed) VALUES ('change', 1, '-infinity');
