-- recovery.schedule, recovery.schedule_NAME: does it happen by itself?

CREATE FUNCTION chronos.check_recovery_schedule() RETURNS SETOF chronos.finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'recovery.schedule', 'recovery', 'warning'::chronos.severity,
           CASE WHEN count(*) = 0 THEN 'no snapshot is taken by itself: there is no schedule'
                ELSE 'no snapshot is taken by itself: every schedule is paused' END,
           jsonb_build_object('schedules', count(*)),
           CASE WHEN count(*) = 0 THEN 'SELECT chronos.schedule(''nightly'', ''@daily'').' ELSE 'SELECT chronos.resume_schedule(name).' END
    FROM chronos.schedules s
    HAVING count(*) FILTER (WHERE s.state <> 'paused') = 0
    UNION ALL
    SELECT 'recovery.schedule_' || s.name, 'recovery', w.severity,
           CASE WHEN w.severity = 'ok' THEN format('schedule "%s" runs next at %s', s.name, s.next_run)
                WHEN s.problem IS NOT NULL THEN format('schedule "%s": %s', s.name, s.problem)
                ELSE format('schedule "%s" has failed %s times in a row: %s', s.name, s.consecutive_failures, s.last_error) END,
           jsonb_strip_nulls(jsonb_build_object('cron', s.cron, 'time_zone', s.time_zone, 'next_run', s.next_run, 'last_run', s.last_run,
               'last_finished_at', s.last_finished_at, 'last_result', s.last_result, 'consecutive_failures', s.consecutive_failures)),
           CASE WHEN s.problem LIKE '%shared_preload_libraries' THEN 'Add chronos to shared_preload_libraries and restart the server.'
                WHEN w.severity > 'info' THEN coalesce(s.last_hint, 'SELECT * FROM chronos.schedules says more.') END
    FROM chronos.schedules s,
         LATERAL (SELECT CASE WHEN s.state = 'paused' OR (s.problem IS NOT NULL AND pg_is_in_recovery()) THEN 'info'
                              WHEN s.problem IS NOT NULL OR s.consecutive_failures >= 3 THEN 'critical'
                              WHEN s.consecutive_failures > 0 THEN 'warning'
                              ELSE 'ok' END::chronos.severity) w(severity)
$$;
COMMENT ON FUNCTION chronos.check_recovery_schedule() IS
    'Whether a schedule takes snapshots, and whether the last ones failed: recovery.schedule, recovery.schedule_NAME.';
REVOKE ALL ON FUNCTION chronos.check_recovery_schedule() FROM PUBLIC;
