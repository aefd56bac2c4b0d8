-- durability.prepared_transactions: what somebody has forgotten to end.

CREATE FUNCTION chronos.check_durability_prepared() RETURNS SETOF chronos.finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'durability.prepared_transactions', 'durability',
           CASE WHEN min(p.prepared) < now() - interval '1 day' THEN 'critical' ELSE 'warning' END::chronos.severity,
           format('%s prepared since more than an hour: their locks and all that vacuum must keep for them stay',
                  CASE count(*) WHEN 1 THEN '1 transaction is' ELSE count(*) || ' transactions are' END),
           jsonb_build_object('transactions', jsonb_agg(jsonb_build_object('gid', p.gid, 'database', p.database, 'owner', p.owner, 'prepared_at', p.prepared)
                                                        ORDER BY p.prepared)),
           format('Ask the transaction manager; else ROLLBACK PREPARED %L in database "%s".', (array_agg(p.gid ORDER BY p.prepared))[1], (array_agg(p.database ORDER BY p.prepared))[1])
    FROM pg_prepared_xacts p
    WHERE p.prepared < now() - interval '1 hour'
    HAVING count(*) > 0
$$;
COMMENT ON FUNCTION chronos.check_durability_prepared() IS 'Prepared transactions older than an hour: durability.prepared_transactions.';
REVOKE ALL ON FUNCTION chronos.check_durability_prepared() FROM PUBLIC;
