-- Tables in a plan.

CREATE FUNCTION chronos.plan_parents(definition jsonb) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN CASE WHEN definition ? 'partition_of' THEN ARRAY[definition ->> 'partition_of']
        ELSE coalesce((SELECT array_agg(p ORDER BY nr) FROM jsonb_array_elements_text(definition -> 'inherits')
                            WITH ORDINALITY i(p, nr)), '{}') END;
END
$$;
COMMENT ON FUNCTION chronos.plan_parents(jsonb) IS 'The tables that a table is a partition or child of.';

CREATE FUNCTION chronos.plan_leaves_parents(item chronos.plan_item, lost_tables text[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN item.kept IS NOT NULL
        OR chronos.plan_parents(item.mid) <> chronos.plan_parents(item.new)
        OR item.mid -> 'bound' IS DISTINCT FROM item.new -> 'bound'
        OR chronos.plan_parents(item.old) && lost_tables;
END
$$;
COMMENT ON FUNCTION chronos.plan_leaves_parents(chronos.plan_item, text[]) IS
    'Whether a table has to be taken from its parents and given to others, or to the same ones made anew.';

CREATE FUNCTION chronos.plan_leaves_parent(item chronos.plan_item, lost_tables text[], parent text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN chronos.plan_leaves_parents(item, lost_tables)
        AND parent <> ALL ((chronos.plan_parents(item.old))[1:coalesce(item.kept, 0)]);
END
$$;
COMMENT ON FUNCTION chronos.plan_leaves_parent(chronos.plan_item, text[], text) IS 'Whether a table is taken from this parent.';

CREATE FUNCTION chronos.plan_family(item chronos.plan_item, lost_tables text[])
RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    clause text := upper(item.kind);
BEGIN
    IF item.old ? 'of_type' AND (item.mid -> 'of_type' IS DISTINCT FROM item.new -> 'of_type' OR item.old ->> 'of_type' = ANY (lost_tables)) THEN
        RETURN NEXT chronos.plan_say(1, 62, format('ALTER TABLE %s NOT OF', item.old_identity));
    END IF;
    IF item.new ? 'of_type' AND (item.mid -> 'of_type' IS DISTINCT FROM item.new -> 'of_type' OR item.old ->> 'of_type' = ANY (lost_tables)) THEN
        RETURN NEXT chronos.plan_say(4, 70, format('ALTER TABLE %s OF %s', item.identity, item.new ->> 'of_type'));
    END IF;
    IF NOT chronos.plan_leaves_parents(item, lost_tables) THEN
        RETURN;
    END IF;
    -- Taken out after what hangs on it went, put back when its own indexes and checks are there, for they
    -- are joined to those of the parent then.
    RETURN QUERY
    SELECT (chronos.plan_say(1, 63, CASE WHEN item.old ? 'partition_of'
        THEN format('ALTER TABLE %s DETACH PARTITION %s', p, item.old_identity)
        ELSE format('ALTER %s %s NO INHERIT %s', clause, item.old_identity, p) END)).*
    FROM unnest((chronos.plan_parents(item.old))[coalesce(item.kept, 0) + 1:]) p;
    RETURN QUERY
    SELECT (chronos.plan_say(4, 81, CASE WHEN item.new ? 'partition_of'
        THEN format('ALTER TABLE %s ATTACH PARTITION %s %s', p, item.identity, item.new ->> 'bound')
        ELSE format('ALTER %s %s INHERIT %s', clause, item.identity, p) END,
        CASE WHEN item.new ? 'partition_of' THEN '{scan}'::text[] ELSE '{}' END)).*
    FROM unnest((chronos.plan_parents(item.new))[coalesce(item.kept, 0) + 1:]) WITH ORDINALITY u(p, nr);
END
$$;
COMMENT ON FUNCTION chronos.plan_family(chronos.plan_item, text[]) IS
    'How a table leaves its parents or its type, and joins others.';

CREATE FUNCTION chronos.plan_column_follows(item chronos.plan_item, old jsonb, new jsonb, lost_names text[], leaves boolean) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (coalesce(old, new) ? 'inherited' AND coalesce(new, old) ? 'inherited'
            AND (NOT leaves OR ARRAY[old ->> 'name', new ->> 'name'] && item.led))
        OR (item.old ? 'of_type' AND item.mid -> 'of_type' = item.new -> 'of_type' AND item.old ->> 'of_type' <> ALL (lost_names));
END
$$;
COMMENT ON FUNCTION chronos.plan_column_follows(chronos.plan_item, jsonb, jsonb, text[], boolean) IS
    'Whether a column is changed with that of the parent, which goes down to the children, or with that of the table''s type.';

CREATE FUNCTION chronos.plan_columns_dropped(item chronos.plan_item, lost_names text[], leaves boolean)
RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- What is computed goes before that of which it is.
    RETURN QUERY
    SELECT (chronos.plan_say(1, CASE WHEN c.old_name = ANY (item.shared) THEN 0 ELSE 62 END, format('ALTER %s %s%s DROP COLUMN %I', upper(item.kind),
        CASE WHEN c.old_name = ANY (item.alone) THEN 'ONLY ' ELSE '' END, item.old_identity, c.old_name),
        CASE WHEN c.old ? 'generated' THEN '{}'::text[] ELSE '{data_loss}' END)).*
    FROM chronos.plan_columns(item, lost_names) c
    WHERE c.way IN ('drop', 'remake') AND NOT chronos.plan_column_follows(item, c.old, c.new, lost_names, leaves)
    ORDER BY NOT c.old ? 'generated', c.nr, c.old_nr;
END
$$;
COMMENT ON FUNCTION chronos.plan_columns_dropped(chronos.plan_item, text[], boolean) IS 'The columns of a table that go.';

CREATE FUNCTION chronos.plan_table_columns(item chronos.plan_item, lost_names text[], leaves boolean)
RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    clause text := upper(item.kind);
    c record;
    before text;
    follows boolean;
    retyped boolean;
BEGIN
    FOR c IN SELECT * FROM chronos.plan_columns(item, lost_names) p ORDER BY p.turn, p.new ? 'generated', p.nr, p.old_nr LOOP
        before := format('ALTER %s %s', clause, item.old_identity);
        retyped := c.way = 'retype';
        follows := chronos.plan_column_follows(item, c.old, c.new, lost_names, leaves);
        IF c.way IN ('add', 'remake') AND NOT follows THEN
            RETURN QUERY SELECT a.stage, CASE WHEN a.phase = 62 AND c.name = ANY (item.shared) THEN 0 ELSE a.phase END, a.statement, a.hazards, a.note
            FROM chronos.plan_column_added(clause, item.identity, c.new, item.in_use) a;
        ELSIF c.way IN ('add', 'remake') THEN
            RETURN QUERY SELECT (chronos.plan_say(4, s.phase, s.statement)).*
            FROM chronos.column_statements(clause || ' ONLY', item.identity, jsonb_build_array(c.new - 'inherited')) s;
        END IF;
        IF c.way IN ('add', 'remake', 'drop') THEN
            CONTINUE;
        END IF;
        IF c.old ? 'default' AND NOT c.old ? 'generated'
           AND (retyped OR NOT c.new ? 'default' OR c.new ? 'identity'
                OR (c.old -> 'default' <> c.new -> 'default' AND (c.old ->> 'default') ~ '[[:alnum:]_$"]\.[[:alnum:]_$"]')
                OR chronos.plan_names(item.old #>> ARRAY['columns', (c.old_nr - 1)::text, 'default']) && lost_names) THEN
            RETURN NEXT chronos.plan_say(1, 72, format('%s ALTER COLUMN %I DROP DEFAULT',
                replace(before, clause, clause || ' ONLY'), c.old_name));
            c.old := c.old - 'default';
        ELSIF c.old ? 'generated' AND NOT c.new ? 'generated' AND NOT follows THEN
            RETURN NEXT chronos.plan_say(1, 72, format('%s ALTER COLUMN %I DROP EXPRESSION', before, c.old_name));
            c.old := c.old - 'default' - 'generated';
        END IF;
        IF retyped AND NOT follows THEN
            RETURN NEXT chronos.plan_say(4, 62, format('ALTER %s %s ALTER COLUMN %I TYPE %s', clause, item.identity,
                c.name, c.new ->> 'type') || coalesce(' COLLATE ' || (c.new ->> 'collation'), '')
                || CASE clause WHEN 'TABLE' THEN chronos.plan_using(c.name, c.old, c.new) ELSE '' END,
                CASE WHEN clause <> 'TABLE' THEN '{}' ELSE
                    CASE WHEN chronos.plan_loses(c.old, c.new) THEN '{data_loss}'::text[] ELSE '{}' END
                    || CASE WHEN chronos.plan_rewrites(c.old, c.new) THEN '{rewrite}'::text[] ELSE '{}' END END);
        END IF;
        IF retyped OR c.way = 'alter' THEN
            RETURN QUERY SELECT * FROM chronos.plan_not_null(clause, item.identity, c.old, c.new);
            -- What is as it was is not set again, but for a default that went first.
            RETURN QUERY SELECT * FROM chronos.plan_column_changed(clause, item.identity, c.old,
                CASE WHEN c.old -> 'default' = c.new -> 'default' AND NOT c.new ? 'generated' THEN c.new - 'default'
                     ELSE c.new END, retyped);
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION chronos.plan_table_columns(chronos.plan_item, text[], boolean) IS 'What happens to the columns of a table.';

CREATE FUNCTION chronos.plan_column_acl(item chronos.plan_item, lost_names text[])
RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    object text := 'TABLE ' || item.identity;
    -- REVOKE on a table takes what was granted on its columns too.
    taken boolean := EXISTS (
        SELECT FROM chronos.plan_acl(object, chronos.plan_acl_owner(item.mid -> 'acl', item.old ->> 'owner', item.new ->> 'owner'),
                                     item.new -> 'acl') a WHERE a ~ '^REVOKE')
        OR item.old -> 'owner' <> item.new -> 'owner';
    c record;
    held jsonb;
BEGIN
    FOR c IN SELECT * FROM chronos.plan_columns(item, lost_names) p WHERE p.way NOT IN ('add', 'remake', 'drop') ORDER BY p.nr LOOP
        held := chronos.plan_acl_owner(c.old -> 'acl', item.old ->> 'owner', item.new ->> 'owner');
        IF taken AND (held IS NOT NULL OR c.new ? 'acl') THEN
            RETURN QUERY SELECT (chronos.plan_say(4, 91, s)).*
            FROM chronos.plan_acl_reset(object, held, format(' (%I)', c.name)) s;
            held := NULL;
        END IF;
        RETURN QUERY SELECT (chronos.plan_say(4, 91, s)).*
        FROM chronos.plan_acl(object, held, c.new -> 'acl', format(' (%I)', c.name)) s;
        IF c.old -> 'comment' IS DISTINCT FROM c.new -> 'comment' THEN
            RETURN NEXT chronos.plan_say(4, 92, format('COMMENT ON COLUMN %s.%I IS %s', item.identity, c.name,
                                                       quote_nullable(c.new ->> 'comment')));
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION chronos.plan_column_acl(chronos.plan_item, text[]) IS
    'Privileges on and comments of the columns of a relation that stays.';

CREATE FUNCTION chronos.plan_table_properties(item chronos.plan_item)
RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    target text := format('ALTER %s %s', upper(item.kind), item.identity);
    old jsonb := item.mid;
    new jsonb := item.new;
BEGIN
    RETURN QUERY SELECT (chronos.plan_say(4, 62, s)).* FROM (
        SELECT chronos.plan_options(old -> 'options', new -> 'options', target) AS s
        UNION ALL
        SELECT chronos.plan_options(old -> 'toast_options', new -> 'toast_options', target, 'toast.')) o;
    IF old -> 'persistence' IS DISTINCT FROM new -> 'persistence' THEN
        RETURN NEXT chronos.plan_say(4, 62, target || CASE WHEN new ? 'persistence' THEN ' SET UNLOGGED' ELSE ' SET LOGGED' END,
                                     '{rewrite}');
    END IF;
    IF old -> 'access_method' IS DISTINCT FROM new -> 'access_method' THEN
        RETURN NEXT chronos.plan_say(4, 62, format('%s SET ACCESS METHOD %I', target, coalesce(new ->> 'access_method', 'heap')),
                                     '{rewrite}');
    END IF;
    IF old -> 'tablespace' IS DISTINCT FROM new -> 'tablespace' THEN
        RETURN NEXT chronos.plan_say(4, 62, format('%s SET TABLESPACE %I', target, coalesce(new ->> 'tablespace', 'pg_default')),
                                     '{rewrite}');
    END IF;
    IF old -> 'row_security' IS DISTINCT FROM new -> 'row_security' THEN
        RETURN NEXT chronos.plan_say(4, 86, format('%s %s ROW LEVEL SECURITY', target,
            CASE WHEN new ? 'row_security' THEN 'ENABLE' ELSE 'DISABLE' END));
    END IF;
    IF old -> 'force_row_security' IS DISTINCT FROM new -> 'force_row_security' THEN
        RETURN NEXT chronos.plan_say(4, 86, format('%s %s ROW LEVEL SECURITY', target,
            CASE WHEN new ? 'force_row_security' THEN 'FORCE' ELSE 'NO FORCE' END));
    END IF;
    -- An index that takes its place says so itself, afterwards.
    IF old -> 'replica_identity' IS DISTINCT FROM new -> 'replica_identity' THEN
        RETURN NEXT chronos.plan_say(4, 86, format('%s REPLICA IDENTITY %s', target,
                                                   coalesce(upper(new ->> 'replica_identity'), 'DEFAULT')));
    END IF;
    IF item.kind = 'foreign table' AND old -> 'fdw_options' IS DISTINCT FROM new -> 'fdw_options' THEN
        RETURN NEXT chronos.plan_say(4, 62, target || chronos.plan_fdw_options(old -> 'fdw_options', new -> 'fdw_options'));
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.plan_table_properties(chronos.plan_item) IS 'What is said of a table as a whole.';

CREATE FUNCTION chronos.plan_wanted(item chronos.plan_item) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN ARRAY(SELECT quote_ident(c.facts ->> 'name') FROM jsonb_array_elements(item.new -> CASE item.kind WHEN 'type' THEN 'attributes' ELSE 'columns' END)
                     WITH ORDINALITY c(facts, nr) ORDER BY c.nr);
END
$$;
COMMENT ON FUNCTION chronos.plan_wanted(chronos.plan_item) IS 'The columns of a table or type in the order that they should have.';

CREATE FUNCTION chronos.plan_reached(item chronos.plan_item, lost_names text[]) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF item.action <> 'alter' THEN
        RETURN chronos.plan_wanted(item);
    END IF;
    RETURN ARRAY(
        SELECT quote_ident(c.name) FROM chronos.plan_columns(item, lost_names) c WHERE c.nr IS NOT NULL
        ORDER BY c.way IN ('add', 'remake'), CASE WHEN c.way NOT IN ('add', 'remake') THEN c.old_nr END, c.turn, c.new ? 'generated', c.nr);
END
$$;
COMMENT ON FUNCTION chronos.plan_reached(chronos.plan_item, text[]) IS
    'The columns of a table or type in the order that the plan gives them: a new column is always the last.';

CREATE FUNCTION chronos.plan_order_note(item chronos.plan_item, lost_names text[]) RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wanted text[] := chronos.plan_wanted(item);
    reached text[] := chronos.plan_reached(item, lost_names);
BEGIN
    IF wanted <> reached THEN
        RETURN NEXT chronos.plan_say(4, 62, format('-- %s %s keeps another order of its columns', item.kind, item.identity),
            '{column_order}', format('wanted (%s), reached (%s)', array_to_string(wanted, ', '), array_to_string(reached, ', ')));
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.plan_order_note(chronos.plan_item, text[]) IS
    'Says where the columns of a table cannot have the order they should have.';

CREATE FUNCTION chronos.plan_table(item chronos.plan_item, lost_names text[], lost_tables text[])
RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    leaves boolean := chronos.plan_leaves_parents(item, lost_tables);
BEGIN
    RETURN QUERY SELECT * FROM chronos.plan_family(item, lost_names || lost_tables);
    RETURN QUERY SELECT * FROM chronos.plan_columns_dropped(item, lost_names, leaves);
    RETURN QUERY SELECT * FROM chronos.plan_table_columns(item, lost_names, leaves);
    RETURN QUERY SELECT * FROM chronos.plan_order_note(item, lost_names);
    RETURN QUERY SELECT * FROM chronos.plan_table_properties(item);
    RETURN QUERY SELECT * FROM chronos.plan_column_acl(item, lost_names);
    RETURN QUERY SELECT * FROM chronos.plan_common(item.kind, item.identity, item.mid, item.new);
END
$$;
COMMENT ON FUNCTION chronos.plan_table(chronos.plan_item, text[], text[]) IS
    'The statements that alter a table into another; its indexes, constraints and so on are objects of their own.';
