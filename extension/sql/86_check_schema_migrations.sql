-- schema.migrations: is anything half done, or not done?

CREATE FUNCTION chronos.check_schema_migrations() RETURNS SETOF chronos.finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'schema.migration_unfinished', 'schema', 'warning'::chronos.severity,
           format('migration %s is not finished', min(format('%s%s', nullif(m.scope, '') || ': ', m.version))),
           jsonb_build_object('migrations', jsonb_agg(jsonb_build_object('scope', m.scope, 'version', m.version, 'name', m.name, 'state', m.state)
                                                      ORDER BY m.scope, m.ordinal, m.version)),
           'Run chronosctl migrate up (or down) again: it goes on where it stopped.'
    FROM chronos.migration m
    WHERE m.state IN ('applying', 'undoing')
    HAVING count(*) > 0
    UNION ALL
    SELECT 'schema.migrations_pending', 'schema', 'info',
           format('%s stored but not applied', CASE count(*) WHEN 1 THEN '1 migration is' ELSE count(*) || ' migrations are' END),
           jsonb_build_object('migrations', jsonb_agg(jsonb_build_object('scope', m.scope, 'version', m.version, 'name', m.name)
                                                      ORDER BY m.scope, m.ordinal, m.version)),
           'CALL chronos.migrate(), or chronosctl migrate up.'
    FROM chronos.migration m
    WHERE m.state = 'stored' AND m.kind = 'versioned'
    HAVING count(*) > 0
$$;
COMMENT ON FUNCTION chronos.check_schema_migrations() IS
    'Migrations that stopped in the middle, and those that are stored and not applied: schema.migration_unfinished, schema.migrations_pending.';
REVOKE ALL ON FUNCTION chronos.check_schema_migrations() FROM PUBLIC;
