-- Whether the events that a record removed were written into archives before: its digest covers it.
ALTER TABLE retention ADD COLUMN archived integer NOT NULL DEFAULT 0;
