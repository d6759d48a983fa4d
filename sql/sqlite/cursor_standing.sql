-- Which cursors a host has that are not forgotten, and how often each was changed.
SELECT source, revision FROM cursor WHERE host = ?1 AND forgotten IS NULL ORDER BY source
