-- From facts back to SQL. Each kind has a function that gives its statements with the phase of a script
-- they belong to. Phases, in this order:
--    10 schemas        20 extensions     25 languages, access methods
--    28 shells of types, 29 collations
--    30 types          40 functions      45 domain checks that call functions   46 operators, casts, ...
--    57 foreign-data wrappers, servers, user mappings, large objects
--    60 sequences      62 tables         64 identity    66 sequence ownership
--    68 views          72 defaults       74 extended statistics
--    80 constraints and indexes          82 partitions' indexes joined    84 foreign keys
--    86 rules, triggers, policies        87 states that need all of these
--    90 privileges     92 comments       95 publications, subscriptions, default privileges, event triggers
--    98 the database   99 security labels
-- Only the facts are read, never the catalogue.

CREATE FUNCTION chronos.options_sql(options jsonb, prefix text DEFAULT '') RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT string_agg(format('%s%I=%L', prefix, split_part(o.option, '=', 1),
                                 substr(o.option, strpos(o.option, '=') + 1)), ', ' ORDER BY o.nr)
        FROM jsonb_array_elements_text(options) WITH ORDINALITY o(option, nr));
END
$$;
COMMENT ON FUNCTION chronos.options_sql(jsonb, text) IS
    'Storage options, kept as name=value, as the inside of a WITH clause.';

CREATE FUNCTION chronos.fdw_options_sql(options jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT ' OPTIONS (' || string_agg(format('%I %L', split_part(o.option, '=', 1),
                                          substr(o.option, strpos(o.option, '=') + 1)), ', ' ORDER BY o.nr)
               || ')'
        FROM jsonb_array_elements_text(options) WITH ORDINALITY o(option, nr));
END
$$;
COMMENT ON FUNCTION chronos.fdw_options_sql(jsonb) IS
    'Options of a foreign data wrapper''s objects as an OPTIONS clause.';

CREATE FUNCTION chronos.acl_statements(object text, acl jsonb, columns text DEFAULT '')
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    item jsonb;
    grantee text;
    privileges text;
    way text;
BEGIN
    phase := 90;
    FOR item IN SELECT * FROM jsonb_array_elements(acl -> 'revoke') LOOP
        grantee := coalesce(quote_ident(item ->> 'grantee'), 'PUBLIC');
        statement := format('REVOKE ALL ON %s FROM %s', object, grantee);
        RETURN NEXT;
    END LOOP;
    FOR item IN SELECT * FROM jsonb_array_elements(acl -> 'grant') LOOP
        grantee := coalesce(quote_ident(item ->> 'grantee'), 'PUBLIC');
        IF item ? 'grantor' THEN
            statement := format('SET SESSION AUTHORIZATION %I', item ->> 'grantor');
            RETURN NEXT;
        END IF;
        FOREACH way IN ARRAY ARRAY['privileges', 'grantable'] LOOP
            CONTINUE WHEN NOT item ? way;
            SELECT string_agg(p || columns, ', ') INTO privileges
            FROM jsonb_array_elements_text(item -> way) p;
            statement := format('GRANT %s ON %s TO %s', privileges, object, grantee)
                         || CASE way WHEN 'grantable' THEN ' WITH GRANT OPTION' ELSE '' END;
            RETURN NEXT;
        END LOOP;
        IF item ? 'grantor' THEN
            statement := 'RESET SESSION AUTHORIZATION';
            RETURN NEXT;
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION chronos.acl_statements(text, jsonb, text) IS
    'REVOKE and GRANT statements that lead from the privileges of a new object to those of the facts.';

CREATE FUNCTION chronos.common_statements(clause text, identity text, definition jsonb,
                                          created int, grant_clause text DEFAULT NULL)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension text;
BEGIN
    IF definition ? 'owner' THEN
        phase := created;
        statement := format('ALTER %s %s OWNER TO %I', clause, identity, definition ->> 'owner');
        RETURN NEXT;
    END IF;
    IF definition ? 'needs_extensions' THEN
        phase := 92;
        FOR extension IN SELECT * FROM jsonb_array_elements_text(definition -> 'needs_extensions') LOOP
            statement := format('ALTER %s %s DEPENDS ON EXTENSION %I', clause, identity, extension);
            RETURN NEXT;
        END LOOP;
    END IF;
    IF definition ? 'acl' THEN
        RETURN QUERY SELECT * FROM chronos.acl_statements(coalesce(grant_clause, clause) || ' ' || identity,
                                                          definition -> 'acl');
    END IF;
    IF definition ? 'comment' THEN
        phase := 92;
        statement := format('COMMENT ON %s %s IS %L', clause, identity, definition ->> 'comment');
        RETURN NEXT;
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.common_statements(text, text, jsonb, int, text) IS
    'Owner, privileges and comment of an object.';

