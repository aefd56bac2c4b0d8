CREATE VIEW chronos.live_schema AS
SELECT 'pg_catalog.pg_namespace'::regclass::oid AS classid, n.oid AS objid,
       'schema' AS kind, quote_ident(n.nspname) AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'owner', pg_get_userbyid(n.nspowner),
           -- Every new database has a schema public that anyone may use.
           'acl', CASE WHEN n.nspname = 'public' THEN chronos.acl_facts(
                           coalesce(n.nspacl, acldefault('n', n.nspowner)),
                           acldefault('n', n.nspowner) || makeaclitem(0, n.nspowner, 'USAGE', false),
                           n.nspowner)
                       WHEN n.nspacl IS NOT NULL THEN
                           chronos.acl_facts(n.nspacl, acldefault('n', n.nspowner), n.nspowner) END,
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_namespace'::regclass AND s.objoid = n.oid
                         AND s.objsubid = 0)
       )) AS definition
FROM pg_catalog.pg_namespace n
WHERE n.nspname <> 'information_schema' AND n.nspname <> 'chronos' AND left(n.nspname, 3) <> 'pg_'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_namespace'::regclass AND e.objid = n.oid
                    AND e.deptype = 'e');
COMMENT ON VIEW chronos.live_schema IS 'Schemas.';

CREATE VIEW chronos.live_extension AS
SELECT 'pg_catalog.pg_extension'::regclass::oid AS classid, x.oid AS objid,
       'extension' AS kind, quote_ident(x.extname) AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'version', x.extversion,
           'schema', (SELECT n.nspname FROM pg_catalog.pg_namespace n WHERE n.oid = x.extnamespace),
           -- Its tables whose rows pg_dump takes along, with the condition which of them.
           'configuration', CASE WHEN x.extconfig IS NOT NULL THEN (
               SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                          'table', u.relation::regclass::text, 'condition', nullif(u.condition, '')))
                          ORDER BY u.relation::regclass::text COLLATE "C")
               FROM unnest(x.extconfig, x.extcondition) u(relation, condition)) END,
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_extension'::regclass AND s.objoid = x.oid
                         AND s.objsubid = 0),
           'depends_on', chronos.depends_on('pg_catalog.pg_extension'::regclass, x.oid)
       )) AS definition
FROM pg_catalog.pg_extension x
WHERE x.oid >= 16384 AND x.extname <> 'chronos';
COMMENT ON VIEW chronos.live_extension IS 'Extensions, each as one object; their members are not listed.';
