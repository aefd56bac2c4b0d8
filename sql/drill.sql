CREATE EXTENSION chronos;
\pset null '-'
SELECT objective, target, present, met, evidence FROM chronos.recovery_objectives();
-- A drill as chronosctl records it.
CREATE FUNCTION drill(snapshot text, problems text[] DEFAULT '{}', restore_seconds float8 DEFAULT 90) RETURNS bigint LANGUAGE sql
RETURN chronos.record_drill(jsonb_build_object('snapshot', snapshot, 'repository', 'file:///backup', 'database', 'shop', 'started_at', '2026-11-27 12:00+00',
    'seconds', 120, 'restore_seconds', restore_seconds, 'tables', 3, 'rows', 1000, 'plain_bytes', 12345, 'indexes', 4, 'problems', problems));
SELECT drill('20200101T000000Z-00000001', '{"public.orders: 3 rows instead of 4"}');
SELECT passed, problems FROM chronos.drills;
SELECT objective, present, met, evidence FROM chronos.recovery_objectives();
SELECT drill('20200102T000000Z-00000002');
SELECT drill(to_char(clock_timestamp() AT TIME ZONE 'UTC' - interval '1 hour', 'YYYYMMDD"T"HH24MISS"Z"') || '-00000003', '{}', 45.5);
SELECT drill('20200104T000000Z-00000004', '{"index public.orders_pkey: item order invariant violated"}');
SET chronos.recovery_time_target = '1min';
SET chronos.recovery_point_target = '1d';
SELECT objective, target, CASE WHEN objective = 'proved recovery point' THEN present BETWEEN '55 min' AND '65 min' END AS an_hour,
       CASE WHEN objective = 'recovery time' THEN present END AS measured, met, regexp_replace(evidence, '\d{8}T\d{6}Z', 'T', 'g') AS evidence
FROM chronos.recovery_objectives();
SET chronos.recovery_time_target = '40s';
SELECT objective, met FROM chronos.recovery_objectives();
-- Who may see and record them.
CREATE ROLE regress_drill;
SET ROLE regress_drill;
SELECT count(*) FROM chronos.drills;
SELECT chronos.record_drill('{}');
SELECT count(*) FROM chronos.recovery_objectives();
RESET ROLE;
GRANT pg_read_all_stats TO regress_drill;
SET ROLE regress_drill;
SELECT count(*) FROM chronos.drills;
SELECT count(*) FROM chronos.recovery_objectives();
RESET ROLE;
DROP ROLE regress_drill;
DROP EXTENSION chronos CASCADE;
