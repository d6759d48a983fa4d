-- PostgreSQL gets a function here that makes a section with its views; SQLite has no such views.
SELECT 1;
