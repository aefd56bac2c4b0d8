-- The live catalogue as facts: one view per kind of object, all with the columns (classid, objid, kind,
-- identity, definition). Text in them is rendered by the reader's search_path, so every reader sets
-- pg_catalog. Every arm is a plain SELECT with correlated subselects, so that `objid = ANY (...)` reaches
-- the index of each catalogue; a join or a function there would render the whole database.

CREATE VIEW chronos.live_namespace AS
SELECT n.oid, n.nspname, quote_ident(n.nspname) AS identity
FROM pg_catalog.pg_namespace n
WHERE n.nspname <> 'information_schema' AND n.nspname <> 'chronos' AND left(n.nspname, 3) <> 'pg_';
COMMENT ON VIEW chronos.live_namespace IS
    'Schemas whose objects are versioned: not those of the system, of sessions and of Chronos.';

CREATE VIEW chronos.live_relation AS
SELECT c.*, n.identity || '.' || quote_ident(c.relname) AS identity
FROM pg_catalog.pg_class c
JOIN chronos.live_namespace n ON n.oid = c.relnamespace
WHERE c.relpersistence <> 't'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid
                    AND e.deptype = 'e');
COMMENT ON VIEW chronos.live_relation IS
    'Relations that are versioned, with their qualified name: not temporary, not of an extension.';

CREATE FUNCTION chronos.acl_facts(acl aclitem[], base aclitem[], owner oid) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT nullif(jsonb_strip_nulls(jsonb_build_object(
        'revoke', (
            SELECT jsonb_agg(jsonb_build_object('grantee',
                       CASE WHEN e.grantee <> 0 THEN pg_get_userbyid(e.grantee) END) ORDER BY b.nr)
            FROM unnest(base) WITH ORDINALITY b(item, nr)
            CROSS JOIN LATERAL (SELECT grantee FROM aclexplode(ARRAY[b.item]) LIMIT 1) e
            WHERE NOT b.item = ANY (acl)),
        'grant', (
            SELECT jsonb_agg(jsonb_build_object(
                       'grantee', CASE WHEN e.grantee <> 0 THEN pg_get_userbyid(e.grantee) END,
                       'grantor', CASE WHEN e.grantor <> owner THEN pg_get_userbyid(e.grantor) END,
                       'privileges', e.plain, 'grantable', e.grantable) ORDER BY a.nr)
            FROM unnest(acl) WITH ORDINALITY a(item, nr)
            CROSS JOIN LATERAL (
                SELECT grantee, grantor,
                       jsonb_agg(privilege_type) FILTER (WHERE NOT is_grantable) AS plain,
                       jsonb_agg(privilege_type) FILTER (WHERE is_grantable) AS grantable
                FROM aclexplode(ARRAY[a.item]) GROUP BY grantee, grantor) e
            WHERE NOT a.item = ANY (base)))), '{}')
$$;
COMMENT ON FUNCTION chronos.acl_facts(aclitem[], aclitem[], oid) IS
    'Privileges as the difference from what a new object of this owner has; null when there is none. A missing grantee is PUBLIC, a missing grantor the owner.';

