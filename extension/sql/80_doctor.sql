-- What would lose this database? Every check is a function chronos.check_NAME() RETURNS SETOF
-- chronos.finding in a file of its own (8x_check_NAME.sql); chronos.doctor() finds them by their type.

CREATE TYPE chronos.severity AS ENUM ('ok', 'info', 'unknown', 'warning', 'critical');
COMMENT ON TYPE chronos.severity IS
    'How bad a finding is, the worst last. unknown: it cannot be told from inside the server.';

CREATE TYPE chronos.finding AS (
    id text,
    area text,
    severity chronos.severity,
    finding text,
    evidence jsonb,
    remedy text
);
COMMENT ON TYPE chronos.finding IS
    'What a check of the doctor found: a stable id, the area (storage, recovery, durability, platform, schema), how bad it is, what it is, the values it was seen from, and what to do; null if there is nothing to do.';

CREATE FUNCTION chronos.run_check(name text) RETURNS SETOF chronos.finding
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    message text;
    code text;
BEGIN
    RETURN QUERY EXECUTE format('SELECT c.* FROM chronos.%I() c', run_check.name);
EXCEPTION
    WHEN query_canceled THEN
        RAISE;
    WHEN OTHERS THEN
        -- One check that fails must not hide what the others see.
        GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, code = RETURNED_SQLSTATE;
        RETURN QUERY SELECT 'doctor.' || run_check.name, 'doctor', 'unknown'::chronos.severity,
            format('the check %s failed: %s', run_check.name, message), jsonb_build_object('sqlstate', code),
            'Report it, with the message.'::text;
END
$$;
COMMENT ON FUNCTION chronos.run_check(text) IS 'What one check finds; an error in it is a finding too.';
REVOKE ALL ON FUNCTION chronos.run_check(text) FROM PUBLIC;

CREATE FUNCTION chronos.examine() RETURNS SETOF chronos.finding
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
SET "DateStyle" = 'ISO, YMD'
SET "IntervalStyle" = postgres
AS $$
DECLARE
    name text;
BEGIN
    FOR name IN
        SELECT p.proname FROM pg_proc p
        WHERE p.pronamespace = 'chronos'::regnamespace AND p.prorettype = 'chronos.finding'::regtype
          AND p.proretset AND p.pronargs = 0 AND p.proname LIKE 'check\_%'
          -- It runs with the rights of the extension's owner, so nobody else's function does.
          AND p.proowner = (SELECT e.extowner FROM pg_extension e WHERE e.extname = 'chronos')
        ORDER BY p.proname
    LOOP
        RETURN QUERY SELECT * FROM chronos.run_check(name);
    END LOOP;
END
$$;
COMMENT ON FUNCTION chronos.examine() IS 'What all checks find, as they find it.';
REVOKE ALL ON FUNCTION chronos.examine() FROM PUBLIC;

CREATE FUNCTION chronos.doctor() RETURNS SETOF chronos.finding
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
SET "DateStyle" = 'ISO, YMD'
SET "IntervalStyle" = postgres
AS $$
BEGIN
    RETURN QUERY
    SELECT e.id, e.area, CASE WHEN a.finding IS NULL THEN e.severity ELSE 'info' END, e.finding,
           CASE WHEN a.finding IS NULL THEN e.evidence
                ELSE coalesce(e.evidence, '{}') || jsonb_build_object('acknowledged', jsonb_strip_nulls(jsonb_build_object(
                    'severity', e.severity, 'reason', a.reason, 'by', a.acknowledged_by, 'at', a.acknowledged_at, 'until', a.until))) END,
           e.remedy
    FROM chronos.examine() e
    LEFT JOIN chronos.acknowledgement a
           ON a.finding = e.id AND e.severity > 'info' AND e.severity <= a.severity
          AND (a.until IS NULL OR a.until > clock_timestamp())
    ORDER BY 3 DESC, e.area, e.id;
END
$$;
COMMENT ON FUNCTION chronos.doctor() IS
    'What would lose this database, the worst first: where the data lies, what could bring it back, what makes writes last, the platform, the schema. It reads only. See docs/doctor.md for each id.';
REVOKE ALL ON FUNCTION chronos.doctor() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chronos.doctor() TO pg_read_all_stats;

CREATE FUNCTION chronos.log_findings() RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    bad record;
    logged bigint := 0;
BEGIN
    IF (SELECT l.examined_at > pg_postmaster_start_time() FROM chronos.local l) THEN
        RETURN 0;
    END IF;
    UPDATE chronos.local SET examined_at = clock_timestamp();
    FOR bad IN SELECT d.id, d.finding, d.remedy FROM chronos.doctor() d WHERE d.severity = 'critical' LOOP
        RAISE LOG 'chronos doctor: critical in database "%": % (%)', current_database(), bad.finding, bad.id
            USING HINT = coalesce(bad.remedy, 'See docs/doctor.md.');
        logged := logged + 1;
    END LOOP;
    RETURN logged;
END
$$;
COMMENT ON FUNCTION chronos.log_findings() IS
    'Writes what is critical into the server''s log, once after each start of the server; how many lines. Called by the launcher.';
REVOKE ALL ON FUNCTION chronos.log_findings() FROM PUBLIC;
