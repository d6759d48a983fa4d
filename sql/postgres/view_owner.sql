-- Before the views are made anew: the schema and views that a superuser's `siemmanage init` made
-- become the owner's, who makes those of new sections.
DO $$
DECLARE
    owner regrole := to_regrole('siem_owner');
    one regclass;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = 'siemstress' AND nspowner <> owner
        AND pg_has_role(nspowner, 'USAGE') AND pg_has_role(owner, 'MEMBER'))
    THEN
        RETURN;
    END IF;
    EXECUTE format('ALTER SCHEMA siemstress OWNER TO %s', owner);
    FOR one IN
        SELECT oid FROM pg_class WHERE relnamespace = 'siemstress'::regnamespace AND relkind = 'v'
    LOOP
        EXECUTE format('ALTER VIEW %s OWNER TO %s', one, owner);
    END LOOP;
END
$$;
