-- From touched catalogue rows to the objects that show them. Both functions run at every commit that
-- changes the schema, so they keep their plans (plpgsql) and never read a catalogue from end to end.

CREATE FUNCTION chronos.live_owners(classids oid[], objids oid[])
RETURNS TABLE (classid oid, objid oid)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT DISTINCT coalesce(m.classid, t.classid), coalesce(m.objid, t.objid)
    FROM unnest(classids, objids) t(classid, objid)
    LEFT JOIN LATERAL (
        -- relations: a constraint's index, a composite type, a TOAST table; also by pg_index, pg_sequence
        SELECT d.refclassid AS classid, d.refobjid AS objid
        FROM pg_depend d
        WHERE t.classid IN ('pg_class'::regclass, 'pg_index'::regclass)
          AND d.classid = 'pg_class'::regclass AND d.objid = t.objid AND d.objsubid = 0
          AND d.deptype = 'i' AND d.refobjsubid = 0
          AND d.refclassid IN ('pg_constraint'::regclass, 'pg_type'::regclass, 'pg_class'::regclass)
        UNION ALL
        SELECT 'pg_type'::regclass, c.reltype FROM pg_class c
        WHERE t.classid = 'pg_class'::regclass AND c.oid = t.objid AND c.relkind = 'c'
        UNION ALL
        SELECT 'pg_class'::regclass, t.objid
        WHERE t.classid IN ('pg_inherits'::regclass, 'pg_sequence'::regclass,
                            'pg_foreign_table'::regclass)
           OR (t.classid = 'pg_index'::regclass AND NOT EXISTS (
                   SELECT FROM pg_depend d
                   WHERE d.classid = 'pg_class'::regclass AND d.objid = t.objid
                     AND d.refclassid = 'pg_constraint'::regclass AND d.deptype = 'i'))
        UNION ALL
        SELECT 'pg_class'::regclass, a.adrelid FROM pg_attrdef a
        WHERE t.classid = 'pg_attrdef'::regclass AND a.oid = t.objid
        UNION ALL
        SELECT 'pg_class'::regclass, r.ev_class FROM pg_rewrite r
        WHERE t.classid = 'pg_rewrite'::regclass AND r.oid = t.objid AND r.rulename = '_RETURN'
        UNION ALL
        SELECT CASE WHEN k.contypid <> 0 THEN 'pg_type'::regclass ELSE 'pg_class'::regclass END,
               CASE WHEN k.contypid <> 0 THEN k.contypid ELSE k.conrelid END
        FROM pg_constraint k
        WHERE t.classid = 'pg_constraint'::regclass AND k.oid = t.objid
          AND (k.contypid <> 0 OR k.contype = 'n')
        UNION ALL
        SELECT 'pg_trigger'::regclass, g.oid FROM pg_trigger g
        JOIN pg_constraint k ON k.oid = g.tgconstraint
        WHERE t.classid = 'pg_constraint'::regclass AND g.tgconstraint = t.objid AND k.contype = 't'
        UNION ALL
        SELECT 'pg_constraint'::regclass, g.tgconstraint FROM pg_trigger g
        WHERE t.classid = 'pg_trigger'::regclass AND g.oid = t.objid
          AND g.tgisinternal AND g.tgconstraint <> 0
        UNION ALL
        SELECT CASE WHEN r.oid IS NOT NULL THEN 'pg_class'::regclass ELSE 'pg_type'::regclass END,
               coalesce(r.oid, e.oid)
        FROM pg_type y
        JOIN pg_type e ON e.oid = coalesce(
            (SELECT o.oid FROM pg_type o WHERE o.oid = y.typelem AND o.typarray = y.oid),
            (SELECT d.refobjid FROM pg_depend d
             WHERE d.classid = 'pg_type'::regclass AND d.objid = y.oid AND y.typtype = 'm'
               AND d.refclassid = 'pg_type'::regclass AND d.deptype = 'i'), y.oid)
        LEFT JOIN pg_class r ON r.oid = e.typrelid AND r.relkind <> 'c'
        WHERE t.classid = 'pg_type'::regclass AND y.oid = t.objid
        UNION ALL
        SELECT 'pg_type'::regclass, e.enumtypid FROM pg_enum e
        WHERE t.classid = 'pg_enum'::regclass AND e.oid = t.objid
        UNION ALL
        SELECT 'pg_publication'::regclass, p.prpubid FROM pg_publication_rel p
        WHERE t.classid = 'pg_publication_rel'::regclass AND p.oid = t.objid
        UNION ALL
        SELECT 'pg_publication'::regclass, p.pnpubid FROM pg_publication_namespace p
        WHERE t.classid = 'pg_publication_namespace'::regclass AND p.oid = t.objid
        UNION ALL
        SELECT CASE t.classid WHEN 'pg_db_role_setting'::regclass THEN 'pg_database'::regclass
                              ELSE 'pg_largeobject'::regclass END, t.objid
        WHERE t.classid IN ('pg_db_role_setting'::regclass, 'pg_largeobject_metadata'::regclass)
    ) m ON true;
END
$$;
COMMENT ON FUNCTION chronos.live_owners(oid[], oid[]) IS
    'Maps catalogue rows to the objects of chronos.live_object that show them; what has no other owner comes back as it is.';

CREATE FUNCTION chronos.dependents(classids oid[], objids oid[])
RETURNS TABLE (classid oid, objid oid)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
    found_classes oid[];
    found_objects oid[];
BEGIN
    WITH RECURSIVE closure(classid, objid) AS (
        SELECT s.classid, s.objid FROM (
            SELECT t.classid, t.objid FROM unnest(classids, objids) t(classid, objid)
            UNION
            SELECT o.classid, o.objid FROM chronos.live_owners(classids, objids) o
            UNION
            SELECT d.classid, d.objid
            FROM unnest(classids, objids) t(classid, objid)
            JOIN pg_shdepend d ON d.refclassid = t.classid AND d.refobjid = t.objid
            WHERE d.dbid = (SELECT b.oid FROM pg_database b WHERE b.datname = current_database())
        ) s
        UNION
        SELECT n.classid, n.objid
        FROM closure c
        JOIN pg_depend d ON d.refclassid = c.classid AND d.refobjid = c.objid
        CROSS JOIN LATERAL (
            SELECT d.classid, d.objid
            UNION ALL
            -- What needs a view hangs on the view, what the view needs on its rule.
            SELECT 'pg_class'::regclass, r.ev_class FROM pg_rewrite r
            WHERE d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
        ) n
        WHERE d.deptype <> 'e' AND c.classid <> 'pg_extension'::regclass
    )
    SELECT array_agg(c.classid), array_agg(c.objid) INTO found_classes, found_objects FROM closure c;
    RETURN QUERY SELECT o.classid, o.objid FROM chronos.live_owners(found_classes, found_objects) o;
END
$$;
COMMENT ON FUNCTION chronos.dependents(oid[], oid[]) IS
    'The objects given and everything whose text may change with them, as a superset.';
