-- What is in no version. A rule, not a list of kinds: every row with an oid in any catalogue that belongs to
-- this database is looked at, so that a kind nobody has thought of is reported as well.

CREATE FUNCTION chronos.catalogue_rows() RETURNS TABLE (classid oid, objid oid)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    catalogue record;
BEGIN
    FOR catalogue IN
        SELECT c.oid, c.relname FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'oid' AND a.atttypid = 'oid'::regtype
        WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r' AND NOT c.relisshared
        ORDER BY c.oid
    LOOP
        -- Dependencies, labels and comments name a large object by the catalogue of its pages.
        RETURN QUERY EXECUTE format('SELECT %s::oid, x.oid FROM pg_catalog.%I x WHERE x.oid >= 16384',
            CASE catalogue.oid WHEN 'pg_largeobject_metadata'::regclass THEN 'pg_largeobject'::regclass::oid
                               ELSE catalogue.oid END, catalogue.relname);
    END LOOP;
    RETURN QUERY
    SELECT 'pg_subscription'::regclass::oid, s.oid FROM pg_subscription s
    JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = current_database()
    UNION ALL
    SELECT 'pg_database'::regclass, d.oid FROM pg_database d WHERE d.datname = current_database();
END
$$;
COMMENT ON FUNCTION chronos.catalogue_rows() IS
    'Every row of a catalogue that was not there when the server was set up, of this database.';

CREATE FUNCTION chronos.parts_of(classids oid[], objids oid[], kinds "char"[])
RETURNS TABLE (classid oid, objid oid)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    WITH RECURSIVE part(classid, objid) AS (
        SELECT t.classid, t.objid FROM unnest(classids, objids) t(classid, objid)
        UNION
        SELECT d.classid, d.objid FROM part p
        JOIN pg_depend d ON d.refclassid = p.classid AND d.refobjid = p.objid
        WHERE d.deptype = ANY (kinds)
           -- Members of an operator class or family are loose rows with a weaker bond.
           OR d.classid IN ('pg_amop'::regclass, 'pg_amproc'::regclass)
              AND d.refclassid IN ('pg_opclass'::regclass, 'pg_opfamily'::regclass)
    )
    SELECT p.classid, p.objid FROM part p;
END
$$;
COMMENT ON FUNCTION chronos.parts_of(oid[], oid[], "char"[]) IS
    'Objects and what is a part of them, by these kinds of dependency.';

CREATE FUNCTION chronos.find_uncovered() RETURNS TABLE (classid oid, objid oid)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    classes oid[];
    objects oid[];
