CREATE FUNCTION chronos.is_comparison_due() RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    seconds constant integer := (SELECT s.setting::integer FROM pg_settings AS s WHERE s.name = 'chronos.comparison_interval');
BEGIN
    RETURN seconds > 0 AND EXISTS (
        SELECT FROM chronos.local AS l
        WHERE NOT l.loading AND NOT EXISTS (SELECT FROM chronos.gap AS g WHERE g.reason = 'loading')
          AND (l.compared_at IS NULL OR l.compared_at > clock_timestamp()
               OR l.compared_at <= clock_timestamp() - make_interval(secs => seconds)
               OR l.compared_by <> current_setting('server_version_num')::integer));
END
$$;
COMMENT ON FUNCTION chronos.is_comparison_due() IS
    'Whether everything was last compared longer ago than chronos.comparison_interval, or by another release of the server.';

CREATE FUNCTION chronos.heal_gaps() RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- While a dump is being read the schema is half of itself; what ends the reading compares it.
    IF EXISTS (SELECT FROM chronos.gap AS g WHERE g.reason <> 'loading') OR chronos.is_comparison_due() THEN
        RETURN chronos.reconcile();
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION chronos.heal_gaps() IS
    'Compares the whole schema with the store if a change is known to be missing in it, or if the last comparison was longer ago than chronos.comparison_interval; returns the version that this made, if any. Called by the launcher.';
REVOKE ALL ON FUNCTION chronos.heal_gaps() FROM PUBLIC;
