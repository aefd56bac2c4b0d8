-- storage.wrong_path: a volume is there, and the data is not on it.

CREATE FUNCTION chronos.wrong_path_findings(path text, mounts text, signs text[]) RETURNS SETOF chronos.finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'storage.wrong_path', 'storage', 'critical'::chronos.severity,
           format('%s is mounted at %s, but the data is in %s, which is not on it',
                  CASE WHEN m[3] <> '' THEN format('the volume "%s"', m[3]) ELSE format('%s of the host', m[2]) END, m[1], wrong_path_findings.path),
           jsonb_strip_nulls(jsonb_build_object('mounted', m[1], 'volume', nullif(m[3], ''), 'root', m[2],
               'data', wrong_path_findings.path, 'data_kind', j.kind, 'data_mountpoint', j.mountpoint)),
           format('Take a snapshot first (SELECT chronos.snapshot()). Then write "volumes: - %s:%s" instead of "- %1$s:%3$s", and restore into it.',
                  coalesce(nullif(m[3], ''), m[2]), CASE WHEN j.mountpoint = '/' THEN wrong_path_findings.path ELSE j.mountpoint END, m[1])
    FROM (SELECT chronos.misplaced_mount(path, mounts, signs)) f(m), chronos.judge_storage(path, mounts, signs) j
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
REVOKE ALL ON FUNCTION chronos.check_storage_path() FROM PUBLIC;
