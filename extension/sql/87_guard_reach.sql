-- How far a command reaches: what goes with what it names.

CREATE FUNCTION chronos.doomed(classids oid[], objids oid[], columns int2[], cascades boolean)
RETURNS TABLE (classid oid, objid oid, objsubid int)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH RECURSIVE doomed(classid, objid, objsubid) AS (
        SELECT CASE WHEN t.classid = 'pg_authid'::regclass THEN o.classid ELSE t.classid END,
               CASE WHEN t.classid = 'pg_authid'::regclass THEN o.objid ELSE t.objid END, t.col::int
        FROM unnest(classids, objids, columns) t(classid, objid, col)
        -- DROP OWNED: what the role owns here.
        LEFT JOIN pg_shdepend o ON t.classid = 'pg_authid'::regclass AND o.refclassid = t.classid AND o.refobjid = t.objid AND o.deptype = 'o'
                               AND o.dbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
        WHERE t.classid <> 'pg_authid'::regclass OR o.objid IS NOT NULL
        UNION
        SELECT n.classid, n.objid, n.objsubid
        FROM doomed w,
             LATERAL (
                 SELECT d.classid, d.objid, d.objsubid
                 FROM pg_depend d
                 WHERE d.refclassid = w.classid AND d.refobjid = w.objid AND (w.objsubid = 0 OR d.refobjsubid = w.objsubid)
                   AND (d.deptype <> 'n' OR cascades)
                 UNION ALL
                 -- Heirs hang on their parent as views do; what drops them without CASCADE does it by itself.
                 SELECT w.classid, i.inhrelid, 0
                 FROM pg_inherits i
                 WHERE w.classid = 'pg_class'::regclass AND w.objsubid = 0 AND i.inhparent = w.objid
                 UNION ALL
                 -- What a generated column is computed by takes the column with it.
                 SELECT 'pg_class'::regclass, f.adrelid, f.adnum
                 FROM pg_attrdef f JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum AND a.attgenerated <> ''
                 WHERE w.classid = 'pg_attrdef'::regclass AND f.oid = w.objid
                 UNION ALL
                 -- The rule of a view takes the view with it.
                 SELECT 'pg_class'::regclass, r.ev_class, 0
                 FROM pg_rewrite r
                 WHERE w.classid = 'pg_rewrite'::regclass AND r.oid = w.objid AND r.rulename = '_RETURN') n
    )
    SELECT DISTINCT w.classid, w.objid, w.objsubid FROM doomed w WHERE w.objid IS NOT NULL
$$;
COMMENT ON FUNCTION chronos.doomed(oid[], oid[], int2[], boolean) IS
    'What goes when these objects, columns, or objects of these roles are dropped: with all that depends on them (cascades), or only with what always goes with them.';

CREATE FUNCTION chronos.emptied(relations oid[], only_these boolean[], cascades boolean) RETURNS SETOF oid
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH RECURSIVE emptied(relation, alone) AS (
        SELECT r.relation, r.alone FROM unnest(relations, only_these) r(relation, alone)
        UNION
        SELECT n.relation, n.alone
        FROM emptied e,
             LATERAL (
                 SELECT i.inhrelid, false FROM pg_inherits i WHERE i.inhparent = e.relation AND NOT e.alone
                 UNION ALL
                 SELECT c.conrelid, false FROM pg_constraint c WHERE c.contype = 'f' AND c.confrelid = e.relation AND cascades) n(relation, alone)
    )
    SELECT DISTINCT e.relation FROM emptied e
$$;
COMMENT ON FUNCTION chronos.emptied(oid[], boolean[], boolean) IS
    'What TRUNCATE empties: tables, their heirs unless alone, and with CASCADE whatever refers to them.';

