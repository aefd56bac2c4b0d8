-- storage.wrong_path: a volume is there, and the data is not on it.

CREATE FUNCTION chronos.wrong_path_findings(path text, mounts text, signs text[]) RETURNS SETOF chronos.finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'storage.wrong_path', 'storage', 'critical'::chronos.severity,
           format('%s is mounted at %s, but the data is in %s, which is not on it',
                  CASE WHEN m[3] <> '' THEN format('the volume "%s"', m[3]) ELSE 'another file system' END, m[1], wrong_path_findings.path),
           jsonb_strip_nulls(jsonb_build_object('mounted', m[1], 'volume', nullif(m[3], ''), 'root', m[2],
               'data', wrong_path_findings.path, 'data_kind', j.kind, 'data_mountpoint', j.mountpoint)),
           'Take a snapshot first (SELECT chronos.snapshot()). '
           || CASE WHEN m[3] <> '' THEN format('Then write "volumes: - %s:%s" instead of "- %1$s:%3$s", and restore into it.', m[3], t.target, m[1])
                   ELSE format('Then mount at %s what is mounted at %s (mountPath of the volume, or the target of the bind), or set PGDATA to a folder below %2$s, and restore into it.', t.target, m[1]) END
    FROM (SELECT chronos.misplaced_mount(path, mounts, signs)) f(m), chronos.judge_storage(path, mounts, signs) j,
         LATERAL (SELECT CASE WHEN j.mountpoint = '/' THEN wrong_path_findings.path ELSE j.mountpoint END) t(target)
    WHERE m IS NOT NULL
$$;
COMMENT ON FUNCTION chronos.wrong_path_findings(text, text, text[]) IS
    'Whether a table of mounts shows a volume beside the data at a path, with the corrected line for a compose file.';

CREATE FUNCTION chronos.check_storage_path() RETURNS SETOF chronos.finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT f.*
    FROM chronos.wrong_path_findings(chronos.real_path(current_setting('data_directory')), chronos.mount_table(), chronos.container_signs()) f
$$;
COMMENT ON FUNCTION chronos.check_storage_path() IS
    'Whether a volume is mounted where the data is not: storage.wrong_path.';
REVOKE ALL ON FUNCTION chronos.check_storage_path(), chronos.wrong_path_findings(text, text, text[]) FROM PUBLIC;
