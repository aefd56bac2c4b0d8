-- Statements of what belongs to the database as a whole, and of what had to leave a secret behind.

CREATE FUNCTION chronos.secrets_comment(secrets jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN coalesce((
        SELECT format(E'-- May be secret and is not kept, so it is empty here: %s\n',
                      string_agg(regexp_replace(s.name, '\s', ' ', 'g'), ', ' ORDER BY s.nr))
        FROM jsonb_array_elements_text(secrets) WITH ORDINALITY s(name, nr)
        HAVING count(*) > 0), '');
END
$$;
COMMENT ON FUNCTION chronos.secrets_comment(jsonb) IS 'A line for the script that says which values are missing.';

CREATE FUNCTION chronos.do_sql(body text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN CASE WHEN strpos(body, '$do$') > 0 THEN 'DO ' || quote_literal(body)
                ELSE 'DO $do$' || body || '$do$' END;
END
$$;
COMMENT ON FUNCTION chronos.do_sql(text) IS 'A DO statement.';

CREATE FUNCTION chronos.user_mapping_statements(definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY SELECT 59, chronos.secrets_comment(definition -> 'secrets')
        || format('CREATE USER MAPPING FOR %s SERVER %I',
                  coalesce(quote_ident(definition ->> 'user'), 'PUBLIC'), definition ->> 'server')
        || coalesce(chronos.fdw_options_sql(definition -> 'fdw_options'), '');
END
$$;
COMMENT ON FUNCTION chronos.user_mapping_statements(jsonb) IS 'The statement of a user mapping.';

CREATE FUNCTION chronos.subscription_statements(identity text, definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    connection text := definition ->> 'connection';
    option text;
    options text := '';
BEGIN
    FOREACH option IN ARRAY ARRAY['synchronous_commit', 'binary', 'streaming', 'two_phase', 'disable_on_error',
                                  'password_required', 'run_as_owner', 'origin', 'failover'] LOOP
        options := options || coalesce(', ' || option || ' = ' || (definition ->> option), '');
    END LOOP;
    RETURN QUERY SELECT 96,
        CASE WHEN connection ~* '(password|secret|scram_\w*)=(''''|&|$)|://[^:/@]*:@'
             THEN chronos.secrets_comment('["password of the connection"]') ELSE '' END
        || format('CREATE SUBSCRIPTION %s CONNECTION %L PUBLICATION %s', identity, connection,
                  (SELECT string_agg(quote_ident(p.name), ', ' ORDER BY p.nr)
                   FROM jsonb_array_elements_text(definition -> 'publications') WITH ORDINALITY p(name, nr)))
        -- Two databases must not empty one slot, so it is there and asleep.
        || format(' WITH (connect = false, slot_name = %s%s)',
                  coalesce(quote_literal(definition ->> 'slot_name'), 'NONE'), options);
    RETURN QUERY SELECT 96, c.statement
    FROM chronos.common_statements('SUBSCRIPTION', identity, definition, 96) c;
END
$$;
COMMENT ON FUNCTION chronos.subscription_statements(text, jsonb) IS
    'The statements of a subscription, which is neither connected nor enabled.';

CREATE FUNCTION chronos.large_object_statements(identity text, definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY SELECT 59, format('SELECT pg_catalog.lo_create(%s)', identity);
    RETURN QUERY SELECT * FROM chronos.common_statements('LARGE OBJECT', identity, definition, 59);
    IF NOT definition ?| '{acl,comment}' THEN
        -- Privileges were granted once, and all that were are gone.
        RETURN QUERY SELECT 90, format('GRANT ALL ON LARGE OBJECT %s TO %I', identity, definition ->> 'owner');
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.large_object_statements(text, jsonb) IS 'The statements of a large object, which is empty.';

CREATE FUNCTION chronos.here_sql(before text, after text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN chronos.do_sql(format(' BEGIN EXECUTE pg_catalog.format(%L, pg_catalog.current_database()); END ',
                                 replace(before, '%', '%%') || '%I' || replace(after, '%', '%%')));
END
$$;
COMMENT ON FUNCTION chronos.here_sql(text, text) IS
    'A statement that names the database it is run in, between the two parts.';

CREATE FUNCTION chronos.setting_sql(setting text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    name text := split_part(setting, '=', 1);
    value text := substr(setting, strpos(setting, '=') + 1);
BEGIN
    -- Lists of names are kept with each name quoted for itself.
    IF lower(name) IN ('local_preload_libraries', 'search_path', 'session_preload_libraries',
                       'shared_preload_libraries', 'temp_tablespaces', 'unix_socket_directories') THEN
        SELECT coalesce(string_agg(quote_literal(CASE WHEN m.item[1] LIKE '"%'
                    THEN replace(substr(m.item[1], 2, length(m.item[1]) - 2), '""', '"') ELSE m.item[1] END),
                    ', ' ORDER BY m.nr), '''''')
        INTO value
        FROM regexp_matches(value, '("(?:[^"]|"")*"|[^\s,"]+)', 'g') WITH ORDINALITY m(item, nr);
    ELSE
        value := quote_literal(value);
    END IF;
    RETURN format('SET %I TO %s', name, value);
END
$$;
COMMENT ON FUNCTION chronos.setting_sql(text) IS 'A setting, kept as name=value, as SET of an ALTER statement.';

CREATE FUNCTION chronos.database_statements(definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    item jsonb;
BEGIN
    RETURN QUERY
    SELECT 98, chronos.here_sql('ALTER DATABASE ', ' ' || a.text)
    FROM (VALUES ('OWNER TO ' || quote_ident(definition ->> 'owner')),
                 ('CONNECTION LIMIT ' || (definition ->> 'connection_limit')),
                 (CASE WHEN definition ? 'template' THEN 'IS_TEMPLATE true' END)) a(text)
    WHERE a.text IS NOT NULL;
    RETURN QUERY
    SELECT 98, CASE s.nr WHEN 1 THEN chronos.secrets_comment(definition -> 'secrets') ELSE '' END
        || chronos.here_sql('ALTER DATABASE ', ' ' || chronos.setting_sql(s.setting))
    FROM jsonb_array_elements_text(definition -> 'settings') WITH ORDINALITY s(setting, nr);
    FOR item IN SELECT * FROM jsonb_array_elements(definition -> 'role_settings') LOOP
        RETURN QUERY
        SELECT 98, CASE s.nr WHEN 1 THEN chronos.secrets_comment(item -> 'secrets') ELSE '' END
            || chronos.here_sql(format('ALTER ROLE %I IN DATABASE ', item ->> 'role'),
                                ' ' || chronos.setting_sql(s.setting))
        FROM jsonb_array_elements_text(item -> 'settings') WITH ORDINALITY s(setting, nr);
    END LOOP;
    -- The name comes where the marker stands.
    RETURN QUERY
    SELECT 98, CASE WHEN strpos(a.statement, E'\x01') = 0 THEN a.statement
                    ELSE chronos.here_sql(split_part(a.statement, E'\x01', 1), split_part(a.statement, E'\x01', 2)) END
    FROM chronos.acl_statements(E'DATABASE \x01', definition -> 'acl') a;
    IF definition ? 'comment' THEN
        RETURN QUERY SELECT 98, chronos.here_sql('COMMENT ON DATABASE ',
                                                 ' IS ' || quote_literal(definition ->> 'comment'));
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.database_statements(jsonb) IS
    'The statements of what is said of the database itself, whatever it is called where they run.';

CREATE FUNCTION chronos.label_sql(object text, name text, labels jsonb) RETURNS SETOF text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    item record;
    command text;
BEGIN
    FOR item IN SELECT * FROM jsonb_each_text(labels) l(provider, label) ORDER BY l.provider COLLATE "C" LOOP
        command := CASE WHEN object = 'DATABASE' THEN
            format('EXECUTE pg_catalog.format(%L, pg_catalog.current_database())', replace(
                format('SECURITY LABEL FOR %I ON DATABASE ', item.provider), '%', '%%') || '%I'
                || replace(' IS ' || quote_literal(item.label), '%', '%%'))
            ELSE format('SECURITY LABEL FOR %I ON %s %s IS %L', item.provider, object, name, item.label) END;
        -- Where the provider is not loaded the label is left out, and the rest stands.
        RETURN NEXT chronos.do_sql(format(
            E'\nBEGIN\n    %s;\nEXCEPTION WHEN invalid_parameter_value THEN\n'
            '    RAISE WARNING ''%%'', SQLERRM;\nEND\n', command));
    END LOOP;
END
$$;
COMMENT ON FUNCTION chronos.label_sql(text, text, jsonb) IS
    'The statements that give an object its security labels, as far as their providers are loaded.';

CREATE FUNCTION chronos.security_label_statements(definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY SELECT 99, s FROM chronos.label_sql(definition ->> 'object', definition ->> 'name',
                                                     definition -> 'labels') s;
    RETURN QUERY
    SELECT 99, s FROM jsonb_array_elements(definition -> 'columns') c
    CROSS JOIN LATERAL chronos.label_sql('COLUMN', format('%s.%I', definition ->> 'name', c ->> 'name'),
                                         c -> 'labels') s;
END
$$;
COMMENT ON FUNCTION chronos.security_label_statements(jsonb) IS
    'The statements of the security labels of an object and its columns.';
