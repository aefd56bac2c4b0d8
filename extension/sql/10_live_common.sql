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

CREATE FUNCTION chronos.temporary_objects(class oid) RETURNS oid[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
BEGIN
    RETURN ARRAY(
        WITH RECURSIVE passing(classid, objid) AS (
            SELECT d.classid, d.objid FROM pg_namespace n
            JOIN pg_depend d ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid
            WHERE n.nspname LIKE 'pg\_temp\_%'
            UNION
            SELECT n.classid, n.objid FROM passing p
            CROSS JOIN LATERAL (
                -- Of a table that needs a temporary type only the column goes.
                SELECT d.classid, d.objid FROM pg_depend d
                WHERE d.refclassid = p.classid AND d.refobjid = p.objid AND d.objsubid = 0
                UNION ALL
                -- A view goes with its rule.
                SELECT d.refclassid, d.refobjid FROM pg_depend d
                WHERE d.classid = p.classid AND d.objid = p.objid AND d.objsubid = 0
                  AND d.deptype = 'i' AND d.refobjsubid = 0) n)
        SELECT p.objid FROM passing p WHERE p.classid = class);
END
$$;
COMMENT ON FUNCTION chronos.temporary_objects(oid) IS
    'Rows of a catalogue that vanish with a session: what is in a schema of a session, and what needs it wherever it is.';

CREATE VIEW chronos.live_relation AS
SELECT c.*, n.identity || '.' || quote_ident(c.relname) AS identity,
       CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
                      WHEN 'f' THEN 'foreign table' ELSE 'table' END AS kind
FROM pg_catalog.pg_class c
JOIN chronos.live_namespace n ON n.oid = c.relnamespace
WHERE c.relpersistence <> 't'
  -- Looked up once for a statement, and only where there is something that may need a temporary object.
  AND (c.relkind NOT IN ('v', 'm') AND c.reloftype = 0
       OR c.oid <> ALL ((SELECT chronos.temporary_objects('pg_catalog.pg_class'::regclass))::oid[]))
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid
                    AND e.deptype = 'e');
COMMENT ON VIEW chronos.live_relation IS
    'Relations that are versioned, with their qualified name: not temporary, not of an extension.';

CREATE FUNCTION chronos.acl_facts(acl aclitem[], base aclitem[], owner oid) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
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
                WHERE NOT a.item = ANY (base)))), '{}'));
END
$$;
COMMENT ON FUNCTION chronos.acl_facts(aclitem[], aclitem[], oid) IS
    'Privileges as the difference from what a new object of this owner has; null when there is none. A missing grantee is PUBLIC, a missing grantor the owner.';

CREATE FUNCTION chronos.operator_family_name(family oid) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (SELECT format('%I.%I USING %I', n.nspname, f.opfname, m.amname)
            FROM pg_opfamily f
            JOIN pg_namespace n ON n.oid = f.opfnamespace
            JOIN pg_am m ON m.oid = f.opfmethod
            WHERE f.oid = family);
END
$$;
COMMENT ON FUNCTION chronos.operator_family_name(oid) IS
    'An operator family as statements name it; the server''s own function forgets to quote the access method.';

CREATE FUNCTION chronos.object_key(classid oid, objid oid) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    relation pg_class%ROWTYPE;
    element oid;
    owner oid;
