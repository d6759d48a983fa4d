-- Whether the events that a record removed were written into archives before: its digest covers it.
ALTER TABLE retention ADD COLUMN archived boolean NOT NULL DEFAULT false;
