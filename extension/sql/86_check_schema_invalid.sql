-- schema.invalid_indexes, schema.invalid_constraints: promises that are not kept.

CREATE FUNCTION chronos.check_schema_invalid() RETURNS SETOF chronos.finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'schema.invalid_indexes', 'schema', 'warning'::chronos.severity,
           format('%s, as CREATE INDEX CONCURRENTLY leaves it when it fails: written to, and used by no query',
                  CASE count(*) WHEN 1 THEN format('index %s is invalid', min(i.indexrelid::regclass::text))
                       ELSE format('%s indexes are invalid, among them %s', count(*), min(i.indexrelid::regclass::text)) END),
           jsonb_build_object('indexes', jsonb_agg(i.indexrelid::regclass ORDER BY i.indexrelid::regclass::text)),
           string_agg(format('REINDEX INDEX CONCURRENTLY %s', i.indexrelid::regclass), '; ' ORDER BY i.indexrelid::regclass::text)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid AND c.relkind = 'i'
    WHERE NOT i.indisvalid AND c.relpersistence <> 't'
      -- Not while somebody is building it.
      AND NOT EXISTS (SELECT FROM pg_locks l WHERE l.relation = i.indexrelid AND l.mode = 'RowExclusiveLock' AND l.pid <> pg_backend_pid())
      AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid)
    HAVING count(*) > 0
    UNION ALL
    SELECT 'schema.invalid_constraints', 'schema', 'warning',
           format('%s: older rows may break %s',
                  CASE count(*) WHEN 1 THEN format('constraint "%s" of %s is not validated', min(c.conname), min(c.conrelid::regclass::text))
                       ELSE format('%s constraints are not validated, among them "%s"', count(*), min(c.conname)) END,
                  CASE count(*) WHEN 1 THEN 'it' ELSE 'them' END),
           jsonb_build_object('constraints', jsonb_agg(jsonb_build_object('table', c.conrelid::regclass, 'name', c.conname)
                                                       ORDER BY c.conrelid::regclass::text, c.conname)),
           string_agg(format('ALTER TABLE %s VALIDATE CONSTRAINT %I', c.conrelid::regclass, c.conname), '; ' ORDER BY c.conrelid::regclass::text, c.conname)
    FROM pg_constraint c
    WHERE NOT c.convalidated AND c.conrelid <> 0
      -- A constraint that is not enforced (18 and later) promises nothing.
      AND coalesce((to_jsonb(c) ->> 'conenforced')::boolean, true)
    HAVING count(*) > 0
$$;
COMMENT ON FUNCTION chronos.check_schema_invalid() IS
    'Invalid indexes and constraints that were never validated: schema.invalid_indexes, schema.invalid_constraints.';
REVOKE ALL ON FUNCTION chronos.check_schema_invalid() FROM PUBLIC;
