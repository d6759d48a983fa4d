-- Events whose host is not known are not in the index on hosts: nobody asks for them by their host.
DROP INDEX event_host;
CREATE INDEX event_host ON event (host_name COLLATE NOCASE, time) WHERE host_name <> '-';
