-- What tables have from their parents and cannot lose alone: columns and copies of triggers.

CREATE FUNCTION chronos.plan_has_column(table_name text, column_name text, items chronos.plan_item[]) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM unnest(items) p
        CROSS JOIN LATERAL jsonb_array_elements(coalesce(p.new, p.old) -> 'columns') c
        WHERE p.kind IN ('table', 'foreign table') AND coalesce(p.identity, p.old_identity) = table_name AND c ->> 'name' = column_name);
END
$$;
COMMENT ON FUNCTION chronos.plan_has_column(text, text, chronos.plan_item[]) IS 'Whether a table will have a column.';

CREATE FUNCTION chronos.plan_kept(item chronos.plan_item, items chronos.plan_item[], lost_tables text[]) RETURNS int
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    held text[] := chronos.plan_parents(item.old);
    before text[] := chronos.plan_parents(item.mid);
    after text[] := chronos.plan_parents(item.new);
    kept int := 0;
    freed record;
BEGIN
    IF item.old ? 'partition_of' OR item.new ? 'partition_of' THEN
        RETURN 0;
    END IF;
    WHILE before[kept + 1] = after[kept + 1] AND held[kept + 1] <> ALL (lost_tables) LOOP
        kept := kept + 1;
    END LOOP;
    -- What is to be the table's own becomes so when it leaves those that have it as well.
    FOR freed IN
        SELECT c.name AS column_name, NULL AS check_name FROM chronos.plan_columns(item, '{}') c
        WHERE c.old ? 'inherited' AND c.way NOT IN ('drop', 'remake') AND NOT c.new ? 'inherited'
        UNION ALL
        SELECT NULL, k.new ->> 'name' FROM unnest(items) k
        WHERE k.kind = 'constraint' AND k.new ->> 'table' = item.identity AND k.new ->> 'type' = 'check' AND k.action IN ('keep', 'alter')
          AND k.old ? 'inherited' AND NOT k.new ? 'inherited'
    LOOP
        FOR at IN 1 .. kept LOOP
            IF chronos.plan_has_column(after[at], freed.column_name, items) OR EXISTS (
                SELECT FROM unnest(items) k WHERE k.kind = 'constraint' AND k.new ->> 'table' = after[at] AND k.new ->> 'name' = freed.check_name) THEN
                kept := at - 1;
                EXIT;
            END IF;
        END LOOP;
    END LOOP;
    RETURN kept;
END
$$;
COMMENT ON FUNCTION chronos.plan_kept(chronos.plan_item, chronos.plan_item[], text[]) IS
    'How many of its first parents a table can keep; the order of parents is part of the facts, and a new one comes last.';

CREATE FUNCTION chronos.plan_heirs(items chronos.plan_item[], lost_tables text[]) RETURNS TABLE (nr int, kept int, led text[], remade boolean)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH heir AS MATERIALIZED (
        SELECT t, chronos.plan_kept(t, items, lost_tables) AS kept FROM unnest(items) t
        WHERE t.kind IN ('table', 'foreign table') AND t.action IN ('keep', 'alter') AND (t.new ? 'inherits' OR t.old ? 'inherits')
    ), told AS (
        SELECT h.t, h.kept, coalesce((
            SELECT array_agg(c ->> 'name') FROM unnest(items) p
            CROSS JOIN LATERAL jsonb_array_elements((p.old -> 'columns') || coalesce(p.new -> 'columns', '[]')) c
            WHERE p.kind IN ('table', 'foreign table') AND p.old_identity = ANY ((chronos.plan_parents((h.t).old))[1:h.kept])), '{}') AS led
        FROM heir h
        WHERE h.kept < greatest(cardinality(chronos.plan_parents((h.t).old)), cardinality(chronos.plan_parents((h.t).new)))
    )
    SELECT (o.t).nr, o.kept, o.led, NOT (o.t).new ? 'partition_of' AND EXISTS (
        -- Nothing makes a column a parent's alone but to be made by it.
        SELECT FROM chronos.plan_columns(o.t, '{}') c
        WHERE c.new ? 'inherited' AND NOT (c.name = ANY (o.led) AND coalesce(c.old ? 'inherited', true)))
    FROM told o;
    -- The same parents, but a column that was the table's own is to be theirs.
    RETURN QUERY
    SELECT t.nr, NULL::int, NULL::text[], true FROM unnest(items) t
    WHERE t.kind IN ('table', 'foreign table') AND t.action = 'alter' AND t.old ? 'inherits' AND t.new ? 'inherits'
      AND EXISTS (SELECT FROM chronos.plan_columns(t, '{}') c WHERE c.new ? 'inherited' AND c.old IS NOT NULL AND NOT c.old ? 'inherited');
END
$$;
COMMENT ON FUNCTION chronos.plan_heirs(chronos.plan_item[], text[]) IS
    'The tables that leave parents or join others: how many they keep, the columns of these, and whether that cannot be done by leaving and joining.';

