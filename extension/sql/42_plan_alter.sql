-- How objects of the other kinds are altered, and which function alters which kind.

CREATE FUNCTION chronos.plan_policy(item chronos.plan_item) RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    old jsonb := item.mid;
    new jsonb := item.new;
    change text := concat(
        CASE WHEN old -> 'roles' IS DISTINCT FROM new -> 'roles' THEN ' TO ' || coalesce(
            (SELECT string_agg(quote_ident(r), ', ') FROM jsonb_array_elements_text(new -> 'roles') r), 'PUBLIC') END,
        CASE WHEN old -> 'using' IS DISTINCT FROM new -> 'using' THEN format(' USING (%s)', new ->> 'using') END,
        CASE WHEN old -> 'check' IS DISTINCT FROM new -> 'check' THEN format(' WITH CHECK (%s)', new ->> 'check') END);
BEGIN
    IF change <> '' THEN
        RETURN NEXT chronos.plan_say(4, 86, format('ALTER POLICY %I ON %s%s', new ->> 'name', new ->> 'table', change));
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.plan_policy(chronos.plan_item) IS 'How a row security policy is altered.';

CREATE FUNCTION chronos.plan_mappings(identity text, old jsonb, new jsonb) RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT (chronos.plan_say(4, 56, format('ALTER TEXT SEARCH CONFIGURATION %s %s MAPPING FOR %I%s', identity,
        CASE WHEN n.m IS NULL THEN 'DROP' WHEN o.m IS NULL THEN 'ADD' ELSE 'ALTER' END, coalesce(n.m, o.m) ->> 'token',
        coalesce((SELECT ' WITH ' || string_agg(d, ', ' ORDER BY nr)
                  FROM jsonb_array_elements_text(n.m -> 'dictionaries') WITH ORDINALITY e(d, nr)), '')))).*
    FROM jsonb_array_elements(old) o(m) FULL JOIN jsonb_array_elements(new) n(m) ON o.m ->> 'token' = n.m ->> 'token'
    WHERE o.m IS DISTINCT FROM n.m;
END
$$;
COMMENT ON FUNCTION chronos.plan_mappings(text, jsonb, jsonb) IS
    'From the mappings of a text search configuration to others.';

CREATE FUNCTION chronos.plan_foreign(item chronos.plan_item) RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    old jsonb := item.mid;
    new jsonb := item.new;
    change text := concat(
        CASE WHEN old -> 'version' IS DISTINCT FROM new -> 'version' THEN format(' VERSION %L', new ->> 'version') END,
        CASE WHEN old -> 'handler' IS DISTINCT FROM new -> 'handler' THEN coalesce(' HANDLER ' || (new ->> 'handler'), ' NO HANDLER') END,
        CASE WHEN old -> 'validator' IS DISTINCT FROM new -> 'validator' THEN
            coalesce(' VALIDATOR ' || (new ->> 'validator'), ' NO VALIDATOR') END,
        CASE WHEN old -> 'fdw_options' IS DISTINCT FROM new -> 'fdw_options' THEN
            chronos.plan_fdw_options(old -> 'fdw_options', new -> 'fdw_options') END);
BEGIN
    IF change <> '' THEN
        RETURN NEXT chronos.plan_say(4, CASE item.kind WHEN 'server' THEN 58 ELSE 57 END,
            format('ALTER %s %s%s', chronos.plan_clause(item.kind, new), item.identity, change));
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.plan_foreign(chronos.plan_item) IS 'How a server or foreign-data wrapper is altered.';

