-- What siemmanage works with: installation, retention, and siemstress's names for psql users.

-- Whether the shipped helpers and rules were installed: 1 when they were.
INSERT INTO counter (name, value, committed) VALUES ('shipped', 0, '-infinity');

-- Drops the partition of a day and returns how many events it held. Their batches' counts are
-- lowered in the same transaction, so that no reader waits for what is gone. The lock that shuts
-- readers out is held for a moment, at the end, and waited for no longer than half a second.
CREATE FUNCTION drop_day(part regclass) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '500ms'
AS $$
DECLARE
    gone bigint;
BEGIN
    EXECUTE format('LOCK TABLE %s IN SHARE MODE', part);
    EXECUTE format('WITH held AS (SELECT batch, count(*) AS events FROM %s GROUP BY batch), '
        'lowered AS (UPDATE public.batch SET event_count = event_count - events FROM held '
        'WHERE batch.batch = held.batch) SELECT coalesce(sum(events), 0) FROM held', part)
    INTO gone;
    EXECUTE format('ALTER TABLE public.event DETACH PARTITION %s', part);
    EXECUTE format('DROP TABLE %s', part);
    RETURN gone;
END
$$;

-- Removes the events before a time (all without one) of a section (all without one) from some
-- pages of a partition, lowers their batches' counts, and returns how many they were.
CREATE FUNCTION sweep_event(
    part regclass, before timestamptz, of_section text, first_page bigint, next_page bigint
) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    gone bigint;
BEGIN
    EXECUTE format('WITH old AS (DELETE FROM %s WHERE ctid >= %L::tid AND ctid < %L::tid '
        'AND ($1 IS NULL OR time < $1) AND ($2 IS NULL OR section = $2) RETURNING batch), '
        'held AS (SELECT batch, count(*) AS events FROM old GROUP BY batch), '
        'lowered AS (UPDATE public.batch SET event_count = event_count - events FROM held '
        'WHERE batch.batch = held.batch) SELECT coalesce(sum(events), 0) FROM held',
        part, format('(%s,0)', first_page), format('(%s,0)', next_page))
    INTO gone USING before, of_section;
    RETURN gone;
END
$$;

-- Bytes as text: UTF-8 where they are, else with the odd bytes escaped.
CREATE FUNCTION siem_text(bytes bytea) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN convert_from(bytes, 'UTF8');
EXCEPTION WHEN OTHERS THEN
    RETURN encode(bytes, 'escape');
END
$$;

-- For each section the views auth, siem_auth, rules_auth and helpers_auth in schema siemstress,
-- with siemstress's columns. `siemmanage init` and `siemmanage section set` run it.
CREATE FUNCTION siemstress_views() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
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
                network_transport AS protocol, message, ext AS extended, host_name AS parsed_on,
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
