CREATE FUNCTION chronos.not_null_sql(facts jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    item jsonb := facts -> 'not_null_constraint';
BEGIN
    -- One that is not valid yet is added later, for a column cannot be made with it.
    RETURN CASE WHEN NOT facts ? 'not_null' OR item ?| ARRAY['not_valid', 'validated'] THEN ''
                ELSE coalesce(' CONSTRAINT ' || quote_ident(item ->> 'name'), '') || ' NOT NULL'
                     || CASE WHEN item ? 'no_inherit' THEN ' NO INHERIT' ELSE '' END END;
END
$$;
COMMENT ON FUNCTION chronos.not_null_sql(jsonb) IS 'NOT NULL of a column as CREATE TABLE wants it.';

CREATE FUNCTION chronos.column_sql(facts jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT format('%I %s', facts ->> 'name', facts ->> 'type')
            || coalesce(chronos.fdw_options_sql(facts -> 'fdw_options'), '')
            || coalesce(' COLLATE ' || (facts ->> 'collation'), '')
            || CASE WHEN facts ? 'generated' THEN
                   format(' GENERATED ALWAYS AS (%s) %s', facts ->> 'default', upper(facts ->> 'generated'))
               ELSE '' END
            || chronos.not_null_sql(facts));
END
$$;
COMMENT ON FUNCTION chronos.column_sql(jsonb) IS 'A column as CREATE TABLE wants it; its default is set later.';

CREATE FUNCTION chronos.not_null_statements(clause text, identity text, facts jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    item jsonb := facts -> 'not_null_constraint';
BEGIN
    IF NOT item ? 'inherited' AND (item ? 'not_valid' OR (facts ? 'inherited' AND item ? 'name')) THEN
        RETURN QUERY SELECT 63, format('ALTER %s %s ADD', replace(clause, ' ONLY', ''), identity)
            || coalesce(' CONSTRAINT ' || quote_ident(item ->> 'name'), '')
            || format(' NOT NULL %I', facts ->> 'name')
            || CASE WHEN item ? 'no_inherit' THEN ' NO INHERIT' ELSE '' END
            || CASE WHEN item ? 'not_valid' THEN ' NOT VALID' ELSE '' END;
    END IF;
    IF item ? 'validated' THEN
        RETURN QUERY SELECT 64, format('ALTER %s %s VALIDATE CONSTRAINT %I', replace(clause, ' ONLY', ''),
                                       identity, item ->> 'name');
    END IF;
    IF item ? 'comment' THEN
        RETURN QUERY SELECT 92, format('COMMENT ON CONSTRAINT %I ON %s IS %L', item ->> 'name', identity,
                                       item ->> 'comment');
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.not_null_statements(text, text, jsonb) IS
    'NOT NULL that is added to a column afterwards, and what is said of it.';

CREATE FUNCTION chronos.column_statements(clause text, identity text, columns jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    item jsonb;
    target text;
BEGIN
    FOR item IN SELECT * FROM jsonb_array_elements(columns) LOOP
        CONTINUE WHEN NOT item ?| ARRAY['default', 'storage', 'compression', 'statistics', 'options',
                                        'comment', 'acl', 'inherited', 'not_null_constraint'];
        target := format('%s %s ALTER COLUMN %I', clause, identity, item ->> 'name');
        IF item ? 'default' AND NOT item ? 'generated' THEN
            RETURN QUERY SELECT 72, format('ALTER %s SET DEFAULT %s', target, item ->> 'default');
        END IF;
        IF item ? 'inherited' AND item ? 'not_null'
           AND NOT coalesce(item -> 'not_null_constraint' ?| ARRAY['inherited', 'name', 'not_valid'], false) THEN
            RETURN QUERY SELECT 63, format('ALTER %s SET NOT NULL', target);
        END IF;
        IF item ? 'not_null_constraint' THEN
            RETURN QUERY SELECT * FROM chronos.not_null_statements(clause, identity, item);
        END IF;
        IF item ? 'storage' THEN
            RETURN QUERY SELECT 69, format('ALTER %s SET STORAGE %s', target, upper(item ->> 'storage'));
        END IF;
        IF item ? 'compression' THEN
            RETURN QUERY SELECT 69, format('ALTER %s SET COMPRESSION %s', target, item ->> 'compression');
        END IF;
        IF item ? 'statistics' THEN
            RETURN QUERY SELECT 69, format('ALTER %s SET STATISTICS %s', target, item ->> 'statistics');
        END IF;
        IF item ? 'options' THEN
            RETURN QUERY SELECT 69, format('ALTER %s SET (%s)', target,
                                           chronos.options_sql(item -> 'options'));
        END IF;
        IF item ? 'acl' THEN
            RETURN QUERY SELECT * FROM chronos.acl_statements('TABLE ' || identity, item -> 'acl',
                                                              format(' (%I)', item ->> 'name'));
        END IF;
        IF item ? 'comment' THEN
            RETURN QUERY SELECT 92, format('COMMENT ON COLUMN %s.%I IS %L', identity, item ->> 'name',
                                           item ->> 'comment');
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION chronos.column_statements(text, text, jsonb) IS
    'What is said of columns after their relation exists.';

CREATE FUNCTION chronos.table_sql(kind text, identity text, definition jsonb, own_columns boolean)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT 'CREATE ' || CASE WHEN definition ? 'persistence' THEN 'UNLOGGED ' ELSE '' END
            || upper(kind) || ' ' || identity
            || CASE WHEN definition ? 'of_type' THEN ' OF ' || (definition ->> 'of_type')
               ELSE coalesce((SELECT format(E' (\n    %s\n)', string_agg(chronos.column_sql(c.facts),
                                                                          E',\n    ' ORDER BY c.nr))
                              FROM jsonb_array_elements(definition -> 'columns') WITH ORDINALITY c(facts, nr)
                              WHERE own_columns OR NOT c.facts ? 'inherited'
                              HAVING count(*) > 0), ' ()') END
            || CASE WHEN definition ? 'inherits' AND NOT own_columns THEN (
                   SELECT format(E'\nINHERITS (%s)', string_agg(p.parent, ', ' ORDER BY p.nr))
                   FROM jsonb_array_elements_text(definition -> 'inherits') WITH ORDINALITY p(parent, nr))
               ELSE '' END
            || coalesce(E'\nPARTITION BY ' || (definition ->> 'partition_by'), '')
            || coalesce(E'\nSERVER ' || quote_ident(definition ->> 'server'), '')
            || coalesce(chronos.fdw_options_sql(definition -> 'fdw_options'), '')
            || coalesce(E'\nUSING ' || quote_ident(definition ->> 'access_method'), '')
            || coalesce(E'\nWITH (' || nullif(concat_ws(', ',
                   chronos.options_sql(definition -> 'options'),
                   chronos.options_sql(definition -> 'toast_options', 'toast.')), '') || ')', '')
            || coalesce(E'\nTABLESPACE ' || quote_ident(definition ->> 'tablespace'), ''));
END
$$;
COMMENT ON FUNCTION chronos.table_sql(text, text, jsonb, boolean) IS
    'The CREATE TABLE statement; with own_columns it lists inherited columns too, to be joined to their parent afterwards.';

CREATE FUNCTION chronos.inherits_in_order(definition jsonb) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN jsonb_array_length(definition -> 'inherits') = 1 AND NOT definition ? 'own_order' AND (
        SELECT coalesce(max(c.nr) FILTER (WHERE c.facts ? 'inherited')
                        < min(c.nr) FILTER (WHERE NOT c.facts ? 'inherited'), true)
               AND NOT coalesce(bool_or(NOT c.facts ? 'inherited'
                                        AND coalesce(c.facts -> 'not_null_constraint' ? 'inherited', false)), false)
        FROM jsonb_array_elements(definition -> 'columns') WITH ORDINALITY c(facts, nr));
END
$$;
COMMENT ON FUNCTION chronos.inherits_in_order(jsonb) IS
    'Whether CREATE TABLE ... INHERITS puts the columns where they are: those of one parent, then its own.';

CREATE FUNCTION chronos.ordered_table_statements(kind text, identity text, definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- Only a column that a parent brings is not the table's own, and it stands where the parent has it.
    -- So a parent for the moment has all columns in this order, until the real ones have taken over.
    parts text[] := parse_ident(identity);
    helper text := format('%I.%I', parts[1], left('chronos_order_' || md5(parts[2]) || '_' || parts[2], 50));
    parent text;
BEGIN
    phase := 62;
    statement := chronos.table_sql('table', helper, jsonb_build_object('columns', (
        SELECT jsonb_agg(CASE WHEN c.facts ? 'inherited' AND NOT c.facts ? 'not_null_constraint'
                                OR c.facts -> 'not_null_constraint' ? 'inherited' THEN c.facts
                              ELSE c.facts - 'not_null' END - 'fdw_options' ORDER BY c.nr)
        FROM jsonb_array_elements(definition -> 'columns') WITH ORDINALITY c(facts, nr))), true);
    RETURN NEXT;
    -- Checks that parents have already.
    RETURN QUERY
    SELECT 62, format('ALTER TABLE %s ADD CONSTRAINT %I %s', helper, c ->> 'name', regexp_replace(c ->> 'definition', ' NOT VALID$', ''))
    FROM jsonb_array_elements(definition -> 'checks') c;
    statement := chronos.table_sql(kind, identity, definition || jsonb_build_object('inherits', jsonb_build_array(helper),
        'columns', (SELECT coalesce(jsonb_agg(CASE WHEN c.facts -> 'not_null_constraint' ? 'inherited'
                                                   THEN c.facts - 'not_null' ELSE c.facts END - 'generated' ORDER BY c.nr), '[]')
                    FROM jsonb_array_elements(definition -> 'columns') WITH ORDINALITY c(facts, nr))), false);
    RETURN NEXT;
    RETURN QUERY
    SELECT 62, c.statement
    FROM chronos.column_statements(upper(kind) || ' ONLY', identity, definition -> 'columns') c
    WHERE c.phase = 63 AND c.statement NOT LIKE '% NOT VALID';
    FOR parent IN SELECT * FROM jsonb_array_elements_text(definition -> 'inherits') LOOP
        statement := format('ALTER %s ONLY %s INHERIT %s', upper(kind), identity, parent);
        RETURN NEXT;
    END LOOP;
    statement := format('ALTER %s ONLY %s NO INHERIT %s', upper(kind), identity, helper);
    RETURN NEXT;
    statement := 'DROP TABLE ' || helper;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION chronos.ordered_table_statements(text, text, jsonb) IS
    'A table with parents whose columns do not stand where its parents would put them.';

CREATE FUNCTION chronos.table_statements(kind text, identity text, definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- Joined to its parents afterwards, a table keeps the order of its columns.
    inherited boolean := jsonb_path_exists(definition,
        '$.columns[*] ? (exists (@.inherited) || exists (@.not_null_constraint.inherited))');
    own_columns boolean := definition ? 'partition_of' OR NOT (inherited OR definition ? 'checks');
    ordered boolean := NOT own_columns AND NOT (inherited AND chronos.inherits_in_order(definition));
    parent text;
BEGIN
    IF ordered THEN
        RETURN QUERY SELECT * FROM chronos.ordered_table_statements(kind, identity, definition);
    ELSE
        RETURN QUERY SELECT 62, chronos.table_sql(kind, identity, definition, own_columns);
    END IF;
    IF own_columns THEN
        FOR parent IN SELECT * FROM jsonb_array_elements_text(definition -> 'inherits') LOOP
            RETURN QUERY SELECT 62, format('ALTER %s ONLY %s INHERIT %s', upper(kind), identity, parent);
        END LOOP;
    END IF;
    IF definition ? 'of_type' THEN
        RETURN QUERY
        SELECT 62, CASE WHEN c -> 'not_null_constraint' ? 'name' AND NOT c -> 'not_null_constraint' ? 'not_valid'
            THEN format('ALTER TABLE ONLY %s ADD CONSTRAINT %I NOT NULL %I', identity, c #>> '{not_null_constraint,name}', c ->> 'name')
                 || CASE WHEN c -> 'not_null_constraint' ? 'no_inherit' THEN ' NO INHERIT' ELSE '' END
            ELSE format('ALTER TABLE ONLY %s ALTER COLUMN %I SET NOT NULL', identity, c ->> 'name') END
        FROM jsonb_array_elements(definition -> 'columns') c WHERE c ? 'not_null';
    END IF;
    IF definition ? 'partition_of' THEN
        RETURN QUERY SELECT 62, format('ALTER TABLE ONLY %s ATTACH PARTITION %s %s',
            definition ->> 'partition_of', identity, definition ->> 'bound');
        definition := jsonb_set(definition, '{columns}', (
            SELECT coalesce(jsonb_agg(c.facts - 'inherited' ORDER BY c.nr), '[]')
            FROM jsonb_array_elements(definition -> 'columns') WITH ORDINALITY c(facts, nr)));
    END IF;
    RETURN QUERY SELECT * FROM chronos.common_statements(upper(kind), identity, definition, 62, 'TABLE');
    RETURN QUERY SELECT * FROM chronos.table_state_statements(identity, definition);
    RETURN QUERY
    SELECT c.* FROM chronos.column_statements(upper(kind) || ' ONLY', identity, definition -> 'columns') c
    WHERE NOT (ordered AND c.phase = 63 AND c.statement NOT LIKE '% NOT VALID');
END
$$;
COMMENT ON FUNCTION chronos.table_statements(text, text, jsonb) IS
    'The statements of a table, partition or foreign table.';

CREATE FUNCTION chronos.table_state_statements(identity text, definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF definition ? 'row_security' THEN
        RETURN QUERY SELECT 86, format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', identity);
    END IF;
    IF definition ? 'force_row_security' THEN
        RETURN QUERY SELECT 86, format('ALTER TABLE ONLY %s FORCE ROW LEVEL SECURITY', identity);
    END IF;
    IF definition ? 'replica_identity' THEN
        RETURN QUERY SELECT 87, format('ALTER TABLE ONLY %s REPLICA IDENTITY %s', identity,
                                       upper(definition ->> 'replica_identity'));
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.table_state_statements(text, jsonb) IS 'What is switched on for a table.';