BEGIN
    IF classid = 'pg_type'::regclass THEN
        -- A row type is its relation, an array its element, a multirange its range.
        SELECT coalesce((SELECT e.oid FROM pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid), t.oid)
        INTO element FROM pg_type t WHERE t.oid = objid;
        element := coalesce((SELECT r.rngtypid FROM pg_range r WHERE r.rngmultitypid = element), element);
        SELECT t.typrelid INTO owner FROM pg_type t WHERE t.oid = element;
        IF owner = 0 THEN
            RETURN 'type ' || (SELECT t.typnamespace::regnamespace || '.' || quote_ident(t.typname)
                               FROM pg_type t WHERE t.oid = element);
        END IF;
        classid := 'pg_class'::regclass;
        objid := owner;
    END IF;
    IF classid = 'pg_class'::regclass THEN
        SELECT * INTO relation FROM pg_class c WHERE c.oid = objid;
        IF relation.relkind IN ('i', 'I') THEN
            SELECT d.refobjid INTO owner FROM pg_depend d
            WHERE d.classid = 'pg_class'::regclass AND d.objid = object_key.objid
              AND d.refclassid = 'pg_constraint'::regclass AND d.deptype = 'i';
            IF FOUND THEN
                RETURN chronos.object_key('pg_constraint'::regclass, owner);
            END IF;
        END IF;
        RETURN CASE relation.relkind WHEN 'r' THEN 'table ' WHEN 'p' THEN 'table ' WHEN 'v' THEN 'view '
                   WHEN 'm' THEN 'materialized view ' WHEN 'S' THEN 'sequence '
                   WHEN 'f' THEN 'foreign table ' WHEN 'c' THEN 'type ' ELSE 'index ' END
               || relation.relnamespace::regnamespace || '.' || quote_ident(relation.relname);
    ELSIF classid = 'pg_proc'::regclass THEN
        RETURN (SELECT CASE p.prokind WHEN 'a' THEN 'aggregate ' WHEN 'p' THEN 'procedure '
                                      ELSE 'function ' END || objid::regprocedure
                FROM pg_proc p WHERE p.oid = objid);
    ELSIF classid = 'pg_constraint'::regclass THEN
        RETURN (SELECT 'constraint ' || quote_ident(k.conname) || ' on ' || k.conrelid::regclass
                FROM pg_constraint k WHERE k.oid = objid);
    ELSIF classid = 'pg_opfamily'::regclass THEN
        RETURN (SELECT 'operator family ' || chronos.operator_family_name(objid));
    ELSIF classid = 'pg_transform'::regclass THEN
        RETURN (SELECT format('transform for %s language %I', format_type(f.trftype, NULL), l.lanname)
                FROM pg_transform f JOIN pg_language l ON l.oid = f.trflang WHERE f.oid = objid);
    END IF;
    RETURN (SELECT i.type || ' ' || i.identity FROM pg_identify_object(classid, objid, 0) i);
END
$$;
COMMENT ON FUNCTION chronos.object_key(oid, oid) IS 'KIND IDENTITY of an object, as depends_on names it.';

CREATE FUNCTION chronos.depends_on(classid oid, objid oid, relation oid DEFAULT 0) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT jsonb_agg(DISTINCT chronos.object_key(d.refclassid, d.refobjid) COLLATE "C"
                         ORDER BY chronos.object_key(d.refclassid, d.refobjid) COLLATE "C")
        FROM (
            SELECT $1 AS classid, $2 AS objid
            UNION ALL
            -- What a view needs hangs on its rule, what a generated column needs on its expression.
            SELECT 'pg_rewrite'::regclass, r.oid FROM pg_rewrite r
            WHERE $1 = 'pg_class'::regclass AND r.ev_class = $2 AND r.rulename = '_RETURN'
            UNION ALL
            SELECT 'pg_attrdef'::regclass, v.oid FROM pg_attribute a
            JOIN pg_attrdef v ON v.adrelid = a.attrelid AND v.adnum = a.attnum
            WHERE $1 = 'pg_class'::regclass AND a.attrelid = $2 AND a.attgenerated <> ''
            UNION ALL
            SELECT 'pg_class'::regclass, t.typrelid FROM pg_type t
            WHERE $1 = 'pg_type'::regclass AND t.oid = $2 AND t.typrelid <> 0
        ) s
        JOIN pg_depend d ON d.classid = s.classid AND d.objid = s.objid
        WHERE d.deptype IN ('n', 'a') AND d.refobjid >= 16384
          AND d.refobjid NOT IN ($2, $3)
          AND d.refclassid <> 'pg_namespace'::regclass
          -- Recorded for any function that was made while the transform was there, used or not.
          AND (d.refclassid <> 'pg_transform'::regclass OR EXISTS (
                   SELECT FROM pg_proc p WHERE p.oid = $2 AND p.protrftypes IS NOT NULL)));
END
$$;
COMMENT ON FUNCTION chronos.depends_on(oid, oid, oid) IS
    'What an object needs before it can be created, beside its relation; schemas and what came with the server are left out.';