CREATE FUNCTION chronos.plan_publication_table(entry jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (entry ->> 'table')
        || coalesce(' (' || (SELECT string_agg(quote_ident(c), ', ' ORDER BY nr)
                             FROM jsonb_array_elements_text(entry -> 'columns') WITH ORDINALITY e(c, nr)) || ')', '')
        || coalesce(' WHERE ' || (entry ->> 'where'), '');
END
$$;
COMMENT ON FUNCTION chronos.plan_publication_table(jsonb) IS 'A table as a publication lists it.';

CREATE FUNCTION chronos.plan_publication(item chronos.plan_item, lost_tables text[], lost_columns jsonb)
RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    old jsonb := item.mid;
    new jsonb := item.new;
    parameters text[] := '{publish,via_root,generated_columns}';
    target text := 'ALTER PUBLICATION ' || item.identity;
BEGIN
    IF EXISTS (SELECT FROM unnest(parameters) p WHERE old -> p IS DISTINCT FROM new -> p) THEN
        RETURN NEXT chronos.plan_say(4, 95, format('%s SET (publish = %L, publish_via_partition_root = %s%s)', target, new ->> 'publish',
            coalesce(new ->> 'via_root', 'false'), CASE WHEN old -> 'generated_columns' IS DISTINCT FROM new -> 'generated_columns'
                THEN ', publish_generated_columns = ' || coalesce(new ->> 'generated_columns', 'none') ELSE '' END));
    END IF;
    -- A table that is dropped leaves by itself; one whose columns change has to be let in again.
    RETURN QUERY
    SELECT (chronos.plan_say(1, 95, format('ALTER PUBLICATION %s DROP TABLE ONLY %s', item.old_identity, o.t ->> 'table'))).*
    FROM jsonb_array_elements(item.old -> 'tables') WITH ORDINALITY o(t, nr)
    WHERE NOT o.t ->> 'table' = ANY (lost_tables)
      AND (NOT EXISTS (SELECT FROM jsonb_array_elements(new -> 'tables') n(t) WHERE n.t = old #> ARRAY['tables', (o.nr - 1)::text])
           OR chronos.plan_words(o.t::text) && ARRAY(SELECT jsonb_array_elements_text(lost_columns -> (o.t ->> 'table'))));
    RETURN QUERY
    SELECT (chronos.plan_say(4, 95, format('%s ADD TABLE ONLY %s', target, chronos.plan_publication_table(n.t)))).*
    FROM jsonb_array_elements(new -> 'tables') n(t)
    WHERE NOT EXISTS (
        SELECT FROM jsonb_array_elements(old -> 'tables') WITH ORDINALITY o(t, nr)
        WHERE o.t = n.t AND NOT item.old #>> ARRAY['tables', (o.nr - 1)::text, 'table'] = ANY (lost_tables)
          AND NOT chronos.plan_words((item.old #> ARRAY['tables', (o.nr - 1)::text])::text)
              && ARRAY(SELECT jsonb_array_elements_text(lost_columns -> (item.old #>> ARRAY['tables', (o.nr - 1)::text, 'table']))));
    RETURN QUERY
    SELECT (chronos.plan_say(1, 95, format('ALTER PUBLICATION %s DROP TABLES IN SCHEMA %I', item.old_identity, s))).*
    FROM jsonb_array_elements_text(item.old -> 'schemas') WITH ORDINALITY o(s, nr)
    WHERE NOT coalesce(new -> 'schemas' ? (old #>> ARRAY['schemas', (o.nr - 1)::text]), false);
    RETURN QUERY
    SELECT (chronos.plan_say(4, 95, format('%s ADD TABLES IN SCHEMA %I', target, s))).*
    FROM jsonb_array_elements_text(new -> 'schemas') s WHERE NOT coalesce(old -> 'schemas' ? s, false);
END
$$;
COMMENT ON FUNCTION chronos.plan_publication(chronos.plan_item, text[], jsonb) IS 'How a publication is altered.';

CREATE FUNCTION chronos.plan_granted(item chronos.plan_item) RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    prefix text := 'ALTER DEFAULT PRIVILEGES FOR ROLE ' || quote_ident(item.new ->> 'role')
                   || coalesce(' IN SCHEMA ' || quote_ident(item.new ->> 'schema'), '') || ' ';
BEGIN
    IF item.kind = 'default privileges' THEN
        RETURN QUERY SELECT (chronos.plan_say(4, 95, prefix || s)).*
        FROM chronos.plan_acl(item.new ->> 'objects', item.mid -> 'acl', item.new -> 'acl') s;
        RETURN;
    END IF;
    RETURN QUERY SELECT (chronos.plan_say(4, 90, s)).* FROM chronos.plan_acl(item.new ->> 'object', item.mid -> 'acl', item.new -> 'acl') s;
    RETURN QUERY
    SELECT (chronos.plan_say(4, 91, s)).*
    FROM jsonb_array_elements(item.mid -> 'columns') o(c)
    FULL JOIN jsonb_array_elements(item.new -> 'columns') n(c) ON o.c ->> 'name' = n.c ->> 'name'
    CROSS JOIN LATERAL chronos.plan_acl(item.new ->> 'object', o.c -> 'acl', n.c -> 'acl',
                                        format(' (%I)', coalesce(n.c, o.c) ->> 'name')) s;
END
$$;
COMMENT ON FUNCTION chronos.plan_granted(chronos.plan_item) IS
    'How default privileges and privileges on objects of the system are altered.';

CREATE FUNCTION chronos.plan_extension(item chronos.plan_item) RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    known text := (SELECT x.name FROM pg_available_extensions x WHERE quote_ident(x.name) = item.identity);
BEGIN
    IF item.mid -> 'version' <> item.new -> 'version' AND known IS NOT NULL AND NOT EXISTS (
           SELECT FROM pg_extension_update_paths(known) p
           WHERE p.source = item.mid ->> 'version' AND p.target = item.new ->> 'version' AND p.path IS NOT NULL) THEN
        RETURN NEXT chronos.plan_say(4, 20, format('-- extension %s should be of version %s', item.identity, item.new ->> 'version'),
                                     '{unreachable}', 'it has no script from ' || (item.mid ->> 'version') || ' to there');
    ELSIF item.mid -> 'version' <> item.new -> 'version' THEN
        RETURN NEXT chronos.plan_say(4, 20, format('ALTER EXTENSION %s UPDATE TO %L', item.identity, item.new ->> 'version'), '{}',
                                     'needs the extension''s own script between these versions');
    END IF;
    IF item.mid -> 'schema' <> item.new -> 'schema' THEN
        RETURN NEXT chronos.plan_say(4, 20, format('ALTER EXTENSION %s SET SCHEMA %I', item.identity, item.new ->> 'schema'));
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.plan_extension(chronos.plan_item) IS 'How an extension is altered.';

CREATE FUNCTION chronos.plan_alter(item chronos.plan_item, lost_names text[], lost_tables text[], lost_columns jsonb)
RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CASE
        WHEN item.kind IN ('table', 'foreign table') THEN
            RETURN QUERY SELECT * FROM chronos.plan_table(item, lost_names, lost_tables);
            RETURN;
        WHEN item.kind = 'type' THEN
            RETURN QUERY SELECT * FROM chronos.plan_type(item, lost_names);
        WHEN item.kind IN ('view', 'materialized view') THEN
            RETURN QUERY SELECT * FROM chronos.plan_view(item);
        WHEN item.kind IN ('function', 'procedure') THEN
            IF item.mid -> 'definition' <> item.new -> 'definition' THEN
                RETURN NEXT chronos.plan_say(4, 40, item.new ->> 'definition');
                -- One that is replaced depends on no extension any more.
                item.mid := item.mid - 'needs_extensions';
            END IF;
        WHEN item.kind = 'sequence' THEN
            RETURN QUERY SELECT * FROM chronos.plan_sequence(item, lost_tables);
        WHEN item.kind = 'index' THEN
            RETURN QUERY SELECT * FROM chronos.plan_index(item.identity, item.mid, item.new);
        WHEN item.kind = 'constraint' THEN
            RETURN QUERY SELECT * FROM chronos.plan_constraint(item.mid, item.new);
            RETURN;
        WHEN item.kind IN ('trigger', 'rule') THEN
            RETURN QUERY SELECT * FROM chronos.plan_switch(item);
        WHEN item.kind = 'policy' THEN
            RETURN QUERY SELECT * FROM chronos.plan_policy(item);
        WHEN item.kind = 'text search configuration' THEN
            RETURN QUERY SELECT * FROM chronos.plan_mappings(item.identity, item.mid -> 'mappings', item.new -> 'mappings');
        WHEN item.kind IN ('server', 'foreign-data wrapper') THEN
            RETURN QUERY SELECT * FROM chronos.plan_foreign(item);
        WHEN item.kind = 'publication' THEN
            RETURN QUERY SELECT * FROM chronos.plan_publication(item, lost_tables, lost_columns);
        WHEN item.kind IN ('privileges', 'default privileges') THEN
            RETURN QUERY SELECT * FROM chronos.plan_granted(item);
            RETURN;
        WHEN item.kind = 'extension' THEN
            RETURN QUERY SELECT * FROM chronos.plan_extension(item);
        WHEN item.kind = 'database' THEN
            RETURN QUERY SELECT * FROM chronos.plan_database(item.mid, item.new);
            RETURN;
        WHEN item.kind = 'subscription' THEN
            RETURN QUERY SELECT * FROM chronos.plan_subscription(item);
        WHEN item.kind = 'event trigger' AND item.mid -> 'enabled' IS DISTINCT FROM item.new -> 'enabled' THEN
            RETURN NEXT chronos.plan_say(4, 97, format('ALTER EVENT TRIGGER %s %s', item.identity,
                                                       upper(coalesce(item.new ->> 'enabled', 'enable'))));
        WHEN item.kind = 'statistics' AND item.mid -> 'statistics' IS DISTINCT FROM item.new -> 'statistics' THEN
            RETURN NEXT chronos.plan_say(4, 74, format('ALTER STATISTICS %s SET STATISTICS %s', item.identity,
                                                       coalesce(item.new ->> 'statistics', '-1')));
        ELSE
            NULL;
    END CASE;
    RETURN QUERY SELECT * FROM chronos.plan_common(item.kind, item.identity, item.mid, item.new);
END
$$;
COMMENT ON FUNCTION chronos.plan_alter(chronos.plan_item, text[], text[], jsonb) IS
    'The statements that alter one object that stays, apart from its renames.';
