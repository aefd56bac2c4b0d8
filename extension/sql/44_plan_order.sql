-- The order of columns. ALTER TABLE puts a column last, so a table whose columns are to stand otherwise is made anew once all else is as
-- it should be, by the statements that a table is made anew with anyway. Where that could go wrong the table stays, and the plan says why.

CREATE FUNCTION chronos.plan_naming(table_name text, facts chronos.plan_fact[]) RETURNS TABLE (kind text, identity text, definition jsonb)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT f.kind, f.identity, CASE WHEN f.definition ? 'columns' AND f.kind IN ('table', 'foreign table') THEN f.definition || jsonb_build_object('columns', (
               SELECT jsonb_agg(c ORDER BY c ->> 'name') FROM jsonb_array_elements(f.definition -> 'columns') c)) ELSE f.definition END - 'depends_on'
    FROM unnest(facts) f
    WHERE (f.kind IN ('table', 'foreign table') AND f.identity = table_name)
       OR f.definition -> 'depends_on' ?| ARRAY['table ' || table_name, 'foreign table ' || table_name]
       OR table_name = ANY (chronos.plan_item_names(f.kind, f.definition));
END
$$;
COMMENT ON FUNCTION chronos.plan_naming(text, chronos.plan_fact[]) IS
    'A table and all whose facts name it, the columns of tables in the order of their names.';

CREATE FUNCTION chronos.plan_obstacle(table_name text, facts chronos.plan_fact[]) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    made jsonb := (SELECT f.definition FROM unnest(facts) f WHERE f.kind IN ('table', 'foreign table') AND f.identity = table_name);
    publication text;
BEGIN
    IF made ?| '{partition_by,partition_of}' THEN
        RETURN 'it is partitioned or a partition';
    ELSIF made ? 'of_type' THEN
        RETURN 'it is of a type';
    ELSIF made ? 'inherits' OR EXISTS (SELECT FROM unnest(facts) f WHERE f.kind IN ('table', 'foreign table')
                                         AND table_name = ANY (chronos.plan_parents(f.definition))) THEN
        RETURN 'it inherits or is inherited from';
    ELSIF jsonb_path_exists(made, '$.columns[*].not_null_constraint.not_valid') THEN
        RETURN 'rows may break a NOT NULL that is not valid';
    ELSIF EXISTS (
        SELECT FROM unnest(facts) f CROSS JOIN LATERAL unnest(CASE f.kind WHEN 'type' THEN ARRAY[f.definition] ELSE ARRAY(
                   SELECT jsonb_build_object('type', c -> 'type') FROM jsonb_array_elements(f.definition -> 'columns') c) END) d
        WHERE f.kind IN ('type', 'table', 'foreign table') AND strpos(d::text, '.') > 0 AND table_name = ANY (chronos.plan_item_names('type', d))) THEN
        RETURN 'its rows are values of columns or of a type';
    END IF;
    SELECT min(f.identity) INTO publication FROM unnest(facts) f
    WHERE f.kind = 'publication' AND NOT made ? 'persistence'
      AND (f.definition ? 'all_tables' OR f.definition -> 'schemas' ? (parse_ident(table_name))[1]);
    RETURN CASE WHEN publication IS NOT NULL THEN format('publication %s would send all rows again', publication)
                WHEN EXISTS (SELECT FROM pg_subscription_rel s WHERE s.srrelid = to_regclass(table_name)) THEN 'a subscription writes to it' END;
END
$$;
COMMENT ON FUNCTION chronos.plan_obstacle(text, chronos.plan_fact[]) IS 'Why a table cannot be made anew by copying its rows; null if it can.';