CREATE FUNCTION chronos.schema_statements(identity text, definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    phase := 10;
    -- A new database brings its own public, owned by pg_database_owner and with a comment.
    IF identity = 'public' THEN
        IF definition ->> 'owner' = 'pg_database_owner' THEN
            definition := definition - 'owner';
        END IF;
        IF definition ->> 'comment' = 'standard public schema' THEN
            definition := definition - 'comment';
        ELSIF NOT definition ? 'comment' THEN
            statement := 'COMMENT ON SCHEMA public IS NULL';
            RETURN NEXT;
        END IF;
    ELSE
        statement := 'CREATE SCHEMA ' || identity;
        RETURN NEXT;
    END IF;
    RETURN QUERY SELECT * FROM chronos.common_statements('SCHEMA', identity, definition, 10);
END
$$;
COMMENT ON FUNCTION chronos.schema_statements(text, jsonb) IS 'The statements of a schema.';

CREATE FUNCTION chronos.extension_statements(identity text, definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    phase := 20;
    -- As pg_dump: the version is the target server's, which may not have this one any more.
    statement := format('CREATE EXTENSION IF NOT EXISTS %s WITH SCHEMA %I', identity,
                        definition ->> 'schema');
    RETURN NEXT;
    RETURN QUERY SELECT * FROM chronos.common_statements('EXTENSION', identity, definition, 20);
    -- It brings a comment of its own.
    IF NOT definition ? 'comment' THEN
        RETURN QUERY SELECT 92, format('COMMENT ON EXTENSION %s IS NULL', identity);
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.extension_statements(text, jsonb) IS 'The statements of an extension.';

CREATE FUNCTION chronos.type_body(definition jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT CASE definition ->> 'type'
            WHEN 'enum' THEN format(' AS ENUM (%s)', (
                SELECT string_agg(quote_literal(l.label), ', ' ORDER BY l.nr)
                FROM jsonb_array_elements_text(definition -> 'labels') WITH ORDINALITY l(label, nr)))
            WHEN 'composite' THEN format(E' AS (\n    %s\n)', (
                SELECT string_agg(format('%I %s', a.facts ->> 'name', a.facts ->> 'type')
                                  || coalesce(' COLLATE ' || (a.facts ->> 'collation'), ''),
                                  E',\n    ' ORDER BY a.nr)
                FROM jsonb_array_elements(definition -> 'attributes') WITH ORDINALITY a(facts, nr)))
            WHEN 'base' THEN format(E' (\n    %s\n)', (
                SELECT string_agg(b.item, E',\n    ' ORDER BY b.nr)
                FROM jsonb_array_elements_text(definition -> 'base') WITH ORDINALITY b(item, nr)))
            WHEN 'shell' THEN ''
            WHEN 'range' THEN ' AS RANGE (' || concat_ws(', ',
                'SUBTYPE = ' || (definition -> 'range' ->> 'subtype'),
                'SUBTYPE_OPCLASS = ' || (definition -> 'range' ->> 'opclass'),
                'COLLATION = ' || (definition -> 'range' ->> 'collation'),
                'CANONICAL = ' || (definition -> 'range' ->> 'canonical'),
                'SUBTYPE_DIFF = ' || (definition -> 'range' ->> 'subtype_diff'),
                'MULTIRANGE_TYPE_NAME = ' || (definition -> 'range' ->> 'multirange')) || ')'
            END);
END
$$;
COMMENT ON FUNCTION chronos.type_body(jsonb) IS 'What follows the name in a CREATE TYPE statement.';

CREATE FUNCTION chronos.domain_statements(identity text, facts jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    item jsonb;
BEGIN
    phase := 30;
    statement := format('CREATE DOMAIN %s AS %s', identity, facts ->> 'base')
        || coalesce(' COLLATE ' || (facts ->> 'collation'), '')
        || CASE WHEN facts ? 'default_later' THEN '' ELSE coalesce(' DEFAULT ' || (facts ->> 'default'), '') END
        || CASE WHEN facts ? 'not_null' AND NOT coalesce(
                    jsonb_path_exists(facts, '$.constraints[*] ? (@.type == "n")'), false)
                THEN ' NOT NULL' ELSE '' END
        || coalesce((SELECT string_agg(format(E'\n    CONSTRAINT %I %s', c ->> 'name', c ->> 'definition'), '')
                     FROM jsonb_array_elements(facts -> 'constraints') c WHERE NOT c ? 'separate'), '');
    RETURN NEXT;
    IF facts ? 'default_later' THEN
        phase := 45;
        statement := format('ALTER DOMAIN %s SET DEFAULT %s', identity, facts ->> 'default');
        RETURN NEXT;
    END IF;
    FOR item IN SELECT * FROM jsonb_array_elements(facts -> 'constraints') LOOP
        IF item ? 'separate' THEN
            phase := 45;
            statement := format('ALTER DOMAIN %s ADD CONSTRAINT %I %s', identity, item ->> 'name',
                                item ->> 'definition');
            RETURN NEXT;
        END IF;
        IF item ? 'comment' THEN
            phase := 92;
            statement := format('COMMENT ON CONSTRAINT %I ON DOMAIN %s IS %L', item ->> 'name', identity,
                                item ->> 'comment');
            RETURN NEXT;
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION chronos.domain_statements(text, jsonb) IS 'A domain and its constraints.';

CREATE FUNCTION chronos.type_statements(identity text, definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    clause text := CASE WHEN definition ? 'domain' THEN 'DOMAIN' ELSE 'TYPE' END;
BEGIN
    IF definition ? 'domain' THEN
        RETURN QUERY SELECT * FROM chronos.domain_statements(identity, definition -> 'domain');
    ELSE
        -- Its own functions need its name before it can be made of them.
        IF definition ? 'base' OR definition -> 'range' ->> 'canonical' IS NOT NULL THEN
            phase := 28;
            statement := 'CREATE TYPE ' || identity;
            RETURN NEXT;
        END IF;
        phase := 30;
        statement := 'CREATE TYPE ' || identity || chronos.type_body(definition);
        RETURN NEXT;
    END IF;
    RETURN QUERY
    SELECT 92, format('COMMENT ON COLUMN %s.%I IS %L', identity, a ->> 'name', a ->> 'comment')
    FROM jsonb_array_elements(definition -> 'attributes') a WHERE a ? 'comment';
    RETURN QUERY SELECT * FROM chronos.common_statements(clause, identity, definition, 30, 'TYPE');
END
$$;
COMMENT ON FUNCTION chronos.type_statements(text, jsonb) IS 'The statements of a type or domain.';

CREATE FUNCTION chronos.function_statements(kind text, identity text, definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- ROUTINE spares an aggregate the odd shapes of its argument list.
    clause text := CASE kind WHEN 'aggregate' THEN 'ROUTINE' ELSE upper(kind) END;
BEGIN
    phase := CASE kind WHEN 'aggregate' THEN 47 ELSE 40 END;
    -- A body that the server resolves and that calls itself.
    statement := chronos.placeholder_sql(kind, identity, definition);
    IF strpos(substr(definition ->> 'definition', length(statement) - 5), split_part(identity, '(', 1) || '(') > 0 THEN
        RETURN NEXT;
    END IF;
    statement := definition ->> 'definition';
    RETURN NEXT;
    RETURN QUERY
    SELECT * FROM chronos.common_statements(clause, coalesce(definition ->> 'signature', identity),
                                            definition, phase);
END
$$;
COMMENT ON FUNCTION chronos.function_statements(text, text, jsonb) IS
    'The statements of a function, procedure or aggregate.';

CREATE FUNCTION chronos.sequence_statements(identity text, definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    target jsonb := definition -> 'column';
    parameters text := format('START WITH %s INCREMENT BY %s MINVALUE %s MAXVALUE %s CACHE %s%s',
        definition ->> 'start', definition ->> 'increment', definition ->> 'minimum',
        definition ->> 'maximum', definition ->> 'cache',
        CASE WHEN definition ? 'cycle' THEN ' CYCLE' ELSE '' END);
BEGIN
    IF target ? 'identity' THEN
        -- Its table makes it, owns it, and gives it its persistence and type.
        phase := 64;
        statement := format('ALTER %s %s ALTER COLUMN %I ADD GENERATED %s AS IDENTITY (%s)',
                            upper(target ->> 'table_kind'), target ->> 'table', target ->> 'name', upper(target ->> 'identity'),
                            concat_ws(' ', 'SEQUENCE NAME', identity, upper(target ->> 'persistence'),
                                      CASE WHEN NOT target ? 'type' THEN parameters END));
        RETURN NEXT;
        IF target ? 'type' THEN
            statement := format('ALTER SEQUENCE %s AS %s %s', identity, definition ->> 'type', parameters);
            RETURN NEXT;
        END IF;
        definition := definition - 'owner';
    ELSE
        phase := 60;
        statement := format('CREATE %sSEQUENCE %s AS %s %s',
                            CASE WHEN definition ? 'persistence' THEN 'UNLOGGED ' ELSE '' END,
                            identity, definition ->> 'type', parameters);
        RETURN NEXT;
        IF target IS NOT NULL THEN
            phase := 66;
            statement := format('ALTER SEQUENCE %s OWNED BY %s.%I', identity, target ->> 'table',
                                target ->> 'name');
            RETURN NEXT;
        END IF;
    END IF;
    RETURN QUERY SELECT * FROM chronos.common_statements('SEQUENCE', identity, definition, 60);
END
$$;
COMMENT ON FUNCTION chronos.sequence_statements(text, jsonb) IS
    'The statements of a sequence; one behind an identity column is made by its table.';
