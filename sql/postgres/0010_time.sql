-- SQLite loses an index here; the one on the time is no burden in PostgreSQL.
SELECT 1;