BEGIN
    -- What a version shows, and its inner parts: row types, toast tables, copies for partitions.
    SELECT array_agg(l.classid), array_agg(l.objid) INTO classes, objects FROM chronos.live_object l;
    SELECT array_agg(p.classid), array_agg(p.objid) INTO classes, objects
    FROM chronos.parts_of(classes, objects, '{i,P}') p;
    RETURN QUERY
    WITH covered AS MATERIALIZED (
        SELECT c.classid, c.objid FROM unnest(classes, objects) c(classid, objid)
        UNION
        SELECT m.classid, m.objid FROM chronos.live_own_member m
        JOIN unnest(classes, objects) c(classid, objid) ON c.classid = m.refclassid AND c.objid = m.refobjid
    ), outside AS MATERIALIZED (
        -- Of an extension, of a session or of the server's own workings, with all that hangs on it.
        SELECT p.* FROM (
            SELECT array_agg(s.classid) AS classids, array_agg(s.objid) AS objids FROM (
                SELECT d.classid, d.objid FROM pg_depend d WHERE d.deptype = 'e'
                UNION ALL
                SELECT d.classid, d.objid FROM pg_namespace n
                JOIN pg_depend d ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid
                WHERE n.nspname LIKE 'pg\_temp\_%' OR n.nspname LIKE 'pg\_toast\_temp\_%'
                UNION ALL
                SELECT k.class, unnest(chronos.temporary_objects(k.class)) FROM (
                    SELECT DISTINCT d.classid FROM pg_depend d) k(class)
                UNION ALL
                SELECT 'pg_namespace'::regclass, n.oid FROM pg_namespace n
                WHERE n.nspname LIKE 'pg\_temp\_%' OR n.nspname LIKE 'pg\_toast\_temp\_%'
                UNION ALL
                SELECT 'pg_class'::regclass, c.oid FROM pg_class c
                WHERE c.relnamespace = 'pg_toast'::regnamespace
                UNION ALL
                -- An operator that others only name as their partner.
                SELECT 'pg_operator'::regclass, o.oid FROM pg_operator o WHERE o.oprcode = 0
                UNION ALL
                -- Large objects that only exist are data.
                SELECT 'pg_largeobject'::regclass, l.oid FROM pg_largeobject_metadata l WHERE l.lomacl IS NULL
                UNION ALL
                SELECT 'pg_extension'::regclass, x.oid FROM pg_extension x WHERE x.extname = 'chronos') s) a
        CROSS JOIN LATERAL chronos.parts_of(a.classids, a.objids, '{a,i,P,e}') p
    ), left_over AS MATERIALIZED (
        SELECT r.classid, r.objid FROM chronos.catalogue_rows() r
        EXCEPT
        SELECT c.classid, c.objid FROM covered c
    )
    SELECT l.classid, l.objid FROM left_over l
    WHERE NOT EXISTS (SELECT FROM chronos.live_owners(ARRAY[l.classid], ARRAY[l.objid]) o
                      JOIN covered c ON c.classid = o.classid AND c.objid = o.objid)
      AND NOT EXISTS (SELECT FROM chronos.live_owners(ARRAY[l.classid], ARRAY[l.objid]) o
                      JOIN outside c ON c.classid = o.classid AND c.objid = o.objid)
      AND NOT EXISTS (SELECT FROM outside x WHERE x.classid = l.classid AND x.objid = l.objid);
END
$$;
COMMENT ON FUNCTION chronos.find_uncovered() IS
    'Rows of catalogues that neither are an object of chronos.live_object nor belong to one.';

CREATE FUNCTION chronos.identify(classid oid, objid oid, OUT class text, OUT schema text, OUT identity text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    SELECT i.type, coalesce(i.schema, ''), i.identity INTO class, schema, identity
    FROM pg_identify_object(classid, objid, 0) i;
EXCEPTION WHEN OTHERS THEN
    -- Rows that the server itself has no name for, such as labels of an enum.
    class := classid::regclass::text;
    schema := '';
    identity := objid::text;
END
$$;
COMMENT ON FUNCTION chronos.identify(oid, oid) IS 'What a row of a catalogue is, whether or not the server can tell.';

CREATE VIEW chronos.uncovered AS
SELECT o.classid, o.objid, i.class, i.identity
FROM chronos.find_uncovered() o
CROSS JOIN LATERAL chronos.identify(o.classid, o.objid) i
UNION ALL
SELECT l.classoid, l.objoid, 'security label', i.identity
FROM (SELECT DISTINCT s.classoid, s.objoid FROM chronos.live_label s) l
CROSS JOIN LATERAL chronos.identify(l.classoid, l.objoid) i
WHERE NOT EXISTS (SELECT FROM chronos.live_security_label s WHERE s.classid = l.classoid AND s.objid = l.objoid)
  AND i.schema NOT LIKE 'pg\_temp%'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  JOIN pg_catalog.pg_extension x ON x.oid = e.refobjid
                  WHERE e.classid = l.classoid AND e.objid = l.objoid AND e.deptype = 'e'
                    AND e.refclassid = 'pg_catalog.pg_extension'::regclass AND x.extname = 'chronos');
COMMENT ON VIEW chronos.uncovered IS
    'What this database defines and no version shows: it would be missing in schema_at(). Empty unless there is a kind of object that Chronos does not know.';
