-- PostgreSQL comes to keep `ext` as text, as SQLite always did.
SELECT 1;
