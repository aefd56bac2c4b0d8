-- platform.versions: do the parts of chronos fit together?

CREATE FUNCTION chronos.check_platform_versions() RETURNS SETOF chronos.finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'platform.versions', 'platform', CASE WHEN v.extension = v.loaded THEN 'ok' ELSE 'warning' END::chronos.severity,
           CASE WHEN v.extension = v.loaded THEN format('extension and library are both %s', v.extension)
                ELSE format('the extension is %s, but the library loaded is %s', v.extension, v.loaded) END,
           jsonb_build_object('extension', v.extension, 'library', v.loaded, 'available', v.available, 'preloaded', chronos.is_preloaded()),
           CASE WHEN v.extension = v.loaded THEN NULL
                WHEN v.available = v.extension THEN 'Restart the server, so that it loads the library that is installed.'
                ELSE 'ALTER EXTENSION chronos UPDATE, and restart the server.' END
    FROM (SELECT e.extversion AS extension, chronos.library_version() AS loaded,
                 (SELECT a.default_version FROM pg_available_extensions a WHERE a.name = 'chronos') AS available
          FROM pg_extension e WHERE e.extname = 'chronos') v
    UNION ALL
    SELECT 'platform.preload', 'platform', 'warning',
           'chronos is not in shared_preload_libraries: nothing is scheduled, compared or made good in the background, and the guard sees less',
           jsonb_build_object('shared_preload_libraries', current_setting('shared_preload_libraries')),
           'Add chronos to shared_preload_libraries and restart the server.'
    WHERE NOT chronos.is_preloaded()
$$;
COMMENT ON FUNCTION chronos.check_platform_versions() IS
    'Whether extension and library are of one version, and preloaded: platform.versions, platform.preload.';
REVOKE ALL ON FUNCTION chronos.check_platform_versions() FROM PUBLIC;