CREATE FUNCTION chronos.columns_like(relation oid, attribute int2) RETURNS TABLE (objid oid, objsubid int2)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH RECURSIVE shape AS (
        SELECT a.attname FROM pg_attribute a WHERE a.attrelid = relation AND a.attnum = attribute AND NOT a.attisdropped
    ), alike(relation) AS (
        SELECT relation
        UNION
        SELECT n.relation
        FROM alike k,
             LATERAL (
                 SELECT i.inhrelid FROM pg_inherits i WHERE i.inhparent = k.relation
                 UNION ALL
                 SELECT t.oid FROM pg_class t WHERE t.reloftype = (SELECT c.reltype FROM pg_class c WHERE c.oid = k.relation) AND t.reloftype <> 0) n(relation)
    )
    SELECT a.attrelid, a.attnum
    FROM alike k JOIN pg_attribute a ON a.attrelid = k.relation JOIN shape s ON s.attname = a.attname
    UNION
    -- Columns of a composite type.
    SELECT u.attrelid, u.attnum
    FROM pg_class c JOIN pg_attribute u ON u.atttypid = c.reltype AND NOT u.attisdropped
    WHERE c.oid = relation AND c.relkind = 'c'
$$;
COMMENT ON FUNCTION chronos.columns_like(oid, int2) IS
    'A column, those of the same name of heirs and of tables of the type, and the columns that hold values of the type.';

CREATE FUNCTION chronos.reached(how text, cascades boolean, classids oid[], objids oid[], columns int2[], new_types oid[], new_modifiers int[],
                                computed boolean[], OUT relations oid[], OUT lost_columns jsonb, OUT dependents bigint)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
BEGIN
    lost_columns := '{}';
    dependents := 0;
    IF how = 't' THEN
        relations := ARRAY(SELECT chronos.emptied(objids, computed, cascades));
    ELSE
        WITH aimed AS MATERIALIZED (
            SELECT t.classid, t.objid, t.col, t.new_type, t.new_modifier, t.computed
            FROM unnest(classids, objids, columns, new_types, new_modifiers, computed) t(classid, objid, col, new_type, new_modifier, computed)
        ), going AS MATERIALIZED (
            SELECT a.classid, a.objid, a.col FROM aimed a WHERE how = 'd'
            UNION
            SELECT a.classid, l.objid, l.objsubid FROM aimed a, chronos.columns_like(a.objid, a.col) l WHERE how = 'a' AND a.new_type = 0
        ), gone AS MATERIALIZED (
            SELECT d.*
            FROM (SELECT array_agg(g.classid) AS c, array_agg(g.objid) AS o, array_agg(g.col) AS n FROM going g) g,
                 chronos.doomed(g.c, g.o, g.n, cascades) d
            WHERE g.c IS NOT NULL
        ), whole AS MATERIALIZED (
            SELECT g.objid FROM gone g WHERE g.classid = 'pg_class'::regclass AND g.objsubid = 0
        ), changed AS (
            SELECT g.objid, g.objsubid FROM gone g WHERE g.classid = 'pg_class'::regclass AND g.objsubid > 0
            UNION
            SELECT l.objid, l.objsubid
            FROM aimed a, chronos.columns_like(a.objid, a.col) l
            WHERE how = 'a' AND a.new_type <> 0 AND chronos.may_lose(a.objid, a.col, a.new_type, a.new_modifier, a.computed)
        ), parts AS MATERIALIZED (
            SELECT c.objid, jsonb_agg(a.attname ORDER BY a.attnum) AS names
            FROM changed c JOIN pg_attribute a ON a.attrelid = c.objid AND a.attnum = c.objsubid
            WHERE NOT EXISTS (SELECT FROM whole w WHERE w.objid = c.objid)
            GROUP BY c.objid
        )
        SELECT ARRAY(SELECT w.objid FROM whole w) || ARRAY(SELECT p.objid FROM parts p),
               (SELECT coalesce(jsonb_object_agg(p.objid, p.names), '{}') FROM parts p),
               (SELECT count(*) FROM whole w JOIN pg_class c ON c.oid = w.objid AND c.relkind = 'v' WHERE NOT w.objid = ANY (objids))
               + (SELECT count(*) FROM gone g WHERE g.classid = 'pg_proc'::regclass AND NOT g.objid = ANY (objids))
               -- Of tables that stay.
               + (SELECT count(*) FROM gone g JOIN pg_constraint c ON c.oid = g.objid AND c.contype = 'f'
                  WHERE g.classid = 'pg_constraint'::regclass AND NOT EXISTS (SELECT FROM whole w WHERE w.objid = c.conrelid))
        INTO relations, lost_columns, dependents;
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.reached(text, boolean, oid[], oid[], int2[], oid[], int[], boolean[]) IS
    'The relations that a command (how: as in chronos.guard_report) takes or empties, or of which it takes columns, these by the oid of the relation, and how many objects go with them.';
