CREATE FUNCTION chronos.not_null_sql(facts jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    item jsonb := facts -> 'not_null_constraint';
BEGIN
    -- One that is not valid yet is added later, for a column cannot be made with it.
    RETURN CASE WHEN NOT facts ? 'not_null' OR item ? 'not_valid' THEN ''
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

CREATE FUNCTION chronos.table_statements(kind text, identity text, definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- Joined to its parents afterwards, a table keeps the order of its columns.
    own_columns boolean := definition ? 'partition_of'
        OR NOT jsonb_path_exists(definition,
            '$.columns[*] ? (exists (@.inherited) || exists (@.not_null_constraint.inherited))');
    parent text;
BEGIN
    RETURN QUERY SELECT 62, chronos.table_sql(kind, identity, definition, own_columns);
    IF own_columns THEN
        FOR parent IN SELECT * FROM jsonb_array_elements_text(definition -> 'inherits') LOOP
            RETURN QUERY SELECT 62, format('ALTER %s ONLY %s INHERIT %s', upper(kind), identity, parent);
        END LOOP;
    END IF;
    IF definition ? 'of_type' THEN
        RETURN QUERY
        SELECT 62, format('ALTER TABLE ONLY %s ALTER COLUMN %I SET NOT NULL', identity, c ->> 'name')
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
    RETURN QUERY SELECT * FROM chronos.column_statements(upper(kind) || ' ONLY', identity,
                                                         definition -> 'columns');
END
$$;
COMMENT ON FUNCTION chronos.table_statements(text, text, jsonb) IS
    'The statements of a table, partition or foreign table.';

CREATE FUNCTION chronos.view_statements(kind text, identity text, definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    options text := nullif(concat_ws(', ', chronos.options_sql(definition -> 'options'),
                                     chronos.options_sql(definition -> 'toast_options', 'toast.')), '');
BEGIN
    RETURN QUERY SELECT 68, format('CREATE %s %s', upper(kind), identity)
        || coalesce(E'\nUSING ' || quote_ident(definition ->> 'access_method'), '')
        || coalesce(E'\nWITH (' || options || ')', '')
        || coalesce(E'\nTABLESPACE ' || quote_ident(definition ->> 'tablespace'), '')
        || format(E' AS\n%s', definition ->> 'query')
        || CASE kind WHEN 'view' THEN '' ELSE E'\nWITH NO DATA' END;
    RETURN QUERY SELECT * FROM chronos.common_statements(upper(kind), identity, definition, 68, 'TABLE');
    RETURN QUERY SELECT * FROM chronos.column_statements(upper(kind), identity, definition -> 'columns');
END
$$;
COMMENT ON FUNCTION chronos.view_statements(text, text, jsonb) IS
    'The statements of a view or materialized view, which stays unpopulated.';

CREATE FUNCTION chronos.index_facts_statements(identity text, table_name text, name text, facts jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text;
BEGIN
    IF facts ? 'tablespace' THEN
        RETURN QUERY SELECT 81, format('ALTER INDEX %s SET TABLESPACE %I', identity, facts ->> 'tablespace');
    END IF;
    IF facts ? 'partition_of' THEN
        RETURN QUERY SELECT 82, format('ALTER INDEX %s ATTACH PARTITION %s', facts ->> 'partition_of', identity);
    END IF;
    RETURN QUERY
    SELECT 81, format('ALTER INDEX %s ALTER COLUMN %s SET STATISTICS %s', identity, s.key, s.value)
    FROM jsonb_each_text(facts -> 'statistics') s;
    IF facts ? 'clustered' THEN
        RETURN QUERY SELECT 87, format('ALTER TABLE %s CLUSTER ON %I', table_name, name);
    END IF;
    IF facts ? 'replica_identity' THEN
        RETURN QUERY SELECT 87, format('ALTER TABLE ONLY %s REPLICA IDENTITY USING INDEX %I', table_name, name);
    END IF;
    FOR extension IN SELECT * FROM jsonb_array_elements_text(facts -> 'needs_extensions') LOOP
        RETURN QUERY SELECT 92, format('ALTER INDEX %s DEPENDS ON EXTENSION %I', identity, extension);
    END LOOP;
END
$$;
COMMENT ON FUNCTION chronos.index_facts_statements(text, text, text, jsonb) IS
    'What is said of an index after it exists, whether it stands alone or serves a constraint.';

CREATE FUNCTION chronos.index_statements(identity text, definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- As pg_dump: an index that its own build left behind is not built again.
    IF definition ? 'invalid' THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT 80, definition ->> 'definition';
    RETURN QUERY SELECT * FROM chronos.index_facts_statements(identity, definition ->> 'table',
                                                              definition ->> 'name', definition -> 'index');
    RETURN QUERY SELECT * FROM chronos.common_statements('INDEX', identity, definition, 80);
END
$$;
COMMENT ON FUNCTION chronos.index_statements(text, jsonb) IS 'The statements of an index; none when it is invalid.';

CREATE FUNCTION chronos.constraint_statements(definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    type text := definition ->> 'type';
    index_name text := definition ->> 'index_name';
    -- A check goes to the children as well; a key of a partitioned table is made of theirs.
    target text := CASE WHEN type = 'check' OR (type = 'foreign key' AND definition ->> 'table_kind' = 'partitioned')
                        THEN '' ELSE 'ONLY ' END || (definition ->> 'table');
    clause text := CASE definition ->> 'table_kind' WHEN 'foreign' THEN 'FOREIGN TABLE' ELSE 'TABLE' END;
BEGIN
    IF NOT definition ? 'inherited' THEN
        RETURN QUERY SELECT CASE type WHEN 'foreign key' THEN 84 ELSE 80 END,
            format('ALTER %s %s ADD CONSTRAINT %I %s', clause, target, definition ->> 'name',
                   definition ->> 'definition');
    END IF;
    IF definition ? 'index_options' THEN
        RETURN QUERY SELECT 81, format('ALTER INDEX %s SET (%s)', index_name,
                                       chronos.options_sql(definition -> 'index_options'));
    END IF;
    RETURN QUERY SELECT * FROM chronos.index_facts_statements(index_name, definition ->> 'table',
                                                              definition ->> 'name', definition -> 'index');
    IF definition ? 'comment' THEN
        RETURN QUERY SELECT 92, format('COMMENT ON CONSTRAINT %I ON %s IS %L', definition ->> 'name',
                                       definition ->> 'table', definition ->> 'comment');
    END IF;
    IF definition ? 'index_comment' THEN
        RETURN QUERY SELECT 92, format('COMMENT ON INDEX %s IS %L', index_name, definition ->> 'index_comment');
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.constraint_statements(jsonb) IS
    'The statements of a table''s constraint and of the index that serves it.';

CREATE FUNCTION chronos.switch_statements(definition jsonb, noun text)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    clause text := CASE WHEN definition ? 'foreign' THEN 'FOREIGN TABLE' ELSE 'TABLE' END;
BEGIN
    IF NOT definition ? 'copy' THEN
        RETURN QUERY SELECT 86, definition ->> 'definition';
    END IF;
    IF definition ? 'enabled' THEN
        RETURN QUERY SELECT CASE WHEN definition ? 'copy' THEN 88 ELSE 87 END,
            format('ALTER %s %s %s %s %I', clause, definition ->> 'table', upper(definition ->> 'enabled'),
                   noun, definition ->> 'name');
    END IF;
    RETURN QUERY SELECT * FROM chronos.common_statements(noun,
        format('%I ON %s', definition ->> 'name', definition ->> 'table'), definition, 86);
END
$$;
COMMENT ON FUNCTION chronos.switch_statements(jsonb, text) IS
    'The statements of what can be switched on a table: triggers and rules.';

CREATE FUNCTION chronos.policy_statements(definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    target text := format('%I ON %s', definition ->> 'name', definition ->> 'table');
BEGIN
    RETURN QUERY SELECT 86, 'CREATE POLICY ' || target
        || CASE WHEN definition ? 'restrictive' THEN ' AS RESTRICTIVE' ELSE '' END
        || coalesce(' FOR ' || (definition ->> 'command'), '')
        || coalesce(' TO ' || (SELECT string_agg(quote_ident(r.role), ', ')
                               FROM jsonb_array_elements_text(definition -> 'roles') r(role)), '')
        || coalesce(' USING (' || (definition ->> 'using') || ')', '')
        || coalesce(' WITH CHECK (' || (definition ->> 'check') || ')', '');
    RETURN QUERY SELECT * FROM chronos.common_statements('POLICY', target, definition, 86);
END
$$;
COMMENT ON FUNCTION chronos.policy_statements(jsonb) IS 'The statements of a row security policy.';

CREATE FUNCTION chronos.statistics_statements(identity text, definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY SELECT 74, definition ->> 'definition';
    IF definition ? 'statistics' THEN
        RETURN QUERY SELECT 74, format('ALTER STATISTICS %s SET STATISTICS %s', identity,
                                       definition ->> 'statistics');
    END IF;
    RETURN QUERY SELECT * FROM chronos.common_statements('STATISTICS', identity, definition, 74);
END
$$;
COMMENT ON FUNCTION chronos.statistics_statements(text, jsonb) IS 'The statements of extended statistics.';
