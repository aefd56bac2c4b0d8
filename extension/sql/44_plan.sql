-- The plan itself: every object's statements, each at its place.

CREATE FUNCTION chronos.plan_made(item chronos.plan_item, items chronos.plan_item[]) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    old_parents boolean := EXISTS (
        SELECT FROM unnest(items) p WHERE p.kind IN ('table', 'foreign table') AND p.action IN ('keep', 'alter')
          AND p.identity = ANY (chronos.plan_parents(CASE WHEN item.kind IN ('table', 'foreign table') THEN item.new ELSE (
              SELECT t.new FROM unnest(items) t WHERE t.kind IN ('table', 'foreign table') AND t.identity = item.new ->> 'table'
                AND (t.action IN ('add', 'rebuild')
                     OR (t.new ? 'partition_of' AND t.mid -> 'partition_of' IS DISTINCT FROM t.new -> 'partition_of'))) END)));
    columns jsonb;
    checks jsonb;
BEGIN
    IF NOT old_parents THEN
        RETURN item.new;
    ELSIF item.kind = 'constraint' THEN
        -- A table that is created with parents has theirs at once.
        RETURN CASE WHEN EXISTS (SELECT FROM unnest(items) t WHERE t.kind IN ('table', 'foreign table') AND t.identity = item.new ->> 'table'
                                   AND t.action IN ('add', 'rebuild') AND NOT t.new ? 'partition_of')
                    THEN item.new ELSE item.new - 'inherited' END;
    END IF;
    IF item.new ? 'inherits' THEN
        SELECT jsonb_agg(jsonb_build_object('name', k.new -> 'name', 'definition', k.new -> 'definition') ORDER BY k.nr) INTO checks
        FROM unnest(items) k
        WHERE k.kind = 'constraint' AND k.new ->> 'table' = item.identity AND k.new ->> 'type' = 'check' AND EXISTS (
            SELECT FROM unnest(items) p WHERE p.kind = 'constraint' AND p.new -> 'name' = k.new -> 'name' AND p.action IN ('keep', 'alter')
              AND p.new ->> 'table' = ANY (chronos.plan_parents(item.new)));
        IF checks IS NOT NULL THEN
            RETURN item.new || jsonb_build_object('checks', checks);
        END IF;
    END IF;
    IF item.new ? 'partition_of' OR NOT jsonb_path_exists(item.new, '$.columns[*].inherited') THEN
        -- It joins a parent that is there already once it has indexes and checks of its own.
        SELECT jsonb_agg(c.facts - 'inherited' ORDER BY c.nr) INTO columns
        FROM jsonb_array_elements(item.new -> 'columns') WITH ORDINALITY c(facts, nr);
        RETURN item.new - '{partition_of,bound,inherits}'::text[] || jsonb_build_object('columns', coalesce(columns, '[]'));
    END IF;
    RETURN item.new;
END
$$;
COMMENT ON FUNCTION chronos.plan_made(chronos.plan_item, chronos.plan_item[]) IS
    'The facts by which a new object is created: one that joins an older parent is created alone.';

