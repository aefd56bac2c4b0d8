-- recovery.jobs: did the last one end well?

CREATE FUNCTION chronos.check_recovery_jobs() RETURNS SETOF chronos.finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'recovery.jobs', 'recovery', CASE WHEN s.state = 'failed' THEN 'warning' ELSE 'ok' END::chronos.severity,
           CASE WHEN s.state = 'failed' THEN format('the last snapshot has failed: %s', s.error)
                ELSE format('the last snapshot is %s', s.state) END,
           jsonb_strip_nulls(jsonb_build_object('id', s.id, 'state', s.state, 'started_at', s.started_at, 'finished_at', s.finished_at, 'code', s.code)),
           CASE WHEN s.state = 'failed' THEN coalesce(s.hint, 'SELECT * FROM chronos.snapshots says more.') END
    FROM (SELECT * FROM chronos.snapshots s ORDER BY s.started_at DESC LIMIT 1) s
$$;
COMMENT ON FUNCTION chronos.check_recovery_jobs() IS 'Whether the last snapshot failed: recovery.jobs.';
REVOKE ALL ON FUNCTION chronos.check_recovery_jobs() FROM PUBLIC;
