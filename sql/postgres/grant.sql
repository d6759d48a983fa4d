-- Who may do what: one line a role and table. `siemmanage init` runs this after the migrations, as
-- often as it likes. What does not exist yet is passed over.
DO $$
DECLARE
    grant_line record;
BEGIN
    FOR grant_line IN SELECT * FROM (VALUES
        ('siem_ingest', 'schema_version', 'SELECT'),
        ('siem_ingest', 'section', 'SELECT, INSERT'),
        ('siem_ingest', 'helper', 'SELECT'),
        ('siem_ingest', 'counter', 'SELECT, UPDATE'),
        ('siem_ingest', 'cursor', 'SELECT, INSERT, UPDATE'),
        ('siem_ingest', 'source_number', 'USAGE'),
        ('siem_ingest', 'batch_number', 'USAGE'),
        ('siem_ingest', 'batch', 'INSERT'),
        ('siem_ingest', 'event', 'INSERT'),
        ('siem_ingest', 'reject', 'INSERT'),
        ('siem_ingest', 'gap', 'INSERT'),
        ('siem_ingest', 'leaf', 'INSERT'),
        ('siem_query', 'schema_version', 'SELECT'),
        ('siem_query', 'section', 'SELECT'),
        ('siem_query', 'helper', 'SELECT'),
        ('siem_query', 'counter', 'SELECT'),
        ('siem_query', 'cursor', 'SELECT'),
        ('siem_query', 'batch', 'SELECT'),
        ('siem_query', 'event', 'SELECT'),
        ('siem_query', 'event_json', 'SELECT'),
        ('siem_query', 'reject', 'SELECT'),
        ('siem_query', 'gap', 'SELECT'),
        ('siem_query', 'leaf', 'SELECT'),
        ('siem_query', 'retention', 'SELECT'),
        ('siem_query', 'relabel', 'SELECT'),
        ('siem_query', 'accounting', 'SELECT'),
        ('siem_query', 'rule', 'SELECT'),
        ('siem_query', 'rule_version', 'SELECT'),
        ('siem_query', 'activation', 'SELECT'),
        ('siem_query', 'stand', 'SELECT'),
        ('siem_query', 'hit', 'SELECT'),
        ('siem_query', 'siem_event', 'SELECT'),
        ('siem_trigger', 'schema_version', 'SELECT'),
        ('siem_trigger', 'section', 'SELECT'),
        ('siem_trigger', 'counter', 'SELECT, UPDATE'),
        ('siem_trigger', 'batch_number', 'USAGE'),
        ('siem_trigger', 'batch', 'SELECT, INSERT'),
        ('siem_trigger', 'event', 'SELECT'),
        ('siem_trigger', 'rule', 'SELECT'),
        ('siem_trigger', 'rule_version', 'SELECT, INSERT'),
        ('siem_trigger', 'activation', 'SELECT, INSERT, UPDATE'),
        ('siem_trigger', 'stand', 'SELECT, INSERT, UPDATE, DELETE'),
        ('siem_trigger', 'hit', 'SELECT, INSERT, UPDATE'),
        ('siem_trigger', 'siem_event', 'SELECT, INSERT, UPDATE'),
        ('siem_trigger', 'change', 'SELECT, INSERT, UPDATE'),
        ('siem_query', 'change', 'SELECT'),
        ('siem_trigger', 'outbox', 'SELECT, INSERT, UPDATE'),
        ('siem_query', 'outbox', 'SELECT'),
        ('siem_query', 'reference_set', 'SELECT'),
        ('siem_trigger', 'reference_set', 'SELECT')
    ) AS line (grantee, relation, verbs) LOOP
        IF to_regrole(grant_line.grantee) IS NOT NULL
            AND to_regclass('public.' || grant_line.relation) IS NOT NULL
        THEN
            EXECUTE format('GRANT %s ON %s public.%I TO %I', grant_line.verbs,
                CASE WHEN grant_line.relation LIKE '%\_number' THEN 'SEQUENCE' ELSE 'TABLE' END,
                grant_line.relation, grant_line.grantee);
        END IF;
    END LOOP;
    REVOKE EXECUTE ON FUNCTION public.ensure_day(date[]) FROM PUBLIC;
    REVOKE EXECUTE ON FUNCTION public.ensure_section(text) FROM PUBLIC;
    REVOKE EXECUTE ON FUNCTION public.siemstress_views() FROM PUBLIC;
    IF to_regrole('siem_ingest') IS NOT NULL THEN
        GRANT EXECUTE ON FUNCTION public.ensure_section(text) TO siem_ingest;
        GRANT EXECUTE ON FUNCTION public.ensure_day(date[]) TO siem_ingest;
    END IF;
END
$$;
