CREATE VIEW chronos.live_table AS
SELECT 'pg_catalog.pg_class'::regclass::oid AS classid, c.oid AS objid,
       c.kind, c.identity,
       jsonb_strip_nulls(jsonb_build_object(
           'owner', pg_get_userbyid(c.relowner),
           'persistence', CASE c.relpersistence WHEN 'u' THEN 'unlogged' END,
           'columns', (SELECT coalesce(jsonb_agg(a.facts ORDER BY a.attnum), '[]')
                       FROM chronos.live_column a WHERE a.relid = c.oid),
           'of_type', CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END,
           'partition_by', CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
           'partition_of', CASE WHEN c.relispartition THEN (
               SELECT i.inhparent::regclass::text FROM pg_catalog.pg_inherits i
               WHERE i.inhrelid = c.oid) END,
           'bound', CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END,
           'inherits', CASE WHEN NOT c.relispartition THEN (
               SELECT jsonb_agg(i.inhparent::regclass::text ORDER BY i.inhseqno)
               FROM pg_catalog.pg_inherits i
               WHERE i.inhrelid = c.oid) END,
           -- CREATE TABLE ... INHERITS puts the columns of the parent first, as they stand there, those among them that are the table's own too.
           'own_order', CASE WHEN NOT c.relispartition AND EXISTS (
               SELECT FROM pg_catalog.pg_inherits i
               JOIN pg_catalog.pg_attribute b ON b.attrelid = i.inhrelid AND b.attinhcount > 0 AND b.attnum > 0 AND NOT b.attisdropped
               JOIN pg_catalog.pg_attribute q ON q.attrelid = i.inhparent AND q.attname = b.attname AND NOT q.attisdropped
               JOIN pg_catalog.pg_attribute a ON a.attrelid = i.inhrelid AND a.attnum BETWEEN 1 AND b.attnum - 1 AND NOT a.attisdropped
               LEFT JOIN pg_catalog.pg_attribute p ON p.attrelid = i.inhparent AND p.attname = a.attname AND p.attnum > 0 AND NOT p.attisdropped
               WHERE i.inhrelid = c.oid AND (p.attnum > q.attnum OR (p.attnum IS NULL AND b.attislocal))
                 AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits o WHERE o.inhrelid = c.oid AND o.inhparent <> i.inhparent)) THEN true END,
           'access_method', CASE WHEN c.relam NOT IN (0, 2) THEN
               chronos.access_method_name(c.relam) END,
           'tablespace', CASE WHEN c.reltablespace <> 0 THEN
               chronos.tablespace_name(c.reltablespace) END,
           'options', to_jsonb(c.reloptions),
           'toast_options', CASE WHEN c.reltoastrelid <> 0 THEN (
               SELECT to_jsonb(o.reloptions) FROM pg_catalog.pg_class o
               WHERE o.oid = c.reltoastrelid) END,
           'row_security', CASE WHEN c.relrowsecurity THEN true END,
           'force_row_security', CASE WHEN c.relforcerowsecurity THEN true END,
           'replica_identity', CASE WHEN c.relkind <> 'f' THEN
               CASE c.relreplident WHEN 'f' THEN 'full' WHEN 'n' THEN 'nothing' END END,
           'server', CASE WHEN c.relkind = 'f' THEN (
               SELECT v.srvname FROM pg_catalog.pg_foreign_table f
               JOIN pg_catalog.pg_foreign_server v ON v.oid = f.ftserver
               WHERE f.ftrelid = c.oid) END,
           'fdw_options', CASE WHEN c.relkind = 'f' THEN (
               SELECT to_jsonb(f.ftoptions) FROM pg_catalog.pg_foreign_table f
               WHERE f.ftrelid = c.oid) END,
           'acl', CASE WHEN c.relacl IS NOT NULL THEN
               chronos.acl_facts(c.relacl, acldefault('r', c.relowner), c.relowner) END,
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_class'::regclass AND s.objoid = c.oid
                         AND s.objsubid = 0),
           -- Only what CREATE TABLE itself needs: defaults are set later, but generated columns are not.
           'depends_on', CASE WHEN EXISTS (
                   SELECT FROM pg_catalog.pg_depend d
                   WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
                     AND d.deptype IN ('n', 'a') AND d.refobjid >= 16384
                     AND d.refclassid <> 'pg_catalog.pg_namespace'::regclass)
               OR EXISTS (SELECT FROM pg_catalog.pg_attribute a
                          WHERE a.attrelid = c.oid AND a.attgenerated <> '') THEN
               chronos.depends_on('pg_catalog.pg_class'::regclass, c.oid) END
       )) AS definition
FROM chronos.live_relation c
WHERE c.relkind IN ('r', 'p', 'f');
COMMENT ON VIEW chronos.live_table IS
    'Tables, partitioned tables, partitions and foreign tables, with columns, column comments and grants.';