CREATE FUNCTION chronos.plan_new(item chronos.plan_item, made jsonb, schemas jsonb, loss chronos.plan_loss, late boolean, counts_on boolean)
RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF item.kind = 'schema' AND item.identity = 'public' THEN
        RETURN QUERY SELECT (chronos.plan_say(2, 5, s)).* FROM unnest(ARRAY['CREATE SCHEMA public',
            'ALTER SCHEMA public OWNER TO pg_database_owner', 'GRANT USAGE ON SCHEMA public TO PUBLIC',
            'COMMENT ON SCHEMA public IS ''standard public schema''']) s;
    END IF;
    IF item.kind = 'view' AND chronos.names_itself(item.kind, item.identity, item.new) THEN
        made := made || '{"replace": true}';
        RETURN NEXT chronos.plan_say(4, (SELECT min(s.phase) FROM chronos.statement_parts(item.kind, item.identity, made) s),
                                     chronos.placeholder_sql(item.kind, item.identity, item.new));
    END IF;
    RETURN QUERY
    SELECT (chronos.plan_say(CASE WHEN item.kind = 'schema' AND s.phase = 10 THEN 2 ELSE 4 END,
            CASE WHEN item.kind = 'schema' AND s.phase = 10 THEN 5
                 -- Only when those have joined that are to have no part of it.
                 WHEN s.phase = 80 AND late THEN 82
                 -- After the parent's index, however late that is made.
                 WHEN s.phase = 82 THEN 83 ELSE s.phase END, s.statement)).*
    FROM chronos.statement_parts(item.kind, item.identity, made) s WHERE s.statement IS NOT NULL;
    IF item.kind = 'extension' AND EXISTS (
           SELECT FROM pg_available_extensions x JOIN pg_available_extension_versions v ON v.name = x.name AND v.version = item.new ->> 'version'
           WHERE quote_ident(x.name) = item.identity AND x.default_version <> v.version) THEN
        RETURN NEXT chronos.plan_say(4, 20, format('ALTER EXTENSION %s UPDATE TO %L', item.identity, item.new ->> 'version'));
    END IF;
    IF item.kind = 'index' AND item.new ? 'invalid' THEN
        RETURN NEXT chronos.plan_invalid_note(item.identity);
    END IF;
    IF made ->> 'partition_of' IS DISTINCT FROM item.new ->> 'partition_of' THEN
        RETURN NEXT chronos.plan_say(4, 81, format('ALTER TABLE %s ATTACH PARTITION %s %s', item.new ->> 'partition_of', item.identity,
                                                   item.new ->> 'bound'), '{scan}');
    ELSIF made -> 'inherits' IS DISTINCT FROM item.new -> 'inherits' THEN
        RETURN QUERY SELECT (chronos.plan_say(4, 81, format('ALTER %s %s INHERIT %s', upper(item.kind), item.identity, p))).*
        FROM unnest(chronos.plan_parents(item.new)) p;
    END IF;
    IF item.action = 'rebuild' AND item.kind = 'materialized view' THEN
        RETURN NEXT chronos.plan_say(4, 94, 'REFRESH MATERIALIZED VIEW ' || item.identity, '{scan,long_lock}',
                                     'it had to be made anew; leave this out if it was not populated');
    END IF;
    IF item.action = 'rebuild' AND item.kind = 'table' THEN
        RETURN QUERY SELECT * FROM chronos.plan_copy_rows(item, schemas, loss);
    ELSIF counts_on THEN
        RETURN NEXT chronos.plan_say(4, 71, format('SELECT pg_catalog.setval(%L, last_value, is_called) FROM %s.%s', item.identity,
            chronos.plan_part(chronos.plan_rebased(item.old_identity, schemas), 1), chronos.plan_aside(item.old_identity)));
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.plan_new(chronos.plan_item, jsonb, jsonb, chronos.plan_loss, boolean, boolean) IS 'The statements that make an object.';

CREATE FUNCTION chronos.plan_defaults_untaken(item chronos.plan_item, items chronos.plan_item[]) RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT item.new ? 'inherits' THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT (chronos.plan_say(4, 72, format('ALTER %s ONLY %s ALTER COLUMN %I DROP DEFAULT', upper(item.kind), item.identity, c ->> 'name'))).*
    FROM jsonb_array_elements(item.new -> 'columns') c
    WHERE NOT c ? 'default' AND NOT c ? 'generated' AND EXISTS (
        SELECT FROM unnest(items) p CROSS JOIN LATERAL jsonb_array_elements(p.old -> 'columns') o
        WHERE p.kind IN ('table', 'foreign table') AND p.action IN ('keep', 'alter') AND p.identity = ANY (chronos.plan_parents(item.new))
          AND o -> 'name' = c -> 'name' AND o ? 'default' AND NOT o ? 'generated');
