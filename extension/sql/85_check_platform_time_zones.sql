-- platform.time_zones: does the machine know what governments have decided?

CREATE FUNCTION chronos.check_platform_time_zones() RETURNS SETOF chronos.finding
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- Release of the time zone database (NEWS of https://www.iana.org/time-zones), zone, a moment, the clock there.
    rules constant text[] := ARRAY[
        ['2022f', 'America/Mexico_City', '2023-07-01 12:00+00', '2023-07-01 06:00'],
        ['2024a', 'Asia/Almaty', '2024-07-01 12:00+00', '2024-07-01 17:00'],
        ['2025a', 'America/Asuncion', '2025-07-01 12:00+00', '2025-07-01 09:00']];
    missing text[] := '{}';
    rule text[];
BEGIN
    FOREACH rule SLICE 1 IN ARRAY rules LOOP
        BEGIN
            IF rule[3]::timestamptz AT TIME ZONE rule[2] <> rule[4]::timestamp THEN
                missing := missing || format('%s (%s)', rule[2], rule[1]);
            END IF;
        EXCEPTION WHEN invalid_parameter_value THEN
            missing := missing || format('%s (unknown)', rule[2]);
        END;
    END LOOP;
    RETURN QUERY
    SELECT 'platform.time_zones', 'platform', CASE WHEN missing = '{}' THEN 'ok' ELSE 'warning' END::chronos.severity,
           CASE WHEN missing = '{}' THEN 'the time zone data has the changes that were looked for'
                ELSE format('the time zone data is old: it lacks %s', array_to_string(missing, ', ')) END,
           jsonb_build_object('missing', to_jsonb(missing)),
           CASE WHEN missing <> '{}' THEN 'Install the present tzdata package, or the newest minor release of PostgreSQL, and restart the server.' END;
END
$$;
COMMENT ON FUNCTION chronos.check_platform_time_zones() IS
    'Whether the time zone data has a few changes of the last years: platform.time_zones.';
REVOKE ALL ON FUNCTION chronos.check_platform_time_zones() FROM PUBLIC;
