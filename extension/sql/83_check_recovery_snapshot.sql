-- recovery.snapshot, recovery.drill, recovery.time: how much would be lost, how long would it take, and who says so?

CREATE FUNCTION chronos.check_recovery_snapshot() RETURNS SETOF chronos.finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'recovery.' || n.id, 'recovery', w.severity, w.finding,
           jsonb_strip_nulls(jsonb_build_object('objective', o.objective, 'present', date_trunc('second', o.present), 'target', o.target,
                                                'evidence', o.evidence)),
           CASE WHEN w.severity > 'info' THEN n.remedy END
    FROM chronos.recovery_objectives() o
    JOIN (VALUES ('recovery point', 'snapshot', 'SELECT chronos.snapshot().'),
                 ('proved recovery point', 'drill', 'Run chronosctl drill: only what has been restored is known to be restorable.'),
                 ('recovery time', 'time', 'Run chronosctl drill, which measures it; more jobs or faster storage shorten it.')) n(objective, id, remedy)
      ON n.objective = o.objective,
         LATERAL (SELECT CASE
             WHEN o.objective = 'recovery point' AND o.present IS NULL THEN 'critical'
             WHEN o.objective = 'proved recovery point'
              AND (SELECT d.problems <> '{}' FROM chronos.drill d ORDER BY d.nr DESC LIMIT 1) THEN 'critical'
             WHEN o.met = false AND o.present > 2 * o.target THEN 'critical'
             WHEN o.met = false THEN 'warning'
             WHEN o.objective = 'recovery point' AND o.target IS NULL AND o.present > interval '7 days' THEN 'warning'
             WHEN o.objective = 'proved recovery point' AND (o.present IS NULL OR o.present > interval '35 days') THEN 'warning'
             WHEN o.present IS NULL THEN 'info'
             ELSE 'ok' END::chronos.severity,
             o.evidence || CASE
                 WHEN o.present IS NULL THEN ''
                 WHEN o.objective = 'recovery time' THEN format('; coming back took %s', date_trunc('second', o.present + interval '0.999 seconds'))
                 ELSE format('; what was written in the last %s would be lost', date_trunc('second', o.present)) END
             || CASE WHEN o.met = false THEN format(' (target: %s)', o.target) ELSE '' END) w(severity, finding)
$$;
COMMENT ON FUNCTION chronos.check_recovery_snapshot() IS
    'Age of the newest snapshot, of the newest that a drill has restored, and the time that took, against their targets: recovery.snapshot, recovery.drill, recovery.time.';
REVOKE ALL ON FUNCTION chronos.check_recovery_snapshot() FROM PUBLIC;
