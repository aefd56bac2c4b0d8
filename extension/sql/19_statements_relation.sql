CREATE FUNCTION chronos.view_statements(kind text, identity text, definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    options text := nullif(concat_ws(', ', chronos.options_sql(definition -> 'options'),
                                     chronos.options_sql(definition -> 'toast_options', 'toast.')), '');
BEGIN
    RETURN QUERY SELECT 68, format('CREATE %s%s %s', CASE WHEN definition -> 'replace' = 'true' THEN 'OR REPLACE ' ELSE '' END,
                                   upper(kind), identity)
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
    IF definition ? 'validated' THEN
        RETURN QUERY SELECT 83, format('ALTER %s %s VALIDATE CONSTRAINT %I', clause, target, definition ->> 'name');
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