CREATE FUNCTION chronos.plan_left_alone(items chronos.plan_item[]) RETURNS TABLE (nr int, column_name text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT p.nr, c.old_name
    FROM unnest(items) t
    CROSS JOIN LATERAL chronos.plan_columns(t, '{}') c
    JOIN unnest(items) p ON p.kind IN ('table', 'foreign table') AND p.action = 'alter' AND p.old_identity = ANY (chronos.plan_parents(t.old))
    CROSS JOIN LATERAL chronos.plan_columns(p, '{}') d
    WHERE t.kind IN ('table', 'foreign table') AND t.action = 'alter' AND t.old ? 'inherits'
      AND c.old ? 'inherited' AND c.way NOT IN ('drop', 'remake') AND NOT c.new ? 'inherited'
      AND d.way = 'drop' AND d.old_name = c.old_name;
END
$$;
COMMENT ON FUNCTION chronos.plan_left_alone(chronos.plan_item[]) IS 'Columns that go from a table and stay with a child of it.';

CREATE FUNCTION chronos.plan_above(table_name text, items chronos.plan_item[], newer boolean) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN ARRAY(
        WITH RECURSIVE t AS MATERIALIZED (
            SELECT CASE WHEN newer THEN i.identity ELSE i.old_identity END AS name, chronos.plan_parents(CASE WHEN newer THEN i.new ELSE i.old END) AS parents
            FROM unnest(items) i WHERE i.kind IN ('table', 'foreign table')
        ), above(name) AS (
            SELECT p FROM t CROSS JOIN LATERAL unnest(t.parents) p WHERE t.name = table_name
            UNION
            SELECT p FROM above JOIN t ON t.name = above.name CROSS JOIN LATERAL unnest(t.parents) p)
        SELECT a.name FROM above a);
END
$$;
COMMENT ON FUNCTION chronos.plan_above(text, chronos.plan_item[], boolean) IS 'All tables that a table inherits from, on one of the sides.';

CREATE FUNCTION chronos.plan_shared(items chronos.plan_item[], lost_tables text[]) RETURNS TABLE (nr int, column_name text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT DISTINCT t.nr, s.name
    FROM unnest(items) t
    CROSS JOIN LATERAL chronos.plan_columns(t, '{}') c
    JOIN unnest(items) p ON p.kind IN ('table', 'foreign table') AND p.action = 'alter' AND p.identity = ANY (chronos.plan_parents(t.new))
        AND p.old_identity = ANY (chronos.plan_parents(t.old)) AND NOT chronos.plan_leaves_parent(t, lost_tables, p.old_identity)
    CROSS JOIN LATERAL chronos.plan_columns(p, '{}') d
    CROSS JOIN LATERAL (
        SELECT c.name WHERE c.way IN ('add', 'remake') AND NOT c.new ? 'inherited' AND d.way IN ('add', 'remake') AND d.name = c.name
        UNION ALL
        SELECT c.old_name WHERE c.way IN ('drop', 'remake') AND NOT c.old ? 'inherited' AND d.way IN ('drop', 'remake') AND d.old_name = c.old_name) s
    WHERE t.kind IN ('table', 'foreign table') AND t.action = 'alter' AND t.old ? 'inherits' AND t.new ? 'inherits';
END
$$;
COMMENT ON FUNCTION chronos.plan_shared(chronos.plan_item[], text[]) IS
    'Columns of its own that come to a table, or go from it, as they do for a parent: the child can have them only before the parent has, and drop them only after it.';

CREATE FUNCTION chronos.plan_with_heirs(items chronos.plan_item[], lost_tables text[]) RETURNS chronos.plan_item[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    heir record;
    item chronos.plan_item;
BEGIN
    FOR heir IN SELECT h.nr, max(h.kept) AS kept, max(h.led) AS led FROM chronos.plan_heirs(items, lost_tables) h GROUP BY h.nr LOOP
        item := items[heir.nr];
        item.kept := heir.kept;
        item.led := heir.led;
        items[heir.nr] := item;
    END LOOP;
    FOR heir IN SELECT h.nr, array_agg(h.column_name) AS alone FROM chronos.plan_left_alone(items) h GROUP BY h.nr LOOP
        item := items[heir.nr];
        item.alone := heir.alone;
        items[heir.nr] := item;
    END LOOP;
    FOR heir IN SELECT h.nr, array_agg(h.column_name) AS shared FROM chronos.plan_shared(items, lost_tables) h GROUP BY h.nr LOOP
        item := items[heir.nr];
        item.shared := heir.shared;
        items[heir.nr] := item;
    END LOOP;
    RETURN items;
END
$$;
COMMENT ON FUNCTION chronos.plan_with_heirs(chronos.plan_item[], text[]) IS 'Objects of a plan in which tables know which parents they keep.';

CREATE FUNCTION chronos.plan_own_order(item chronos.plan_item, items chronos.plan_item[], lost_names text[]) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    parents text[] := chronos.plan_parents(item.new);
    reached text[] := chronos.plan_reached(item, lost_names);
    own text[] := ARRAY(SELECT quote_ident(c ->> 'name') FROM jsonb_array_elements(item.new -> 'columns') c WHERE NOT c ? 'inherited');
BEGIN
    RETURN cardinality(parents) = 1 AND EXISTS (
        SELECT FROM unnest(items) p CROSS JOIN LATERAL chronos.plan_reached(p, lost_names) there
        CROSS JOIN LATERAL unnest(reached) WITH ORDINALITY b(name, nr) CROSS JOIN LATERAL unnest(reached[:b.nr - 1]) a
        WHERE p.kind IN ('table', 'foreign table') AND p.identity = parents[1] AND b.name = ANY (there)
          AND (array_position(there, a) > array_position(there, b.name) OR (a <> ALL (there) AND b.name = ANY (own))));
END
$$;
COMMENT ON FUNCTION chronos.plan_own_order(chronos.plan_item, chronos.plan_item[], text[]) IS
    'Whether a table will have the columns of its parent in another order than CREATE TABLE ... INHERITS gives them.';

CREATE FUNCTION chronos.plan_order_below(items chronos.plan_item[], lost_names text[], unordered text[]) RETURNS SETOF chronos.plan_item
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    above text[] := unordered;
    made text[];
    heir chronos.plan_item;
    along boolean;
BEGIN
    WHILE above <> '{}' LOOP
        made := '{}';
        FOREACH heir IN ARRAY ARRAY(
            SELECT i FROM unnest(items) i WHERE i.kind IN ('table', 'foreign table') AND i.new ? 'inherits'
              AND chronos.plan_parents(i.new) && above AND i.identity <> ALL (unordered)) LOOP
            along := heir.action IN ('add', 'rebuild') AND chronos.inherits_in_order(heir.new);
            IF along OR chronos.plan_own_order(heir, items, lost_names) <> (heir.new ? 'own_order') THEN
                RETURN NEXT heir;
                unordered := unordered || heir.identity;
            END IF;
            made := CASE WHEN along THEN made || heir.identity ELSE made END;
        END LOOP;
        above := made;
    END LOOP;
END
$$;
COMMENT ON FUNCTION chronos.plan_order_below(chronos.plan_item[], text[], text[]) IS
    'The children of tables that keep another order of their columns whose own order is not as it should be for that: it is another, or another than that of the parent.';

CREATE FUNCTION chronos.plan_trigger_root(item chronos.plan_item, items chronos.plan_item[]) RETURNS chronos.plan_item
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    at text := item.old ->> 'table';
    found_ chronos.plan_item;
BEGIN
    LOOP
        SELECT t.old ->> 'partition_of' INTO at FROM unnest(items) t WHERE t.kind IN ('table', 'foreign table') AND t.old_identity = at;
        EXIT WHEN at IS NULL;
        SELECT i.* INTO found_ FROM unnest(items) i
        WHERE i.kind = 'trigger' AND i.old ->> 'table' = at AND i.old -> 'name' = item.old -> 'name';
        EXIT WHEN found_.nr IS NOT NULL;
    END LOOP;
    RETURN found_;
END
$$;
COMMENT ON FUNCTION chronos.plan_trigger_root(chronos.plan_item, chronos.plan_item[]) IS
    'The trigger of a partitioned table that one of a partition is a copy of, or the nearest copy above with a state of its own.';

CREATE FUNCTION chronos.plan_split_triggers(items chronos.plan_item[]) RETURNS int[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN ARRAY(
        SELECT i.nr FROM unnest(items) i CROSS JOIN LATERAL chronos.plan_trigger_root(i, items) r
        WHERE i.kind = 'trigger' AND i.old ? 'copy' AND i.action IN ('keep', 'alter')
          AND (r.action = 'rebuild' OR (r.action = 'alter' AND r.old -> 'enabled' IS DISTINCT FROM r.new -> 'enabled')));
END
$$;
COMMENT ON FUNCTION chronos.plan_split_triggers(chronos.plan_item[]) IS
    'The copies of triggers whose own state is lost when that of the partitioned table is set or made anew.';

CREATE FUNCTION chronos.plan_split(items chronos.plan_item[], lost_tables text[]) RETURNS int[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM unnest(items) t WHERE t.kind IN ('table', 'foreign table')
                     AND (coalesce(t.old, '{}') || coalesce(t.new, '{}')) ?| '{partition_of,inherits}') THEN
        RETURN '{}';
    END IF;
    RETURN chronos.plan_split_indexes(items, lost_tables) || chronos.plan_split_checks(items, lost_tables)
        || chronos.plan_split_triggers(items)
        || ARRAY(SELECT h.nr FROM chronos.plan_heirs(items, lost_tables) h WHERE h.remade);
END
$$;
COMMENT ON FUNCTION chronos.plan_split(chronos.plan_item[], text[]) IS
    'What has to be made anew because a table has it from its parent, or a child of it.';
