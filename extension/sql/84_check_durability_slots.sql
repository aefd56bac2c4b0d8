-- durability.slot_NAME: who keeps WAL from being removed?

CREATE FUNCTION chronos.check_durability_slots() RETURNS SETOF chronos.finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH slots AS (
        SELECT s.slot_name, s.active, s.wal_status, s.slot_type,
               CASE WHEN NOT pg_is_in_recovery() THEN pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn) END AS held
        FROM pg_replication_slots s
        WHERE NOT s.temporary
          -- Copies of a primary's slots (17 and later) are used after a failover.
          AND NOT coalesce((to_jsonb(s) ->> 'synced')::boolean, false)
    )
    SELECT 'durability.slot_' || s.slot_name, 'durability', w.severity,
           CASE WHEN s.wal_status = 'lost' THEN format('replication slot "%s" has lost the WAL that it needs', s.slot_name)
                WHEN w.severity > 'ok' THEN format('replication slot "%s"%s holds %s of WAL', s.slot_name, CASE WHEN s.active THEN '' ELSE ', which nobody uses,' END,
                                                   coalesce(pg_size_pretty(s.held), 'an unknown amount'))
                ELSE format('replication slot "%s" is served', s.slot_name) END,
           jsonb_strip_nulls(jsonb_build_object('active', s.active, 'type', s.slot_type, 'wal_status', s.wal_status, 'held_bytes', s.held)),
           CASE WHEN w.severity > 'info' THEN format('If nobody needs it any more: SELECT pg_drop_replication_slot(%L). max_slot_wal_keep_size limits what a slot may hold.', s.slot_name) END
    FROM slots s,
         LATERAL (SELECT CASE
             WHEN s.wal_status IN ('lost', 'unreserved') THEN 'critical'
             WHEN s.held > 10 * pg_size_bytes(current_setting('max_wal_size')) THEN 'critical'
             WHEN s.held > pg_size_bytes(current_setting('max_wal_size')) OR NOT s.active THEN 'warning'
             ELSE 'ok' END::chronos.severity) w(severity)
$$;
COMMENT ON FUNCTION chronos.check_durability_slots() IS
    'Replication slots that nobody uses, or that hold more WAL than max_wal_size: durability.slot_NAME.';
REVOKE ALL ON FUNCTION chronos.check_durability_slots() FROM PUBLIC;
