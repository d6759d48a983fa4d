-- Who may do what: one line a role and table. `siemmanage init` runs this after the migrations, as
-- often as it likes. The roles are groups without login: GRANT siem_ingest TO parser;
-- A table that does not exist yet is passed over. Where the roles can neither be found nor made
-- (no CREATEROLE), nothing is granted and the owner alone works with the database.
DO $$
DECLARE
    role text;
    grant_line record;
BEGIN
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    REVOKE EXECUTE ON FUNCTION public.ensure_day(date[]) FROM PUBLIC;
    FOREACH role IN ARRAY ARRAY['siem_ingest', 'siem_query', 'siem_trigger', 'siem_owner'] LOOP
        IF to_regrole(role) IS NULL
            AND (SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user)
        THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', role);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- another database of this server is being initialised
            END;
        END IF;
        IF to_regrole(role) IS NOT NULL THEN
            EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', role);
        END IF;
    END LOOP;
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
        ('siem_query', 'schema_version', 'SELECT'),
        ('siem_query', 'section', 'SELECT'),
        ('siem_query', 'helper', 'SELECT'),
        ('siem_query', 'counter', 'SELECT'),
        ('siem_query', 'cursor', 'SELECT'),
        ('siem_query', 'batch', 'SELECT'),
        ('siem_query', 'event', 'SELECT'),
        ('siem_query', 'reject', 'SELECT'),
        ('siem_query', 'rule', 'SELECT'),
        ('siem_query', 'rule_version', 'SELECT'),
        ('siem_query', 'activation', 'SELECT'),
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
        ('siem_trigger', 'hit', 'SELECT, INSERT, UPDATE'),
        ('siem_trigger', 'siem_event', 'SELECT, INSERT, UPDATE'),
        ('siem_owner', 'schema_version', 'ALL'),
        ('siem_owner', 'section', 'ALL'),
        ('siem_owner', 'helper', 'ALL'),
        ('siem_owner', 'counter', 'ALL'),
        ('siem_owner', 'cursor', 'ALL'),
        ('siem_owner', 'source_number', 'ALL'),
        ('siem_owner', 'batch_number', 'ALL'),
        ('siem_owner', 'batch', 'ALL'),
        ('siem_owner', 'event', 'ALL'),
        ('siem_owner', 'reject', 'ALL'),
        ('siem_owner', 'rule', 'ALL'),
        ('siem_owner', 'rule_version', 'ALL'),
        ('siem_owner', 'activation', 'ALL'),
        ('siem_owner', 'hit', 'ALL'),
        ('siem_owner', 'siem_event', 'ALL')
    ) AS line (grantee, relation, verbs) LOOP
        IF to_regrole(grant_line.grantee) IS NOT NULL
            AND to_regclass('public.' || grant_line.relation) IS NOT NULL
        THEN
            EXECUTE format('GRANT %s ON %s public.%I TO %I', grant_line.verbs,
                CASE WHEN grant_line.relation LIKE '%\_number' THEN 'SEQUENCE' ELSE 'TABLE' END,
                grant_line.relation, grant_line.grantee);
        END IF;
    END LOOP;
    FOREACH role IN ARRAY ARRAY['siem_ingest', 'siem_owner'] LOOP
        IF to_regrole(role) IS NOT NULL THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION public.ensure_day(date[]) TO %I', role);
        END IF;
    END LOOP;
END
$$;
