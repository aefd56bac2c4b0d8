-- The objects of the system and of extensions are not versioned, but what is granted on them is.
CREATE VIEW chronos.live_privileges AS
SELECT o.classid, o.objid, 'privileges' AS kind,
       (SELECT i.type || ' ' || i.identity FROM pg_identify_object(o.classid, o.objid, 0) i) AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'object', o.clause || ' ' || o.name,
           'acl', CASE WHEN o.acl IS NOT NULL THEN chronos.acl_facts(o.acl, o.base, o.owner) END,
           'columns', CASE WHEN o.clause = 'TABLE' THEN (
               SELECT jsonb_agg(jsonb_build_object('name', a.attname, 'acl', f.acl) ORDER BY a.attnum)
               FROM pg_catalog.pg_attribute a
               CROSS JOIN LATERAL chronos.acl_facts(a.attacl, coalesce(
                   (SELECT p.initprivs FROM pg_catalog.pg_init_privs p
                    WHERE p.classoid = o.classid AND p.objoid = o.objid AND p.objsubid = a.attnum),
                   '{}'), o.owner) f(acl)
               WHERE a.attrelid = o.objid AND a.attacl IS NOT NULL AND f.acl IS NOT NULL) END
       )) AS definition
FROM (
    SELECT s.*, coalesce((SELECT p.initprivs FROM pg_catalog.pg_init_privs p
                          WHERE p.classoid = s.classid AND p.objoid = s.objid AND p.objsubid = 0),
                         acldefault(s.type, s.owner) || s.common) AS base
    FROM (
        SELECT 'pg_catalog.pg_class'::regclass::oid AS classid, c.oid AS objid, c.relacl AS acl,
               c.relowner AS owner, (CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END)::"char" AS type,
               CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS clause,
               quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name,
               -- What everybody may read, and nothing says that it came so.
               CASE WHEN n.nspname = 'information_schema' THEN ARRAY[makeaclitem(0, c.relowner, 'SELECT', false)]
                    ELSE '{}' END AS common
        FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
          AND (c.relacl IS NOT NULL OR EXISTS (
                   SELECT FROM pg_catalog.pg_attribute a
                   WHERE a.attrelid = c.oid AND a.attacl IS NOT NULL))
        UNION ALL
        SELECT 'pg_catalog.pg_proc'::regclass, p.oid, p.proacl, p.proowner, 'f',
               CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.oid::regprocedure::text, '{}'
        FROM pg_catalog.pg_proc p
        WHERE p.proacl IS NOT NULL
        UNION ALL
        SELECT 'pg_catalog.pg_namespace'::regclass, n.oid, n.nspacl, n.nspowner, 'n', 'SCHEMA',
               quote_ident(n.nspname),
               CASE WHEN n.nspname = 'information_schema' THEN ARRAY[makeaclitem(0, n.nspowner, 'USAGE', false)]
                    ELSE '{}' END
        FROM pg_catalog.pg_namespace n
        WHERE n.nspacl IS NOT NULL AND n.nspname <> 'public'
        UNION ALL
        SELECT 'pg_catalog.pg_type'::regclass, t.oid, t.typacl, t.typowner, 'T', 'TYPE',
               format_type(t.oid, NULL), '{}'
        FROM pg_catalog.pg_type t
        WHERE t.typacl IS NOT NULL
        UNION ALL
        SELECT 'pg_catalog.pg_language'::regclass, l.oid, l.lanacl, l.lanowner, 'l', 'LANGUAGE',
               quote_ident(l.lanname), '{}'
        FROM pg_catalog.pg_language l
        WHERE l.lanacl IS NOT NULL
        UNION ALL
        SELECT 'pg_catalog.pg_foreign_data_wrapper'::regclass, w.oid, w.fdwacl, w.fdwowner, 'F',
               'FOREIGN DATA WRAPPER', quote_ident(w.fdwname), '{}'
        FROM pg_catalog.pg_foreign_data_wrapper w
        WHERE w.fdwacl IS NOT NULL
    ) s
    WHERE s.objid < 16384
       OR EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = s.classid AND e.objid = s.objid AND e.deptype = 'e'
                    AND NOT EXISTS (SELECT FROM pg_catalog.pg_extension x
                                    WHERE x.oid = e.refobjid AND x.extname = 'chronos'))
) o
WHERE (o.acl <> o.base AND chronos.acl_facts(o.acl, o.base, o.owner) IS NOT NULL)
   OR EXISTS (SELECT FROM pg_catalog.pg_attribute a
                  LEFT JOIN pg_catalog.pg_init_privs p
                    ON p.classoid = o.classid AND p.objoid = o.objid AND p.objsubid = a.attnum
                  WHERE o.clause = 'TABLE' AND a.attrelid = o.objid AND a.attacl IS NOT NULL
                    AND a.attacl IS DISTINCT FROM p.initprivs);
COMMENT ON VIEW chronos.live_privileges IS
    'What is granted on objects of the system and of extensions, beyond what they came with.';
