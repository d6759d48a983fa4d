-- Whether the shipped helpers and rules were installed: 1 when they were.
INSERT INTO counter (name, value, committed) VALUES ('shipped', 0, 0);