END
$$;
COMMENT ON FUNCTION chronos.plan_defaults_untaken(chronos.plan_item, chronos.plan_item[]) IS
    'The statements by which a new child of an older table does without that table''s defaults.';

CREATE FUNCTION chronos.plan_keeps_key(item chronos.plan_item, items chronos.plan_item[]) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM unnest(items) t JOIN unnest(items) k ON k.kind = 'constraint' AND k.old ->> 'table' = t.old ->> 'partition_of'
        WHERE t.kind IN ('table', 'foreign table') AND t.action = 'alter' AND t.identity = item.new ->> 'table' AND NOT t.new ? 'partition_of'
          AND k.old ->> 'type' = 'foreign key' AND k.old ->> 'name' = item.new ->> 'name' AND k.old -> 'definition' = item.new -> 'definition');
END
$$;
COMMENT ON FUNCTION chronos.plan_keeps_key(chronos.plan_item, chronos.plan_item[]) IS
    'Whether a foreign key is the one of the parent that a partition keeps when it leaves.';

CREATE FUNCTION chronos.plan_renamed_above(item chronos.plan_item, items chronos.plan_item[], said text) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Renamed in the children, even where they have the column or check themselves.
    RETURN CASE
        WHEN item.kind IN ('table', 'foreign table') THEN EXISTS (
            SELECT FROM unnest(items) p CROSS JOIN LATERAL chronos.plan_rename_part(p) q
            WHERE p.kind IN ('table', 'foreign table') AND p.action = 'alter' AND p.identity = ANY (chronos.plan_parents(item.mid))
              AND q.statement = format('ALTER %s %s%s', upper(p.kind), p.identity,
                  substr(said, length(format('ALTER %s %s', upper(item.kind), item.identity)) + 1)))
        WHEN item.kind = 'constraint' AND item.new ->> 'type' = 'check' THEN EXISTS (
            SELECT FROM unnest(items) p JOIN unnest(items) t ON t.kind IN ('table', 'foreign table') AND t.identity = item.new ->> 'table'
            WHERE p.kind = 'constraint' AND p.action = 'alter' AND p.new ->> 'type' = 'check'
              AND p.new ->> 'table' = ANY (chronos.plan_parents(t.mid))
              AND p.old -> 'name' = item.old -> 'name' AND p.new -> 'name' = item.new -> 'name')
        ELSE false END;
END
$$;
COMMENT ON FUNCTION chronos.plan_renamed_above(chronos.plan_item, chronos.plan_item[], text) IS
    'Whether a column or check gets its new name by the statement for a parent.';

CREATE FUNCTION chronos.plan_handed_down(item chronos.plan_item, said text, loss chronos.plan_loss) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN item.kind IN ('table', 'foreign table') AND said LIKE '% TYPE %' AND EXISTS (
        SELECT FROM chronos.plan_columns(item, loss.names || loss.functions) c CROSS JOIN LATERAL unnest(chronos.plan_parents(item.old)) p
        WHERE NOT chronos.plan_leaves_parent(item, loss.tables, p) AND c.way = 'retype' AND starts_with(said, format('ALTER %s %s ALTER COLUMN %I TYPE ', upper(item.kind), item.identity, c.name))
          AND loss.columns -> p ? c.old_name AND NOT coalesce(loss.dropped -> p ? c.old_name, false));
END
$$;
COMMENT ON FUNCTION chronos.plan_handed_down(chronos.plan_item, text, chronos.plan_loss) IS
    'Whether a statement gives a column another type that a parent gives it too, though the table has the column itself.';

CREATE FUNCTION chronos.plan_item_statements(item chronos.plan_item, items chronos.plan_item[], loss chronos.plan_loss,
                                             schemas jsonb, taken text[], lacking int[])
RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF item.action IN ('drop', 'rebuild') THEN
        RETURN QUERY SELECT * FROM chronos.plan_drops(item, items, loss, schemas);
    END IF;
    IF item.action = 'alter' THEN
        RETURN QUERY SELECT * FROM chronos.plan_rename(item, schemas, taken);
        RETURN QUERY SELECT r.* FROM chronos.plan_rename_part(item, taken) r WHERE NOT chronos.plan_renamed_above(item, items, r.statement);
        RETURN QUERY SELECT a.* FROM chronos.plan_alter(item, loss.names || loss.functions, loss.tables, loss.columns) a
        WHERE NOT chronos.plan_handed_down(item, a.statement, loss);
    ELSIF item.action = 'add' AND item.new ->> 'type' = 'foreign key' AND chronos.plan_keeps_key(item, items) THEN
        NULL;
    ELSIF item.action IN ('add', 'rebuild') THEN
        RETURN QUERY SELECT * FROM chronos.plan_new(item, chronos.plan_made(item, items), schemas, loss,
            item.nr = ANY (lacking), chronos.plan_counts_on(item, items));
        RETURN QUERY SELECT * FROM chronos.plan_defaults_untaken(item, items);
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.plan_item_statements(chronos.plan_item, chronos.plan_item[], chronos.plan_loss, jsonb, text[], int[]) IS
    'All statements of one object of a plan.';

CREATE FUNCTION chronos.plan_places(items chronos.plan_item[], newer boolean)
RETURNS TABLE (kind text, identity text, phase int, first int, last int)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    kinds text[];
    identities text[];
    definitions jsonb[];
BEGIN
    SELECT array_agg(i.kind), array_agg(CASE WHEN newer THEN i.identity ELSE i.old_identity END),
           array_agg(CASE WHEN newer THEN i.new ELSE i.old END)
    INTO kinds, identities, definitions
    FROM unnest(items) i WHERE i.action <> 'keep' AND (CASE WHEN newer THEN i.new ELSE i.old END) IS NOT NULL;
    IF kinds IS NOT NULL THEN
        RETURN QUERY SELECT s.kind, s.identity, s.phase, min(s.nr), max(s.nr)
        FROM chronos.script_steps(kinds, identities, definitions) s GROUP BY s.kind, s.identity, s.phase;
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.plan_places(chronos.plan_item[], boolean) IS
    'The places that the touched objects have in a script of the old or the new schema.';

CREATE FUNCTION chronos.plan_steps(before chronos.plan_fact[], after chronos.plan_fact[]) RETURNS SETOF chronos.plan_step
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    resolved record;
    items chronos.plan_item[];
    loss chronos.plan_loss;
    touched chronos.plan_item[];
    schemas jsonb;
    taken text[];
    lacking int[];
