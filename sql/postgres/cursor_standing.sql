-- Which cursors a host has, and how often each was changed.
SELECT source, revision FROM cursor WHERE host = $1 ORDER BY source
