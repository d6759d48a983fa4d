-- The fields of an event that are no columns are kept as the JSON text that they come as. Taking
-- them apart for jsonb was a third of what storing an event cost, and putting them together again
-- of what reading it did (doc/decisions/0007). Events that are stored already keep their jsonb, so
-- that no table is written anew: whoever reads takes the one that is there.
ALTER TABLE event RENAME COLUMN ext TO ext_jsonb;
ALTER TABLE event ADD COLUMN ext text;

CREATE OR REPLACE VIEW event_json AS
SELECT event.batch || '.' || event.seq AS id, time, section, host_name, process_name, user_name,
    source_ip, message,
    coalesce(original(raw, raw_kind), '{}') || coalesce(ext::jsonb, ext_jsonb, '{}') AS fields
FROM event;

-- For each section the views auth, siem_auth, rules_auth and helpers_auth in schema siemstress,
-- with siemstress's columns. `siemmanage init` and `siemmanage section set` run it.
CREATE OR REPLACE FUNCTION siemstress_views() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
DECLARE
    one text;
BEGIN
    CREATE SCHEMA IF NOT EXISTS siemstress;
    FOR one IN SELECT name FROM public.section ORDER BY name LOOP
        EXECUTE format($view$CREATE OR REPLACE VIEW siemstress.%I AS
            SELECT batch || '.' || seq AS id, time AS date_stamp,
                time AT TIME ZONE 'UTC' AS date_stamp_utc, '+0000'::text AS t_zone,
                public.siem_text(CASE raw_kind
                    WHEN 0 THEN raw || convert_to(message, 'UTF8') ELSE raw END) AS raw_text,
                log_facility AS facility, log_severity AS severity,
                coalesce(host(source_ip), host_name) AS source_host, source_port,
                host(destination_ip) AS dest_host, destination_port AS dest_port,
                process_name AS source_process, process_pid AS source_pid,
                network_transport AS protocol, message, coalesce(ext::jsonb, ext_jsonb) AS extended,
                host_name AS parsed_on,
                (SELECT cursor.name FROM public.batch JOIN public.cursor USING (source)
                    WHERE batch.batch = event.batch) AS source_path
            FROM public.event WHERE section = %L$view$, one, one);
        EXECUTE format($view$CREATE OR REPLACE VIEW siemstress.%I AS
            SELECT id, time AS date_stamp, time AT TIME ZONE 'UTC' AS date_stamp_utc,
                '+0000'::text AS t_zone, rule_name AS source_rule, severity, section AS source_table,
                event_limit, event_count, magnitude,
                (extract(epoch FROM window_end - window_start) / 60)::bigint AS time_int,
                message, source_ids
            FROM public.siem_event WHERE section = %L$view$, 'siem_' || one, one);
        EXECUTE format($view$CREATE OR REPLACE VIEW siemstress.%I AS
            SELECT name AS rule_name, is_enabled, (rule ->> 'severity')::integer AS severity,
                rule ->> 'time_int' AS time_int, (rule ->> 'event_limit')::bigint AS event_limit,
                rule ->> 'where' AS "where", coalesce(rule ->> 'source_table', section) AS source_table,
                coalesce(rule ->> 'out_table', 'siem_' || section) AS out_table,
                rule ->> 'message' AS message, body
            FROM (SELECT stored.*, (SELECT value -> 0 FROM jsonb_each(body::jsonb) LIMIT 1) AS rule
                FROM public.rule AS stored WHERE section = %L) AS read$view$,
            'rules_' || one, one);
        EXECUTE format($view$CREATE OR REPLACE VIEW siemstress.%I AS
            SELECT name, is_enabled, place, body FROM public.helper
            WHERE section IN ('', %L)$view$, 'helpers_' || one, one);
    END LOOP;
    IF to_regrole('siem_query') IS NOT NULL THEN
        GRANT USAGE ON SCHEMA siemstress TO siem_query;
        GRANT SELECT ON ALL TABLES IN SCHEMA siemstress TO siem_query;
        GRANT EXECUTE ON FUNCTION public.siem_text(bytea) TO siem_query;
    END IF;
END
$$;
