-- platform.release: is this server still mended?

CREATE FUNCTION chronos.known_releases() RETURNS TABLE (major int, end_of_life date, newest_minor int, seen_on date, source text)
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
    -- Last dates from https://www.postgresql.org/support/versioning/. The newest minor release is the newest that
    -- the source shows, on the day that it gives: there may be newer ones. 18.5 was never released.
    VALUES (13, date '2025-11-13', 23, date '2025-11-13', 'announcement of the PostgreSQL project'),
           (14, '2026-11-12', 24, '2026-08-13', 'announcement of the PostgreSQL project'),
           (15, '2027-11-11', 20, '2026-11-13', 'Debian package postgresql-15 15.20-0+deb12u1'),
           (16, '2028-11-09', 15, '2026-08-13', 'announcement of the PostgreSQL project'),
           (17, '2029-11-08', 12, '2026-11-09', 'Debian package postgresql-17 17.12-0+deb13u1'),
           (18, '2030-11-14', 6, '2026-08-15', 'Debian package postgresql-18 18.6-3')
$$;
COMMENT ON FUNCTION chronos.known_releases() IS
    'Major releases of PostgreSQL: the day of the last minor release, and the newest minor release that was known when this release of chronos was made, since when and from where.';

CREATE FUNCTION chronos.release_findings(version_number int, today date) RETURNS SETOF chronos.finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'platform.release', 'platform', w.severity, w.finding,
           jsonb_strip_nulls(jsonb_build_object('version', format('%s.%s', v.major, v.minor), 'end_of_life', r.end_of_life,
                                                'newest_known_minor', r.newest_minor, 'known_since', r.seen_on,
                                                'known_from', r.source)),
           CASE WHEN w.severity > 'info' AND r.end_of_life < today THEN 'Move to a newer major release: chronosctl snapshot here, chronosctl restore there.'
                WHEN w.severity > 'info' THEN 'Install the newest minor release and restart the server; the data stays as it is.' END
    FROM (SELECT version_number / 10000, version_number % 10000) v(major, minor)
    LEFT JOIN chronos.known_releases() r ON r.major = v.major,
         LATERAL (SELECT CASE
             WHEN r.end_of_life < today THEN 'critical'
             WHEN v.minor < r.newest_minor THEN 'warning'
             WHEN r.end_of_life < today + 180 THEN 'warning'
             WHEN r.major IS NULL THEN 'unknown'
             ELSE 'ok' END::chronos.severity,
             CASE
             WHEN r.major IS NULL THEN format('how long PostgreSQL %s is supported is not known here', v.major)
             WHEN r.end_of_life < today THEN format('PostgreSQL %s has had its last release on %s: faults in it are not mended any more', v.major, r.end_of_life)
             WHEN v.minor < r.newest_minor THEN format('PostgreSQL %s.%s lacks the fixes up to %s.%s', v.major, v.minor, v.major, r.newest_minor)
             WHEN r.end_of_life < today + 180 THEN format('PostgreSQL %s has its last release on %s', v.major, r.end_of_life)
             ELSE format('PostgreSQL %s.%s is supported until %s', v.major, v.minor, r.end_of_life) END) w(severity, finding)
$$;
COMMENT ON FUNCTION chronos.release_findings(int, date) IS 'What a version number (as server_version_num) means on a day.';

CREATE FUNCTION chronos.check_platform_release() RETURNS SETOF chronos.finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT f.* FROM chronos.release_findings(current_setting('server_version_num')::int, current_date) f
$$;
COMMENT ON FUNCTION chronos.check_platform_release() IS
    'Whether the server lacks known minor releases or is past its end: platform.release.';
REVOKE ALL ON FUNCTION chronos.check_platform_release() FROM PUBLIC;
