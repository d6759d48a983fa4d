-- Events whose host is not known are not in the index on hosts: nobody asks for them by their host.
-- Audit records and what Suricata writes name none, and each of them had an entry that was as dear
-- as any other (doc/decisions/0008).
DROP INDEX event_host;
CREATE INDEX event_host ON event (lower(left(host_name, 64) COLLATE "C"), time)
    WHERE host_name <> '-';
