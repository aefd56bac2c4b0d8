CREATE FUNCTION chronos.operator_statements(kind text, identity text, definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    members text := (SELECT string_agg(m.item, E',\n    ' ORDER BY m.nr)
                     FROM jsonb_array_elements_text(definition -> 'members') WITH ORDINALITY m(item, nr));
BEGIN
    CASE kind
        WHEN 'operator' THEN
            RETURN QUERY SELECT 46, format(E'CREATE OPERATOR %s (\n    %s\n)', definition ->> 'name',
                (SELECT string_agg(p.item, E',\n    ' ORDER BY p.nr)
                 FROM jsonb_array_elements_text(definition -> 'parameters') WITH ORDINALITY p(item, nr)));
        WHEN 'operator family' THEN
            IF identity NOT LIKE 'pg\_catalog.%' THEN
                RETURN QUERY SELECT 47, 'CREATE OPERATOR FAMILY ' || identity;
            END IF;
            IF members IS NOT NULL THEN
                RETURN QUERY SELECT 49, format(E'ALTER OPERATOR FAMILY %s ADD\n    %s', identity, members);
            END IF;
        ELSE
            RETURN QUERY SELECT 48, format('CREATE OPERATOR CLASS %s%s FOR TYPE %s USING %I FAMILY %s AS',
                    definition ->> 'name', CASE WHEN definition ? 'default' THEN ' DEFAULT' ELSE '' END,
                    definition ->> 'type', definition ->> 'access_method', definition ->> 'family')
                || E'\n    ' || concat_ws(E',\n    ', 'STORAGE ' || CASE
                    WHEN definition ? 'storage' THEN definition ->> 'storage'
                    WHEN members IS NULL THEN definition ->> 'type' END, members);
    END CASE;
    RETURN QUERY SELECT * FROM chronos.common_statements(upper(kind), identity, definition,
        CASE kind WHEN 'operator' THEN 46 WHEN 'operator family' THEN 47 ELSE 48 END);
END
$$;
COMMENT ON FUNCTION chronos.operator_statements(text, text, jsonb) IS
    'The statements of an operator, operator family or operator class.';

CREATE FUNCTION chronos.collation_statements(identity text, definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    same boolean := definition -> 'lc_collate' = definition -> 'lc_ctype';
BEGIN
    RETURN QUERY SELECT 29, format('CREATE COLLATION %s (%s)', identity, concat_ws(', ',
        'provider = ' || (definition ->> 'provider'),
        CASE WHEN definition ? 'deterministic' THEN 'deterministic = false' END,
        'locale = ' || quote_literal(coalesce(definition ->> 'locale',
                                     CASE WHEN same THEN definition ->> 'lc_collate' END)),
        CASE WHEN NOT same THEN 'lc_collate = ' || quote_literal(definition ->> 'lc_collate') END,
        CASE WHEN NOT same THEN 'lc_ctype = ' || quote_literal(definition ->> 'lc_ctype') END,
        'rules = ' || quote_literal(definition ->> 'rules')));
    RETURN QUERY SELECT * FROM chronos.common_statements('COLLATION', identity, definition, 29);
END
$$;
COMMENT ON FUNCTION chronos.collation_statements(text, jsonb) IS 'The statements of a collation.';

CREATE FUNCTION chronos.simple_statements(kind text, identity text, definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    created int := CASE kind WHEN 'access method' THEN 46 WHEN 'language' THEN 25 WHEN 'cast' THEN 50
                             WHEN 'transform' THEN 51 WHEN 'conversion' THEN 52
                             WHEN 'text search parser' THEN 53 WHEN 'text search template' THEN 54
                             WHEN 'text search dictionary' THEN 55 ELSE 56 END;
BEGIN
    RETURN QUERY SELECT created, definition ->> 'definition';
    RETURN QUERY
    SELECT created, format('ALTER TEXT SEARCH CONFIGURATION %s ADD MAPPING FOR %I WITH %s', identity,
                           m.facts ->> 'token', (
                               SELECT string_agg(d.name, ', ' ORDER BY d.nr)
                               FROM jsonb_array_elements_text(m.facts -> 'dictionaries')
                                    WITH ORDINALITY d(name, nr)))
    FROM jsonb_array_elements(definition -> 'mappings') m(facts);
    RETURN QUERY SELECT * FROM chronos.common_statements(upper(kind), identity, definition, created);
END
$$;
COMMENT ON FUNCTION chronos.simple_statements(text, text, jsonb) IS
    'The statements of objects whose definition is one statement.';

CREATE FUNCTION chronos.foreign_statements(kind text, identity text, definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    options text := coalesce(chronos.fdw_options_sql(definition -> 'fdw_options'), '');
BEGIN
    IF kind = 'server' THEN
        RETURN QUERY SELECT 58, 'CREATE SERVER ' || identity
            || coalesce(' TYPE ' || quote_literal(definition ->> 'type'), '')
            || coalesce(' VERSION ' || quote_literal(definition ->> 'version'), '')
            || format(' FOREIGN DATA WRAPPER %I', definition ->> 'wrapper') || options;
        RETURN QUERY SELECT * FROM chronos.common_statements('SERVER', identity, definition, 58,
                                                             'FOREIGN SERVER');
    ELSE
        RETURN QUERY SELECT 57, 'CREATE FOREIGN DATA WRAPPER ' || identity
            || coalesce(' HANDLER ' || (definition ->> 'handler'), '')
            || coalesce(' VALIDATOR ' || (definition ->> 'validator'), '') || options;
        RETURN QUERY SELECT * FROM chronos.common_statements('FOREIGN DATA WRAPPER', identity, definition, 57);
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.foreign_statements(text, text, jsonb) IS
    'The statements of a foreign-data wrapper or server.';

CREATE FUNCTION chronos.publication_statements(identity text, definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY SELECT 95, 'CREATE PUBLICATION ' || identity
        || CASE WHEN definition ? 'all_tables' THEN ' FOR ALL TABLES' ELSE '' END
        || format(' WITH (publish = %L', definition ->> 'publish')
        || CASE WHEN definition ? 'via_root' THEN ', publish_via_partition_root = true' ELSE '' END
        || coalesce(', publish_generated_columns = ' || (definition ->> 'generated_columns'), '') || ')';
    RETURN QUERY
    SELECT 95, format('ALTER PUBLICATION %s ADD TABLE ONLY %s', identity, t ->> 'table')
        || coalesce(' (' || (SELECT string_agg(quote_ident(c.name), ', ' ORDER BY c.nr)
                             FROM jsonb_array_elements_text(t -> 'columns') WITH ORDINALITY c(name, nr))
                    || ')', '')
        || coalesce(' WHERE ' || (t ->> 'where'), '')
    FROM jsonb_array_elements(definition -> 'tables') t;
    RETURN QUERY
    SELECT 95, format('ALTER PUBLICATION %s ADD TABLES IN SCHEMA %I', identity, s)
    FROM jsonb_array_elements_text(definition -> 'schemas') s;
    RETURN QUERY SELECT 95, c.statement
    FROM chronos.common_statements('PUBLICATION', identity, definition, 95) c;
END
$$;
COMMENT ON FUNCTION chronos.publication_statements(text, jsonb) IS 'The statements of a publication.';

CREATE FUNCTION chronos.event_trigger_statements(identity text, definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY SELECT 97, format('CREATE EVENT TRIGGER %s ON %s', identity, definition ->> 'event')
        || coalesce(' WHEN TAG IN (' || (SELECT string_agg(quote_literal(t), ', ')
                                         FROM jsonb_array_elements_text(definition -> 'tags') t) || ')', '')
        || format(' EXECUTE FUNCTION %s()', definition ->> 'function');
    IF definition ? 'enabled' THEN
        RETURN QUERY SELECT 97, format('ALTER EVENT TRIGGER %s %s', identity, upper(definition ->> 'enabled'));
    END IF;
    RETURN QUERY SELECT 97, c.statement
    FROM chronos.common_statements('EVENT TRIGGER', identity, definition, 97) c;
END
$$;
COMMENT ON FUNCTION chronos.event_trigger_statements(text, jsonb) IS
    'The statements of an event trigger; last, so that it does not fire for the rest of the script.';

CREATE FUNCTION chronos.default_privileges_statements(definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 95, format('ALTER DEFAULT PRIVILEGES FOR ROLE %I%s %s', definition ->> 'role',
                      coalesce(' IN SCHEMA ' || quote_ident(definition ->> 'schema'), ''), a.statement)
    FROM chronos.acl_statements(definition ->> 'objects', definition -> 'acl') a
$$;
COMMENT ON FUNCTION chronos.default_privileges_statements(jsonb) IS
    'The statements of default privileges; late, so that they do not reach the script''s own objects.';

CREATE FUNCTION chronos.privileges_statements(definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT a.phase, a.statement
    FROM chronos.acl_statements(definition ->> 'object', definition -> 'acl') a
    UNION ALL
    SELECT a.phase, a.statement
    FROM jsonb_array_elements(definition -> 'columns') c
    CROSS JOIN LATERAL chronos.acl_statements(definition ->> 'object', c -> 'acl',
                                              format(' (%I)', c ->> 'name')) a
$$;
COMMENT ON FUNCTION chronos.privileges_statements(jsonb) IS
    'Privileges on an object of the system or of an extension.';