CREATE FUNCTION chronos.plan_facts(version text) RETURNS chronos.plan_fact[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (SELECT array_agg(ROW(f.kind, f.identity, f.definition, f.object, concat_ws(' ', coalesce(f.line, chronos.current_timeline()), f.classid, f.objid),
                                 f.attributes)::chronos.plan_fact)
            FROM chronos.facts_of(version) f);
END
$$;
COMMENT ON FUNCTION chronos.plan_facts(text) IS 'The objects of a version, or live, as chronos.plan() takes them.';

CREATE FUNCTION chronos.plan_unlike(table_kind text, number bigint, before chronos.plan_fact[], after chronos.plan_fact[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    old_name text := (SELECT f.identity FROM unnest(before) f WHERE f.kind = table_kind AND f.object = number);
    name text := (SELECT f.identity FROM unnest(after) f WHERE f.kind = table_kind AND f.object = number);
BEGIN
    RETURN EXISTS (SELECT * FROM chronos.plan_naming(name, after) EXCEPT SELECT * FROM chronos.plan_naming(old_name, before))
        OR EXISTS (SELECT * FROM chronos.plan_naming(old_name, before) EXCEPT SELECT * FROM chronos.plan_naming(name, after));
END
$$;
COMMENT ON FUNCTION chronos.plan_unlike(text, bigint, chronos.plan_fact[], chronos.plan_fact[]) IS
    'Whether a table, or anything that names it, is different in two sets of facts, but for the order of columns.';

CREATE FUNCTION chronos.plan_unordered(steps chronos.plan_step[], before chronos.plan_fact[], after chronos.plan_fact[])
RETURNS TABLE (step int, kind text, identity text, held text, number bigint, obstacle text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT s.step, s.kind, s.identity, coalesce(b.identity, s.identity), b.object, chronos.plan_obstacle(s.identity, after)
    FROM unnest(steps) s
    JOIN unnest(after) a ON a.kind = s.kind AND a.identity = s.identity
    LEFT JOIN unnest(before) b ON b.kind = a.kind AND b.object = a.object
    WHERE s.kind IN ('table', 'foreign table') AND 'column_order' = ANY (s.hazards);
END
$$;
COMMENT ON FUNCTION chronos.plan_unordered(chronos.plan_step[], chronos.plan_fact[], chronos.plan_fact[]) IS
    'The tables that a plan leaves with another order of their columns, as they are called in the end and now, with the steps that say so, and what keeps them from being made anew.';

CREATE FUNCTION chronos.plan_meddled(kinds text[], numbers bigint[], same text[]) RETURNS bigint[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    older chronos.plan_fact[];
    newer chronos.plan_fact[];
    found bigint[] := '{}';
BEGIN
    FOR i IN 1 .. CASE WHEN numbers = '{}' THEN 0 ELSE coalesce(cardinality(same), 0) / 2 END LOOP
        older := chronos.plan_facts(same[2 * i - 1]);
        newer := chronos.plan_facts(same[2 * i]);
        found := found || ARRAY(SELECT t.number FROM unnest(kinds, numbers) t(kind, number) WHERE chronos.plan_unlike(t.kind, t.number, older, newer));
    END LOOP;
    RETURN found;
END
$$;
COMMENT ON FUNCTION chronos.plan_meddled(text[], bigint[], text[]) IS
    'Those of some tables that are not the same in each pair of versions, which follow one another in a list.';

CREATE FUNCTION chronos.plan_known(table_name text, facts chronos.plan_fact[]) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN ARRAY(
        SELECT 'column ' || (c ->> 'name') FROM unnest(facts) f CROSS JOIN LATERAL jsonb_array_elements(f.definition -> 'columns') c
        WHERE f.kind IN ('table', 'foreign table') AND f.identity = table_name
        UNION ALL
        SELECT f.kind || ' ' || coalesce(f.definition ->> 'name', f.identity) FROM unnest(facts) f
        WHERE f.definition ->> 'table' = table_name AND f.kind IN ('index', 'constraint', 'trigger', 'rule', 'policy')
        UNION ALL
        SELECT 'publication ' || f.identity FROM unnest(facts) f
        WHERE f.kind = 'publication' AND jsonb_path_exists(f.definition, '$.tables[*] ? (@.table == $name)', jsonb_build_object('name', table_name))
        UNION ALL
        SELECT 'statistics ' || f.identity FROM unnest(facts) f
        WHERE f.kind = 'statistics' AND table_name = ANY (chronos.plan_item_names(f.kind, f.definition))
        ORDER BY 1);
END
$$;
COMMENT ON FUNCTION chronos.plan_known(text, chronos.plan_fact[]) IS 'What goes with a table that is dropped, by kind and name.';

CREATE FUNCTION chronos.require_known(table_name text, known text[]) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    relation constant oid := table_name::regclass;
    unknown text;
BEGIN
    EXECUTE format('LOCK TABLE ONLY %s IN ACCESS EXCLUSIVE MODE', relation::regclass);
    SELECT string_agg(f.name, ', ' ORDER BY f.name COLLATE "C") INTO unknown
    FROM (SELECT 'column ' || a.attname AS name FROM pg_attribute a WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped
          UNION ALL
          SELECT 'constraint ' || c.conname FROM pg_constraint c WHERE c.conrelid = relation AND c.contype NOT IN ('n', 't')
          UNION ALL
          SELECT 'index ' || c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
          WHERE i.indrelid = relation AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.conrelid = relation)
          UNION ALL
          SELECT 'trigger ' || t.tgname FROM pg_trigger t WHERE t.tgrelid = relation AND NOT t.tgisinternal
          UNION ALL
          SELECT 'rule ' || r.rulename FROM pg_rewrite r WHERE r.ev_class = relation
          UNION ALL
          SELECT 'policy ' || p.polname FROM pg_policy p WHERE p.polrelid = relation
          UNION ALL
          SELECT 'statistics ' || format('%I.%I', n.nspname, s.stxname) FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE s.stxrelid = relation
          UNION ALL
          SELECT 'publication ' || quote_ident(p.pubname) FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid WHERE r.prrelid = relation) f
    WHERE f.name <> ALL (known);
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION 'table % has what this script would lose', table_name USING ERRCODE = 'object_not_in_prerequisite_state',
            DETAIL = format('It was derived without knowing of: %s.', unknown),
            HINT = 'To bring columns back to their places it makes the table anew. Write a down script, or take those changes back first.';
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.require_known(text, text[]) IS
    'Locks a table, and raises an error if anything would go with it that is not in a list of kinds and names: before a script makes the table anew.';

CREATE FUNCTION chronos.plan_deferred(steps chronos.plan_step[], again text[], after chronos.plan_fact[]) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN ARRAY(
        SELECT DISTINCT s.kind || ' ' || s.identity FROM unnest(steps) s
        JOIN unnest(after) f ON f.kind = s.kind AND f.identity = s.identity
        WHERE s.stage = 4 AND chronos.plan_item_names(f.kind, f.definition) && again
          AND CASE s.kind WHEN 'index' THEN s.statement LIKE 'CREATE INDEX %' AND f.definition ->> 'table' = ANY (again)
                          WHEN 'constraint' THEN s.statement LIKE 'ALTER % ADD CONSTRAINT %' AND f.definition ->> 'type' = 'foreign key'
                               AND NOT f.definition ? 'inherited' AND f.definition ->> 'table_kind' IS DISTINCT FROM 'partitioned' END);
END
$$;
COMMENT ON FUNCTION chronos.plan_deferred(chronos.plan_step[], text[], chronos.plan_fact[]) IS
    'Indexes and foreign keys that a plan would make, and make again with a table that is made anew: nothing else can need them before.';

CREATE FUNCTION chronos.plan_made_again(again jsonb, after chronos.plan_fact[]) RETURNS SETOF chronos.plan_step
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT s.step, s.stage, s.statement, s.kind, s.identity,
           CASE WHEN s.kind IN ('table', 'foreign table') THEN coalesce(again ->> s.identity, s.old_identity) ELSE s.old_identity END, s.hazards, s.note
    FROM chronos.plan_steps(ARRAY(
        SELECT ROW(f.kind, f.identity, CASE WHEN f.kind IN ('table', 'foreign table') AND again ? f.identity
                   THEN f.definition || '{"out_of_order": true}' ELSE f.definition END, f.object, f.place, f.attributes)::chronos.plan_fact
        FROM unnest(after) f), after) s;
END
$$;
COMMENT ON FUNCTION chronos.plan_made_again(jsonb, chronos.plan_fact[]) IS
    'The statements that make tables anew, given by their names and what they are called now, in a schema that is otherwise as it should be.';

CREATE FUNCTION chronos.plan_in_order(before chronos.plan_fact[], after chronos.plan_fact[], column_order boolean, same text[])
RETURNS SETOF chronos.plan_step
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    steps chronos.plan_step[] := ARRAY(SELECT s FROM chronos.plan_steps(before, after) s ORDER BY s.step);
    one chronos.plan_step;
    again jsonb := '{}';
    deferred text[];
    meddled bigint[];
    loose record;
BEGIN
    IF column_order THEN
        SELECT chronos.plan_meddled(coalesce(array_agg(u.kind), '{}'), coalesce(array_agg(u.number), '{}'), same) INTO meddled
        FROM chronos.plan_unordered(steps, before, after) u WHERE u.obstacle IS NULL;
        FOR loose IN SELECT u.step, u.identity, u.held, CASE WHEN u.number = ANY (meddled) THEN 'it or something that names it was changed by something else'
                                                             ELSE u.obstacle END AS obstacle FROM chronos.plan_unordered(steps, before, after) u LOOP
            one := steps[loose.step];
            one.note := concat_ws('; ', one.note, 'not made anew: ' || loose.obstacle);
            again := again || CASE WHEN loose.obstacle IS NULL THEN jsonb_build_object(loose.identity, loose.held) ELSE '{}' END;
            steps[loose.step] := CASE WHEN loose.obstacle IS NOT NULL THEN one END;
        END LOOP;
    END IF;
    IF again = '{}' THEN
        RETURN QUERY SELECT s.* FROM unnest(steps) s;
        RETURN;
    END IF;
    deferred := chronos.plan_deferred(steps, ARRAY(SELECT jsonb_object_keys(again)), after);
    RETURN QUERY
    SELECT s.* FROM unnest(steps) s WHERE s.step IS NOT NULL AND NOT (s.stage = 4 AND s.kind || ' ' || s.identity = ANY (deferred));
    RETURN QUERY
    SELECT cardinality(steps), 1, format('SELECT chronos.require_known(%L, %L)', t.key, chronos.plan_known(t.key, after)), 'table', t.key, t.value, '{}'::text[], NULL
    FROM jsonb_each_text(again) t WHERE same IS NOT NULL;
    RETURN QUERY
    SELECT cardinality(steps) + s.step, s.stage, s.statement, s.kind, s.identity, s.old_identity, s.hazards, s.note
    FROM chronos.plan_made_again(again, after) s WHERE NOT (s.stage = 1 AND s.kind || ' ' || s.identity = ANY (deferred));
END
$$;
COMMENT ON FUNCTION chronos.plan_in_order(chronos.plan_fact[], chronos.plan_fact[], boolean, text[]) IS
    'The statements that lead from one set of facts to another; if asked for, tables whose columns stand in another order are then made anew, unless something is in the way: in a list of pairs of versions, a table that is not the same in each pair has been changed by something that the plan does not know.';
