-- durability.checksums: would a rotten page be noticed?

CREATE FUNCTION chronos.check_durability_checksums() RETURNS SETOF chronos.finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'durability.checksums', 'durability',
           CASE WHEN f.failures > 0 THEN 'critical' WHEN current_setting('data_checksums') = 'off' THEN 'warning' ELSE 'ok' END::chronos.severity,
           CASE WHEN f.failures > 0 THEN format('%s pages with a wrong checksum were read, the last at %s, in: %s', f.failures, f.last, f.databases)
                WHEN current_setting('data_checksums') = 'off' THEN 'data checksums are off: a page that the disk has changed is not noticed'
                ELSE 'data checksums are on, and none was wrong' END,
           jsonb_strip_nulls(jsonb_build_object('data_checksums', current_setting('data_checksums'), 'failures', f.failures, 'last_failure_at', f.last,
                                                'databases', f.databases)),
           CASE WHEN f.failures > 0 THEN 'The disk or the memory is failing. Take a snapshot to another device at once, then have the hardware examined; chronosctl verify and an older snapshot tell what is damaged.'
                WHEN current_setting('data_checksums') = 'off' THEN 'Stop the server and run pg_checksums --enable.' END
    FROM (SELECT coalesce(sum(d.checksum_failures), 0) AS failures, max(d.checksum_last_failure) AS last,
                 string_agg(coalesce(d.datname, 'shared catalogues'), ', ' ORDER BY d.datname) FILTER (WHERE d.checksum_failures > 0) AS databases
          FROM pg_stat_database d) f
$$;
COMMENT ON FUNCTION chronos.check_durability_checksums() IS 'Whether pages have checksums, and whether one was wrong: durability.checksums.';
REVOKE ALL ON FUNCTION chronos.check_durability_checksums() FROM PUBLIC;
