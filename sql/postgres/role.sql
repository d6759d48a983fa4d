-- The roles: groups without login, to be granted: GRANT siem_ingest TO parser;
-- `siemmanage init` runs this before the migrations, as often as it likes. Where they can neither
-- be found nor made (no CREATEROLE), the one who runs it owns everything and works alone.
-- Tables belong to siem_owner, so that ensure_day runs with no more than its rights, and so that
-- whoever is granted it can migrate and drop old partitions.
DO $$
DECLARE
    role text;
BEGIN
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
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
        IF to_regrole(role) IS NOT NULL
            AND has_schema_privilege(current_user, 'public', 'USAGE WITH GRANT OPTION')
        THEN
            EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', role);
        END IF;
    END LOOP;
    IF to_regrole('siem_owner') IS NOT NULL
        AND has_schema_privilege(current_user, 'public', 'CREATE WITH GRANT OPTION')
        AND has_database_privilege(current_database(), 'CREATE WITH GRANT OPTION')
    THEN
        GRANT CREATE ON SCHEMA public TO siem_owner;
        EXECUTE format('GRANT CREATE ON DATABASE %I TO siem_owner', current_database());
    END IF;
END
$$;
