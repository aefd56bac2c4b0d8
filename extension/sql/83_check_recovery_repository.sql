-- recovery.repository: is there anywhere a copy can go?

CREATE FUNCTION chronos.check_recovery_repository() RETURNS SETOF chronos.finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'recovery.repository', 'recovery',
           CASE count(*) WHEN 0 THEN 'critical' WHEN 1 THEN 'info' ELSE 'ok' END::chronos.severity,
           CASE count(*) WHEN 0 THEN 'this database has no repository: what is lost now is lost for good'
                         WHEN 1 THEN format('this database has one repository only, "%s"', min(r.name))
                         ELSE format('this database has %s repositories', count(*)) END,
           jsonb_build_object('repositories', coalesce(jsonb_agg(jsonb_build_object('name', r.name, 'url', r.url) ORDER BY r.name)
                                                       FILTER (WHERE r.name IS NOT NULL), '[]')),
           CASE count(*) WHEN 0 THEN 'SELECT chronos.add_repository(''main'', ''file:///path'') on another device than the data, then SELECT chronos.snapshot().'
                         WHEN 1 THEN 'Add another one in another place with chronos.add_repository().' END
    FROM chronos.repository r
$$;
COMMENT ON FUNCTION chronos.check_recovery_repository() IS
    'Whether there is a repository, and more than one: recovery.repository.';
REVOKE ALL ON FUNCTION chronos.check_recovery_repository() FROM PUBLIC;
