-- durability.wraparound: how many transactions are left?

CREATE FUNCTION chronos.check_durability_wraparound() RETURNS SETOF chronos.finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'durability.wraparound', 'durability', w.severity,
           format('database "%s" has %s million transactions left before the server stops to write', d.datname, (2147483647 - d.age) / 1000000),
           jsonb_build_object('database', d.datname, 'age', d.age, 'autovacuum_freeze_max_age', current_setting('autovacuum_freeze_max_age')::bigint),
           CASE WHEN w.severity > 'info' THEN format('Find out what keeps vacuum from freezing (old transactions, prepared transactions, replication slots, autovacuum off), then VACUUM (FREEZE) in "%s".', d.datname) END
    FROM (SELECT d.datname, greatest(age(d.datfrozenxid), mxid_age(d.datminmxid)) AS age,
                 greatest(age(d.datfrozenxid)::numeric / current_setting('autovacuum_freeze_max_age')::int,
                          mxid_age(d.datminmxid)::numeric / current_setting('autovacuum_multixact_freeze_max_age')::int) AS overdue
          FROM pg_database d ORDER BY 2 DESC, 1 LIMIT 1) d,
         LATERAL (SELECT CASE
             WHEN d.age > 1800000000 THEN 'critical'
             WHEN d.age > 1000000000 OR d.overdue > 2 THEN 'warning'
             ELSE 'ok' END::chronos.severity) w(severity)
$$;
COMMENT ON FUNCTION chronos.check_durability_wraparound() IS
    'How far the oldest database is from the wraparound of transaction ids or multixacts: durability.wraparound.';
REVOKE ALL ON FUNCTION chronos.check_durability_wraparound() FROM PUBLIC;
