-- What became of everything a source offered: offered = stored + rejected + filtered + gap, in
-- physical lines and in bytes. Names and meanings are those of sql/sqlite/0004_account.sql.

-- `lines` and `bytes` of a cursor count what was offered; what follows counts where it went, and
-- is added up by the store from the rows it writes, not by who reads.
ALTER TABLE cursor
    ADD COLUMN stored_lines bigint NOT NULL DEFAULT 0,
    ADD COLUMN stored_bytes bigint NOT NULL DEFAULT 0,
    ADD COLUMN rejected_lines bigint NOT NULL DEFAULT 0,
    ADD COLUMN rejected_bytes bigint NOT NULL DEFAULT 0,
    ADD COLUMN filtered_lines bigint NOT NULL DEFAULT 0,
    ADD COLUMN filtered_bytes bigint NOT NULL DEFAULT 0,
    ADD COLUMN gap_lines bigint NOT NULL DEFAULT 0,
    ADD COLUMN gap_bytes bigint NOT NULL DEFAULT 0,
    -- What was offered before these columns were kept.
    ADD COLUMN early_lines bigint NOT NULL DEFAULT 0,
    ADD COLUMN early_bytes bigint NOT NULL DEFAULT 0;
UPDATE cursor SET early_lines = lines, early_bytes = bytes;

-- Bytes of a source that are not stored, and why.
CREATE TABLE gap (
    batch bigint NOT NULL,
    source bigint NOT NULL,
    byte_start bigint NOT NULL,
    byte_end bigint NOT NULL,
    lines bigint NOT NULL,
    cause text NOT NULL,
    noticed timestamptz NOT NULL
);
CREATE INDEX gap_source ON gap (source, byte_start);

CREATE VIEW accounting AS
SELECT source, host, kind, name, section,
    lines - early_lines AS offered_lines, bytes - early_bytes AS offered_bytes,
    stored_lines, stored_bytes, rejected_lines, rejected_bytes, filtered_lines, filtered_bytes,
    gap_lines, gap_bytes,
    lines - early_lines - stored_lines - rejected_lines - filtered_lines - gap_lines AS open_lines,
    bytes - early_bytes - stored_bytes - rejected_bytes - filtered_bytes - gap_bytes AS open_bytes,
    updated
FROM cursor;
