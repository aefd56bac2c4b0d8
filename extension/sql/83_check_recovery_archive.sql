-- recovery.archive: is the WAL kept, and by whom?

CREATE FUNCTION chronos.archive_tool(command text) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
RETURN CASE
    WHEN command ~ '\mpgbackrest\M' THEN 'pgBackRest'
    WHEN command ~ '\mwal-g\M' THEN 'WAL-G'
    WHEN command ~ '\mwal-e\M' THEN 'WAL-E'
    WHEN command ~ '\mbarman(-wal-archive|-cloud-wal-archive)?\M' THEN 'Barman'
    WHEN command ~ '\mpg_probackup\M' THEN 'pg_probackup'
    WHEN command ~ '\momnipitr\M' THEN 'OmniPITR'
    WHEN command ~ '\mpghoard' THEN 'PGHoard'
END;
COMMENT ON FUNCTION chronos.archive_tool(text) IS
    'The backup tool that an archive_command or archive_library belongs to; null if it is none of those known.';

CREATE FUNCTION chronos.archive_findings(mode text, command text, counts pg_stat_archiver, waiting bigint) RETURNS SETOF chronos.finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'recovery.archive', 'recovery', w.severity, w.finding,
           jsonb_strip_nulls(jsonb_build_object('archive_mode', mode, 'tool', chronos.archive_tool(command),
               'archived', counts.archived_count, 'last_archived_at', counts.last_archived_time, 'failed', counts.failed_count,
               'last_failed_at', counts.last_failed_time, 'last_failed_wal', counts.last_failed_wal, 'waiting', waiting)),
           CASE WHEN w.severity > 'info' THEN 'See the server''s log for what the archiver says. WAL that cannot be archived stays, until the disk is full.' END
    FROM (SELECT counts.last_failed_time > coalesce(counts.last_archived_time, '-infinity') AS failing,
                 coalesce(' by ' || chronos.archive_tool(command), '') AS tool) a,
         LATERAL (SELECT CASE
             WHEN mode = 'off' THEN 'info'
             WHEN command = '' THEN 'warning'
             WHEN a.failing THEN 'critical'
             WHEN waiting > 16 THEN 'warning'
             ELSE 'ok' END::chronos.severity,
             CASE
             WHEN mode = 'off' THEN 'WAL is not archived: between two snapshots there is no way back to a point in time'
             WHEN command = '' THEN 'archive_mode is on, but neither archive_command nor archive_library says where to: WAL piles up'
             WHEN a.failing THEN format('archiving WAL%s fails, the last time at %s', a.tool, counts.last_failed_time)
             WHEN waiting > 16 THEN format('%s WAL files wait to be archived%s', waiting, a.tool)
             ELSE format('WAL is archived%s', a.tool) END) w(severity, finding)
$$;
COMMENT ON FUNCTION chronos.archive_findings(text, text, pg_stat_archiver, bigint) IS
    'What the settings of the archiver, its counts and the number of waiting WAL files say.';

CREATE FUNCTION chronos.check_recovery_archive() RETURNS SETOF chronos.finding
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    counts pg_stat_archiver;
    mode constant text := current_setting('archive_mode');
    -- Only one of them is used.
    command constant text := coalesce(nullif(current_setting('archive_library'), ''), current_setting('archive_command'));
BEGIN
    SELECT * INTO counts FROM pg_stat_archiver;
    RETURN QUERY SELECT f.* FROM chronos.archive_findings(mode, CASE WHEN command = '(disabled)' THEN '' ELSE command END, counts,
        CASE WHEN mode <> 'off' THEN (SELECT count(*) FROM pg_ls_archive_statusdir() s WHERE s.name LIKE '%.ready') END) f;
END
$$;
COMMENT ON FUNCTION chronos.check_recovery_archive() IS
    'Whether WAL is archived, by which tool, and whether that works: recovery.archive. Another backup tool is reported, not fought.';
REVOKE ALL ON FUNCTION chronos.check_recovery_archive() FROM PUBLIC;