BEGIN
    resolved := chronos.plan_resolve(chronos.plan_paired(before, after));
    items := resolved.result;
    loss := resolved.loss;
    touched := ARRAY(SELECT i FROM unnest(items) i WHERE i.action <> 'keep' ORDER BY i.nr);
    lacking := chronos.plan_lacking(items, loss.tables) || ARRAY(SELECT h.parent FROM chronos.plan_handed_checks(items, loss.tables) h);
    -- One that goes at last gives its name away before.
    SELECT coalesce(jsonb_object_agg(i.old_identity, coalesce(i.identity, 'chronos_old_' || left(md5(i.old_identity), 8))), '{}') INTO schemas
    FROM unnest(touched) i WHERE i.kind = 'schema' AND ((i.action = 'alter' AND i.old_identity <> i.identity)
        OR (i.action = 'drop' AND EXISTS (SELECT FROM unnest(touched) s WHERE s.kind = 'schema' AND s.action = 'alter'
                                            AND s.identity = i.old_identity)));
    -- Names that are still given to something else while objects are renamed.
    taken := ARRAY(SELECT unnest(chronos.plan_holds(i, schemas)) FROM unnest(items) i
                   WHERE i.old IS NOT NULL AND (i.action IN ('keep', 'alter') OR i.late)
                     AND EXISTS (SELECT FROM unnest(touched) t WHERE t.action = 'alter' AND t.old_identity <> t.identity
                                   AND t.kind <> 'schema'));
    RETURN QUERY
    WITH said AS MATERIALIZED (
        SELECT i.nr AS item, i.kind, i.identity, i.old_identity, s.stage, s.phase, s.statement, s.hazards, s.note, s.seq
        FROM unnest(touched) i
        CROSS JOIN LATERAL (SELECT * FROM chronos.plan_item_statements(i, items, loss, schemas, taken, lacking)
                            WITH ORDINALITY x(stage, phase, statement, hazards, note, seq)) s
        WHERE s.statement IS NOT NULL
    ), told AS MATERIALIZED (
        SELECT * FROM said
        UNION ALL
        SELECT h.nr, h.kind, h.identity, h.old_identity, 4, 62, format('-- %s %s keeps another order of its columns, or another than its parent', h.kind, h.identity),
               '{column_order}', NULL, 1000000
        FROM chronos.plan_order_below(items, loss.names || loss.functions, ARRAY(
            SELECT s.identity FROM said s WHERE s.kind IN ('table', 'foreign table') AND 'column_order' = ANY (s.hazards))) h
    ), place AS MATERIALIZED (
        SELECT false AS newer, p.* FROM chronos.plan_places(touched, false) p
        UNION ALL SELECT true, p.* FROM chronos.plan_places(touched, true) p
    ), whole AS MATERIALIZED (
        SELECT s.*, s.stage = 4 AS newer, CASE WHEN s.stage = 4 THEN s.identity ELSE s.old_identity END AS name FROM told s
    ), ordered AS (
        SELECT w.*, coalesce(
            -- A column of parent and child comes to the child first, and goes from it last.
            CASE WHEN w.phase = 0 AND w.stage <> 3 THEN (SELECT min(p.first) - 0.5 FROM place p WHERE p.newer = w.newer AND p.kind IN ('table', 'foreign table')
                                                           AND p.identity = ANY (chronos.plan_above(w.name, items, w.newer))) END,
            -- Its own place, else where its phase ends.
            CASE WHEN w.phase IS NULL THEN (SELECT min(p.first) FROM place p WHERE p.newer = w.newer AND p.kind = w.kind
                                              AND p.identity = w.name AND p.phase <> 28)
                 ELSE (SELECT p.last FROM place p WHERE p.newer = w.newer AND p.kind = w.kind AND p.identity = w.name AND p.phase = w.phase) END::numeric,
            (SELECT max(p.last) + 0.5 FROM place p WHERE p.newer = w.newer AND p.phase <= w.phase), 0) AS place,
            CASE WHEN w.phase = 0 AND w.stage <> 3 THEN cardinality(chronos.plan_above(w.name, items, w.newer)) * CASE WHEN w.newer THEN -1 ELSE 1 END END AS depth
        FROM whole w
    )
    SELECT (row_number() OVER (ORDER BY o.stage, CASE WHEN o.stage IN (2, 3) THEN o.phase END,
                               CASE WHEN o.stage IN (1, 5) THEN -o.place WHEN o.stage = 4 THEN o.place END,
                               CASE WHEN o.stage IN (1, 5) THEN -o.phase ELSE o.phase END, o.depth, o.item, o.seq))::int,
           o.stage, o.statement, o.kind, coalesce(o.identity, o.old_identity), o.old_identity, o.hazards, o.note
    FROM ordered o ORDER BY 1;
END
$$;
COMMENT ON FUNCTION chronos.plan_steps(chronos.plan_fact[], chronos.plan_fact[]) IS
    'The statements that lead from one set of facts to another, in order, with what each risks by what it does.';

