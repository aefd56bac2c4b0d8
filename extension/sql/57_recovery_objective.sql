-- What would be lost now, and how long coming back would take: measured, not assumed.

CREATE FUNCTION chronos.recovery_target(setting text) RETURNS interval
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- The setting is there once the library is.
    PERFORM chronos.current_version();
    RETURN make_interval(secs => (SELECT nullif(s.setting::int, 0) FROM pg_settings s WHERE s.name = recovery_target.setting));
END
$$;
COMMENT ON FUNCTION chronos.recovery_target(text) IS 'A target that a setting in seconds names; null if it is 0.';

CREATE FUNCTION chronos.recovery_objectives() RETURNS TABLE (objective text, target interval, present interval, met boolean, evidence text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    now constant timestamptz := clock_timestamp();
    point constant interval := chronos.recovery_target('chronos.recovery_point_target');
    duration constant interval := chronos.recovery_target('chronos.recovery_time_target');
    newest chronos.snapshot_run;
    proof chronos.drill;
    last_drill chronos.drill;
    measured chronos.drill;
BEGIN
    SELECT * INTO newest FROM chronos.snapshot_run r WHERE r.state = 'complete' ORDER BY r.started_at DESC LIMIT 1;
    SELECT * INTO proof FROM chronos.drill d WHERE d.problems = '{}' ORDER BY d.snapshot COLLATE "C" DESC LIMIT 1;
    SELECT * INTO measured FROM chronos.drill d WHERE d.problems = '{}' ORDER BY d.nr DESC LIMIT 1;
    SELECT * INTO last_drill FROM chronos.drill d ORDER BY d.nr DESC LIMIT 1;
    RETURN QUERY
    SELECT o.objective, o.target, o.present,
           CASE WHEN o.target IS NOT NULL THEN coalesce(o.present <= o.target, false) END, o.evidence
    FROM (VALUES
        (1, 'recovery point', point, now - newest.started_at,
         coalesce('snapshot ' || newest.id || ' is the newest that this server has taken', 'this server has taken no snapshot')),
        (2, 'proved recovery point', NULL, now - to_timestamp(left(proof.snapshot, 15) || '+00', 'YYYYMMDD"T"HH24MISSTZH'),
         CASE WHEN proof.nr IS NOT NULL THEN 'snapshot ' || proof.snapshot || ' is the newest that a drill has restored'
              WHEN last_drill.nr IS NOT NULL THEN 'no drill has passed' ELSE 'no snapshot has been restored by a drill' END),
        (3, 'recovery time', duration, make_interval(secs => measured.restore_seconds),
         CASE WHEN measured.nr IS NULL THEN 'no drill has passed'
              ELSE format('drill of snapshot %s', measured.snapshot) END
         || CASE WHEN cardinality(last_drill.problems) > 0
                 THEN format('; the last drill, of snapshot %s, has failed: %s', last_drill.snapshot, last_drill.problems[1]) ELSE '' END)
    ) o(nr, objective, target, present, evidence)
    ORDER BY o.nr;
END
$$;
COMMENT ON FUNCTION chronos.recovery_objectives() IS
    'Recovery point (the age of the newest snapshot, and of the newest that a drill has restored) and recovery time (of the last drill that passed), against chronos.recovery_point_target and chronos.recovery_time_target.';
REVOKE ALL ON FUNCTION chronos.recovery_objectives() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chronos.recovery_objectives() TO pg_read_all_stats;
