CREATE VIEW chronos.live_sequence AS
SELECT 'pg_catalog.pg_class'::regclass::oid AS classid, c.oid AS objid,
       'sequence' AS kind, c.identity,
       jsonb_strip_nulls(jsonb_build_object(
           'owner', pg_get_userbyid(c.relowner),
           'persistence', CASE c.relpersistence WHEN 'u' THEN 'unlogged' END,
           'type', format_type(s.seqtypid, NULL),
           'start', s.seqstart, 'increment', s.seqincrement, 'minimum', s.seqmin, 'maximum', s.seqmax,
           'cache', s.seqcache, 'cycle', CASE WHEN s.seqcycle THEN true END,
           -- The column whose life it shares; with "identity" it is that column's own generator.
           'column', o.facts,
           'acl', CASE WHEN c.relacl IS NOT NULL THEN
               chronos.acl_facts(c.relacl, acldefault('s', c.relowner), c.relowner) END,
           'comment', (SELECT x.description FROM pg_catalog.pg_description x
                       WHERE x.classoid = 'pg_catalog.pg_class'::regclass AND x.objoid = c.oid
                         AND x.objsubid = 0),
           'depends_on', CASE WHEN o.facts ? 'identity' THEN
               jsonb_build_array((o.facts ->> 'table_kind') || ' ' || (o.facts ->> 'table')) END
       )) AS definition
FROM chronos.live_relation c
JOIN pg_catalog.pg_sequence s ON s.seqrelid = c.oid
CROSS JOIN LATERAL (
    SELECT (SELECT jsonb_strip_nulls(jsonb_build_object(
                       'table', t.oid::regclass::text,
                       'table_kind', CASE t.relkind WHEN 'f' THEN 'foreign table' ELSE 'table' END,
                       'name', a.attname,
                       -- An identity column's generator is made like its table.
                       'persistence', CASE WHEN d.deptype = 'i' AND t.relpersistence <> c.relpersistence
                           THEN CASE c.relpersistence WHEN 'u' THEN 'unlogged' ELSE 'logged' END END,
                       -- And counts in its column's type, if nobody says otherwise.
                       'type', CASE WHEN d.deptype = 'i' AND a.atttypid <> s.seqtypid THEN format_type(a.atttypid, NULL) END,
                       'identity', CASE WHEN d.deptype = 'i' THEN
                           CASE a.attidentity WHEN 'a' THEN 'always' ELSE 'by default' END END))
            FROM pg_catalog.pg_depend d
            JOIN pg_catalog.pg_class t ON t.oid = d.refobjid
            JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
              AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0
              AND d.deptype IN ('a', 'i')) AS facts) o
WHERE c.relkind = 'S';
COMMENT ON VIEW chronos.live_sequence IS
    'Sequences with their parameters and the column they belong to; their position is data.';