CREATE FUNCTION chronos.plan_between(before chronos.plan_fact[], after chronos.plan_fact[], column_order boolean, same text[] DEFAULT NULL)
RETURNS TABLE (step int, statement text, kind text, identity text, hazards text[], lock text, transactional boolean,
               rows_at_stake bigint, bytes_at_stake bigint, note text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    followed constant record := chronos.plan_followed(before, after);
    sides constant chronos.plan_sides := chronos.plan_present(followed.before, followed.after);
BEGIN
    RETURN QUERY
    WITH said AS MATERIALIZED (SELECT * FROM chronos.plan_in_order(sides.before, sides.after, column_order, same)),
    told AS MATERIALIZED (
        SELECT m.* FROM chronos.plan_about_names(sides) m
        UNION ALL
        SELECT m.* FROM chronos.plan_missing(sides, ARRAY(SELECT s.statement FROM said s)) m),
    s AS (
        SELECT (row_number() OVER ())::int AS step, t.statement, t.kind, t.identity, NULL AS old_identity, t.hazards, t.note FROM told t
        UNION ALL
        SELECT (SELECT count(*) FROM told)::int + (row_number() OVER (ORDER BY s.step))::int, s.statement, s.kind, s.identity, s.old_identity, s.hazards, s.note FROM said s)
    SELECT s.step, s.statement, s.kind, s.identity, h.list, t.lock, t.transactional,
           CASE WHEN h.list && '{data_loss,rewrite,scan}' THEN k.rows END,
           CASE WHEN h.list && '{data_loss,rewrite,scan}' THEN k.bytes END, s.note
    FROM s
    CROSS JOIN LATERAL chronos.plan_traits(s.statement) t
    CROSS JOIN LATERAL (SELECT coalesce(array_agg(DISTINCT x ORDER BY x), '{}') AS list FROM unnest(s.hazards || t.hazards) x) h
    LEFT JOIN LATERAL chronos.plan_stake(CASE WHEN s.kind IN ('table', 'materialized view') THEN coalesce(s.old_identity, s.identity)
        -- Of an index or a constraint it is the table that is read.
        WHEN s.kind IN ('index', 'constraint') THEN substring(s.statement, ' ON (?:ONLY )?((?:"(?:[^"]|"")+"|[^\s".]+)\.(?:"(?:[^"]|"")+"|[^\s".(]+))') END,
        chronos.plan_column_at_stake(s.statement)) k ON h.list && '{data_loss,rewrite,scan}'
    ORDER BY s.step;
END
$$;
COMMENT ON FUNCTION chronos.plan_between(chronos.plan_fact[], chronos.plan_fact[], boolean, text[]) IS
    'A plan between any two sets of facts, with locks and what is at stake now.';

CREATE FUNCTION chronos.plan("from" text, "to" text, column_order boolean DEFAULT false)
RETURNS TABLE (step int, statement text, kind text, identity text, hazards text[], lock text, transactional boolean,
               rows_at_stake bigint, bytes_at_stake bigint, note text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY SELECT * FROM chronos.plan_between(chronos.plan_facts("from"), chronos.plan_facts("to"), column_order);
END
$$;
COMMENT ON FUNCTION chronos.plan(text, text, boolean) IS
    'The statements that lead from one schema to another, in order: versions by number, label, time or fingerprint, or live. Run them with search_path empty and check_function_bodies off, as schema_at() does; commit before and after a step that is not transactional. A step whose statement is only a comment says what cannot be done. A column that comes back is the last of its table; with column_order, a table whose columns would stand in another order is made anew and its rows are copied.';

CREATE FUNCTION chronos.plan("from" bigint, "to" bigint, column_order boolean DEFAULT false)
RETURNS TABLE (step int, statement text, kind text, identity text, hazards text[], lock text, transactional boolean,
               rows_at_stake bigint, bytes_at_stake bigint, note text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY SELECT * FROM chronos.plan("from"::text, "to"::text, column_order);
END
$$;
COMMENT ON FUNCTION chronos.plan(bigint, bigint, boolean) IS
    'The statements that lead from one version to another; see chronos.plan(text, text, boolean).';
