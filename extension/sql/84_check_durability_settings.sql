-- durability.SETTING: does a commit last?

CREATE FUNCTION chronos.check_durability_settings() RETURNS SETOF chronos.finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'durability.' || d.setting, 'durability',
           CASE WHEN current_setting(d.setting) = ANY (d.bad) THEN d.severity ELSE 'ok' END::chronos.severity,
           CASE WHEN current_setting(d.setting) = ANY (d.bad) THEN d.finding ELSE format('%s is %s', d.setting, current_setting(d.setting)) END,
           jsonb_strip_nulls(jsonb_build_object('setting', current_setting(d.setting), 'source', s.source, 'file', s.sourcefile, 'line', s.sourceline)),
           CASE WHEN current_setting(d.setting) = ANY (d.bad) THEN d.remedy END
    FROM (VALUES
        ('fsync', ARRAY['off'], 'critical', 'fsync is off: after a crash of the machine the whole cluster may be unreadable',
         'ALTER SYSTEM SET fsync = on; SELECT pg_reload_conf(). What was written since then is safe after a checkpoint and a sync of the disk.'),
        ('full_page_writes', ARRAY['off'], 'critical', 'full_page_writes is off: a page half written in a crash stays broken, unless the file system never does that',
         'ALTER SYSTEM SET full_page_writes = on; SELECT pg_reload_conf(). On ZFS, acknowledge this finding.'),
        ('synchronous_commit', ARRAY['off'], 'warning', 'synchronous_commit is off: commits of the last moments before a crash are lost',
         'Set it to on, and to off only in the sessions that can bear it.'),
        ('wal_level', ARRAY['minimal'], 'info', 'wal_level is minimal: neither archiving nor a standby is possible',
         'ALTER SYSTEM SET wal_level = replica, and restart the server.')
    ) d(setting, bad, severity, finding, remedy)
    JOIN pg_settings s ON s.name = d.setting
$$;
COMMENT ON FUNCTION chronos.check_durability_settings() IS
    'fsync, full_page_writes, synchronous_commit and wal_level: durability.fsync and so on.';
REVOKE ALL ON FUNCTION chronos.check_durability_settings() FROM PUBLIC;
