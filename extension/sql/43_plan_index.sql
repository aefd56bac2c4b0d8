-- What tables have from their parents cannot leave them alone: parts of indexes, checks, copies of triggers.

CREATE FUNCTION chronos.plan_index_name(kind text, identity text, definition jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN CASE kind WHEN 'index' THEN identity WHEN 'constraint' THEN definition ->> 'index_name' END;
END
$$;
COMMENT ON FUNCTION chronos.plan_index_name(text, text, jsonb) IS 'The index that an object is or has.';

CREATE FUNCTION chronos.plan_parted(definition jsonb) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN definition ->> 'definition' LIKE 'CREATE % ON ONLY %' OR (definition ? 'index_name' AND definition ->> 'table_kind' = 'partitioned');
END
$$;
COMMENT ON FUNCTION chronos.plan_parted(jsonb) IS 'Whether an index, or that of a constraint, is a partitioned table''s.';

CREATE FUNCTION chronos.plan_lacking(items chronos.plan_item[], lost_tables text[]) RETURNS int[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
AS $$
BEGIN
    RETURN ARRAY(
        WITH joins AS MATERIALIZED (
            SELECT t.identity, t.new ->> 'partition_of' AS parent FROM unnest(items) t
            WHERE t.kind IN ('table', 'foreign table') AND t.new ? 'partition_of'
              AND CASE t.action WHEN 'add' THEN true WHEN 'rebuild' THEN true WHEN 'keep' THEN chronos.plan_parents(t.old) && lost_tables
                                ELSE chronos.plan_leaves_parents(t, lost_tables) END
        ), part AS MATERIALIZED (
            SELECT i.new ->> 'table' AS table_name, i.new #>> '{index,partition_of}' AS parent FROM unnest(items) i
            WHERE i.kind IN ('index', 'constraint') AND i.new #> '{index,partition_of}' IS NOT NULL
        )
        SELECT DISTINCT i.nr FROM unnest(items) i JOIN joins j ON j.parent = i.new ->> 'table'
        WHERE i.kind IN ('index', 'constraint') AND i.action <> 'drop' AND chronos.plan_parted(i.new)
          AND (j.identity, chronos.plan_index_name(i.kind, i.identity, i.new)) NOT IN (SELECT p.table_name, p.parent FROM part p));
END
$$;
COMMENT ON FUNCTION chronos.plan_lacking(chronos.plan_item[], text[]) IS
    'The indexes of partitioned tables of which a table that joins has no part: if such an index were there already, the table would get one by that.';

CREATE FUNCTION chronos.plan_split_indexes(items chronos.plan_item[], lost_tables text[]) RETURNS int[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
AS $$
BEGIN
    RETURN ARRAY(
        WITH part AS MATERIALIZED (
            SELECT i.*, i.old #>> '{index,partition_of}' AS parent FROM unnest(items) i
            WHERE i.kind IN ('index', 'constraint') AND i.old #> '{index,partition_of}' IS NOT NULL
        ), left_behind AS (
            SELECT p.parent FROM part p JOIN unnest(items) t
                ON t.kind IN ('table', 'foreign table') AND t.old_identity = p.old ->> 'table' AND t.action IN ('keep', 'alter')
            WHERE (p.action IN ('drop', 'rebuild') OR p.mid #> '{index,partition_of}' IS DISTINCT FROM p.new #> '{index,partition_of}')
              AND NOT chronos.plan_leaves_parents(t, lost_tables)
        )
        SELECT i.nr FROM unnest(items) i
        WHERE i.kind IN ('index', 'constraint') AND i.action IN ('keep', 'alter') AND chronos.plan_parted(i.old)
          AND chronos.plan_index_name(i.kind, i.old_identity, i.old) IN (SELECT parent FROM left_behind)
        UNION
        SELECT i.nr FROM unnest(items) i
        WHERE i.action IN ('keep', 'alter') AND i.nr = ANY (chronos.plan_lacking(items, lost_tables)));
END
$$;
COMMENT ON FUNCTION chronos.plan_split_indexes(chronos.plan_item[], text[]) IS
    'The indexes of partitioned tables that have to be made anew, for a part of them is wanted apart or not at all.';

CREATE FUNCTION chronos.plan_handed_checks(items chronos.plan_item[], lost_tables text[]) RETURNS TABLE (parent int, child int)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
AS $$
BEGIN
    RETURN QUERY
    WITH k AS MATERIALIZED (
        SELECT i.* FROM unnest(items) i WHERE i.kind = 'constraint' AND i.new ->> 'type' = 'check'
    )
    SELECT p.nr, c.nr
    FROM k c JOIN unnest(items) t ON t.kind IN ('table', 'foreign table') AND t.identity = c.new ->> 'table' AND t.action IN ('keep', 'alter')
    CROSS JOIN LATERAL unnest(chronos.plan_parents(t.new)) WITH ORDINALITY u(parent, nr)
    JOIN k p ON p.new ->> 'table' = u.parent AND p.new -> 'name' = c.new -> 'name'
    WHERE c.new ? 'inherited' AND NOT t.new ? 'partition_of'
      AND ((c.old IS NOT NULL AND NOT c.old ? 'inherited')
           OR (chronos.plan_leaves_parents(t, lost_tables) AND u.nr > coalesce(t.kept, 0)));
END
$$;
COMMENT ON FUNCTION chronos.plan_handed_checks(chronos.plan_item[], text[]) IS
    'Checks that a table is to have from a parent alone, and has not: its parent''s has to be made when it has joined, and hands it down.';

CREATE FUNCTION chronos.plan_split_checks(items chronos.plan_item[], lost_tables text[]) RETURNS int[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
AS $$
BEGIN
    RETURN ARRAY(
        WITH k AS MATERIALIZED (
            SELECT i.* FROM unnest(items) i WHERE i.kind = 'constraint' AND i.old ->> 'type' = 'check'
        ), heir AS MATERIALIZED (
            SELECT c.nr AS child, c.action, p.nr AS parent, p.action AS parent_action
            FROM k c JOIN unnest(items) t ON t.kind IN ('table', 'foreign table') AND t.old_identity = c.old ->> 'table'
                AND t.action IN ('keep', 'alter')
            CROSS JOIN LATERAL unnest(chronos.plan_parents(t.old)) u(parent)
            JOIN k p ON p.old ->> 'table' = u.parent AND p.old -> 'name' = c.old -> 'name'
            WHERE c.old ? 'inherited' AND NOT chronos.plan_leaves_parent(t, lost_tables, u.parent)
        )
        SELECT h.parent FROM heir h WHERE h.action = 'rebuild' AND h.parent_action IN ('keep', 'alter')
        UNION
        SELECT h.child FROM heir h WHERE h.action IN ('keep', 'alter') AND h.parent_action IN ('drop', 'rebuild')
        UNION
        SELECT i.nr FROM chronos.plan_handed_checks(items, lost_tables) h JOIN unnest(items) i ON i.nr IN (h.parent, h.child)
        WHERE i.action IN ('keep', 'alter'));
END
$$;
COMMENT ON FUNCTION chronos.plan_split_checks(chronos.plan_item[], text[]) IS
    'The checks that have to be made anew together with that of a parent or a child.';