CREATE VIEW chronos.live_dependency AS
SELECT d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid,
       (CASE d.refclassid
        WHEN 'pg_catalog.pg_class'::regclass THEN (
            SELECT CASE WHEN r.relkind IN ('r', 'p') THEN 'table '
                        WHEN r.relkind = 'v' THEN 'view '
                        WHEN r.relkind = 'm' THEN 'materialized view '
                        WHEN r.relkind = 'S' THEN 'sequence '
                        WHEN r.relkind = 'f' THEN 'foreign table '
                        WHEN r.relkind = 'c' THEN 'type '
                        ELSE 'index ' END || quote_ident(n.nspname) || '.' || quote_ident(r.relname)
            FROM pg_catalog.pg_class r
            JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
            WHERE r.oid = d.refobjid)
        WHEN 'pg_catalog.pg_type'::regclass THEN (
            SELECT CASE WHEN r.relkind IN ('r', 'p') THEN 'table '
                        WHEN r.relkind = 'v' THEN 'view '
                        WHEN r.relkind = 'm' THEN 'materialized view '
                        WHEN r.relkind = 'f' THEN 'foreign table '
                        ELSE 'type ' END || quote_ident(n.nspname) || '.' || quote_ident(e.typname)
            FROM pg_catalog.pg_type t
            JOIN pg_catalog.pg_type e ON e.oid = coalesce(
                (SELECT o.oid FROM pg_catalog.pg_type o WHERE o.oid = t.typelem AND o.typarray = t.oid),
                (SELECT g.rngtypid FROM pg_catalog.pg_range g WHERE g.rngmultitypid = t.oid), t.oid)
            JOIN pg_catalog.pg_namespace n ON n.oid = e.typnamespace
            LEFT JOIN pg_catalog.pg_class r ON r.oid = e.typrelid
            WHERE t.oid = d.refobjid)
        WHEN 'pg_catalog.pg_proc'::regclass THEN (
            SELECT CASE p.prokind WHEN 'a' THEN 'aggregate ' WHEN 'p' THEN 'procedure '
                                  ELSE 'function ' END || d.refobjid::regprocedure::text
            FROM pg_catalog.pg_proc p
            WHERE p.oid = d.refobjid)
        WHEN 'pg_catalog.pg_constraint'::regclass THEN (
            SELECT 'constraint ' || quote_ident(k.conname) || ' on ' || quote_ident(n.nspname) || '.'
                   || quote_ident(r.relname)
            FROM pg_catalog.pg_constraint k
            JOIN pg_catalog.pg_class r ON r.oid = k.conrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
            WHERE k.oid = d.refobjid)
        ELSE (SELECT i.type || ' ' || i.identity
              FROM pg_catalog.pg_identify_object(d.refclassid, d.refobjid, 0) i)
        END) COLLATE "C" AS key
FROM pg_catalog.pg_depend d
WHERE d.deptype IN ('n', 'a') AND d.refobjid >= 16384
  AND d.refclassid <> 'pg_catalog.pg_namespace'::regclass
  AND NOT (d.refclassid = d.classid AND d.refobjid = d.objid);
COMMENT ON VIEW chronos.live_dependency IS
    'What an object needs before it can be created, as KIND IDENTITY; objects that came with the server and schemas are left out.';

CREATE VIEW chronos.live_column AS
SELECT a.attrelid AS relid, a.attnum,
       jsonb_strip_nulls(jsonb_build_object(
           'name', a.attname,
           'type', format_type(a.atttypid, a.atttypmod),
           'collation', CASE WHEN a.attcollation <> t.typcollation AND a.attcollation <> 0 THEN (
               SELECT quote_ident(n.nspname) || '.' || quote_ident(o.collname)
               FROM pg_catalog.pg_collation o
               JOIN pg_catalog.pg_namespace n ON n.oid = o.collnamespace
               WHERE o.oid = a.attcollation) END,
           'not_null', CASE WHEN a.attnotnull THEN true END,
           'default', pg_get_expr(d.adbin, d.adrelid),
           'generated', CASE a.attgenerated WHEN 's' THEN 'stored' WHEN 'v' THEN 'virtual' END,
           'identity', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END,
           'storage', CASE WHEN a.attstorage <> t.typstorage THEN
               CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external'
                                 WHEN 'm' THEN 'main' WHEN 'x' THEN 'extended' END END,
           'compression', CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,
           'statistics', nullif(a.attstattarget, -1),
           -- Some servers keep a pg_attver of their own there, which is no option of anybody's.
           'options', CASE WHEN a.attoptions IS NOT NULL THEN (
               SELECT jsonb_agg(o.option ORDER BY o.nr)
               FROM unnest(a.attoptions) WITH ORDINALITY o(option, nr)
               WHERE o.option NOT LIKE 'pg\_attver=%') END,
           'fdw_options', to_jsonb(a.attfdwoptions),
           'inherited', CASE WHEN NOT a.attislocal THEN true END,
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_class'::regclass AND s.objoid = a.attrelid
                         AND s.objsubid = a.attnum),
           'acl', CASE WHEN a.attacl IS NOT NULL THEN chronos.acl_facts(a.attacl, '{}',
               (SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = a.attrelid)) END
       )) AS facts
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped;
COMMENT ON VIEW chronos.live_column IS 'The facts of every column, as they stand inside its relation''s definition.';