CREATE FUNCTION chronos.needs_extensions(classid oid, objid oid) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (SELECT jsonb_agg(x.extname ORDER BY x.extname COLLATE "C")
            FROM pg_depend d JOIN pg_extension x ON x.oid = d.refobjid
            WHERE d.classid = $1 AND d.objid = $2 AND d.refclassid = 'pg_extension'::regclass
              AND d.deptype = 'x');
END
$$;
COMMENT ON FUNCTION chronos.needs_extensions(oid, oid) IS
    'The extensions that an object was declared to depend on.';

CREATE FUNCTION chronos.tablespace_name(tablespace oid) RETURNS name
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$ BEGIN RETURN (SELECT s.spcname FROM pg_tablespace s WHERE s.oid = tablespace); END $$;
COMMENT ON FUNCTION chronos.tablespace_name(oid) IS 'The name of a tablespace.';

CREATE FUNCTION chronos.access_method_name(method oid) RETURNS name
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$ BEGIN RETURN (SELECT m.amname FROM pg_am m WHERE m.oid = method); END $$;
COMMENT ON FUNCTION chronos.access_method_name(oid) IS 'The name of an access method.';

CREATE VIEW chronos.live_column AS
SELECT a.attrelid AS relid, a.attnum,
       jsonb_strip_nulls(jsonb_build_object(
           'name', a.attname,
           'type', format_type(a.atttypid, a.atttypmod),
           'collation', CASE WHEN a.attcollation <> t.typcollation AND a.attcollation <> 0 THEN
               a.attcollation::regcollation::text END,
           'not_null', CASE WHEN a.attnotnull THEN true END,
           -- Since 18 it is a constraint with a name and a state of its own, kept where they are not the usual ones.
           'not_null_constraint', CASE WHEN a.attnotnull
                                            AND current_setting('server_version_num')::int >= 180000 THEN (
               SELECT nullif(jsonb_strip_nulls(jsonb_build_object(
                   'name', CASE WHEN k.conname <> c.relname || '_' || a.attname || '_not_null'
                                  OR s.description IS NOT NULL OR v.before_parent THEN k.conname END,
                   'no_inherit', CASE WHEN k.connoinherit THEN true END,
                   'not_valid', CASE WHEN NOT k.convalidated THEN true END,
                   'inherited', CASE WHEN NOT k.conislocal THEN true END,
                   'validated', CASE WHEN v.before_parent THEN true END,
                   'comment', s.description)), '{}')
               FROM pg_catalog.pg_constraint k
               JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
               LEFT JOIN pg_catalog.pg_description s
                 ON s.classoid = 'pg_catalog.pg_constraint'::regclass AND s.objoid = k.oid AND s.objsubid = 0
               -- It may be valid here and not yet in the parent, which hands it down as not valid.
               CROSS JOIN LATERAL (SELECT NOT k.conislocal AND k.convalidated AND EXISTS (
                   SELECT FROM pg_catalog.pg_inherits i
                   JOIN pg_catalog.pg_constraint p ON p.conrelid = i.inhparent AND p.contype = 'n'
                   JOIN pg_catalog.pg_attribute pa ON pa.attrelid = i.inhparent AND pa.attnum = p.conkey[1]
                   WHERE i.inhrelid = k.conrelid AND pa.attname = a.attname AND NOT p.convalidated
               ) AS before_parent) v
               WHERE k.conrelid = a.attrelid AND k.contype = 'n' AND k.conkey[1] = a.attnum) END,
           'default', pg_get_expr(d.adbin, d.adrelid),
           'generated', CASE a.attgenerated WHEN 's' THEN 'stored' WHEN 'v' THEN 'virtual' END,
           'identity', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END,
           'storage', CASE WHEN a.attstorage <> t.typstorage THEN
               CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external'
                                 WHEN 'm' THEN 'main' WHEN 'x' THEN 'extended' END END,
           'compression', CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,
           'statistics', nullif(a.attstattarget, -1),
           -- Some servers keep a pg_attver of their own there, which is no option of anybody's.
           'options', CASE WHEN NOT a.attoptions[1] LIKE 'pg\_attver=%' OR cardinality(a.attoptions) > 1 THEN (
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
