-- storage.space: will it fill up?

CREATE FUNCTION chronos.check_storage_space() RETURNS SETOF chronos.finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH growth AS (
        -- Bytes a day, from the snapshots of the last month.
        SELECT regr_slope(r.bytes, extract(epoch FROM r.at)::float8 / 86400)::numeric AS daily
        FROM (SELECT s.started_at AS at, (s.result ->> 'plain_bytes')::float8 AS bytes
              FROM chronos.snapshot_run s
              WHERE s.state = 'complete' AND s.started_at > now() - interval '30 days') r
        HAVING count(*) >= 2 AND max(r.at) - min(r.at) >= interval '1 day'
    ), space AS (
        SELECT DISTINCT ON (d.total, d.available) p.what, p.path, d.total, d.available,
               -- What the next checkpoint may still leave behind.
               CASE WHEN p.what IN ('pg_wal', 'data directory') THEN pg_size_bytes(current_setting('max_wal_size')) ELSE 0 END AS wal,
               (SELECT g.daily FROM growth g WHERE g.daily > 0) AS daily
        FROM chronos.data_places() p, chronos.disk_space(p.path) d
        WHERE d.total > 0
        ORDER BY d.total, d.available, p.what = 'data directory' DESC
    )
    SELECT 'storage.space_' || translate(s.what, ' ', '_'), 'storage', w.severity,
           format('%s of %s are free where the %s lies%s', pg_size_pretty(s.available), pg_size_pretty(s.total), s.what,
                  CASE WHEN s.daily IS NOT NULL THEN format('; at the growth of the last month that is enough for %s days', trunc(s.available / s.daily)) ELSE '' END),
           jsonb_strip_nulls(jsonb_build_object('path', s.path, 'total_bytes', s.total, 'available_bytes', s.available,
                                                'max_wal_size_bytes', nullif(s.wal, 0), 'growth_bytes_a_day', trunc(s.daily))),
           CASE WHEN w.severity > 'info' THEN 'Give the file system more room, or move or delete something: a server without room for its WAL stops.' END
    FROM space s,
         LATERAL (SELECT CASE
             WHEN s.available < s.total * 0.02 OR s.available < s.wal / 4 OR s.available < s.daily * 2 THEN 'critical'
             WHEN s.available < s.total * 0.10 OR s.available < s.wal OR s.available < s.daily * 14 THEN 'warning'
             ELSE 'ok' END::chronos.severity) w(severity)
$$;
COMMENT ON FUNCTION chronos.check_storage_space() IS
    'Free space against the size of the disk, against max_wal_size, and against how much the database has grown from snapshot to snapshot: storage.space_PLACE.';
REVOKE ALL ON FUNCTION chronos.check_storage_space() FROM PUBLIC;
