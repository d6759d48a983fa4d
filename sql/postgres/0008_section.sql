-- The views are the owner's, whoever has them made.
ALTER FUNCTION siemstress_views() SECURITY DEFINER;

-- Makes a section that siemparse names for the first time, with its views for psql users, which
-- are the owner's to make. Says whether it is new.
CREATE FUNCTION ensure_section(wanted text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
BEGIN
    INSERT INTO public.section (name) VALUES (wanted) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE public.counter SET value = value + 1 WHERE name = 'helper';
    -- Of sections made at once, each makes the views of those that it sees.
    PERFORM pg_advisory_xact_lock(hashtextextended('siem views', 0));
    BEGIN
        PERFORM public.siemstress_views();
    EXCEPTION WHEN insufficient_privilege THEN
        NULL; -- the schema is another's: siemmanage init sets that right
    END;
    RETURN true;
END
$$;
