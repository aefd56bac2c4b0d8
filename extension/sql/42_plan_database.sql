-- What belongs to the database as a whole, in a plan.

CREATE FUNCTION chronos.plan_settings(prefix text, old jsonb, new jsonb) RETURNS SETOF text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    stays text[] := ARRAY(SELECT split_part(o, '=', 1) FROM jsonb_array_elements_text(old) WITH ORDINALITY x(o, nr)
                          WHERE EXISTS (SELECT FROM jsonb_array_elements_text(new) n WHERE split_part(n, '=', 1) = split_part(o, '=', 1)) ORDER BY nr);
    wanted text[] := ARRAY(SELECT split_part(n, '=', 1) FROM jsonb_array_elements_text(new) WITH ORDINALITY x(n, nr) ORDER BY nr);
BEGIN
    -- Their order is part of the facts, and a new one comes last.
    IF wanted[1:cardinality(stays)] <> stays THEN
        stays := '{}';
    END IF;
    RETURN QUERY SELECT chronos.here_sql(prefix, format(' RESET %I', split_part(o, '=', 1)))
    FROM jsonb_array_elements_text(old) WITH ORDINALITY x(o, nr) WHERE split_part(o, '=', 1) <> ALL (stays) ORDER BY nr;
    RETURN QUERY SELECT chronos.here_sql(prefix, ' ' || chronos.setting_sql(n))
    FROM jsonb_array_elements_text(new) WITH ORDINALITY x(n, nr)
    WHERE split_part(n, '=', 1) <> ALL (stays) OR NOT coalesce(old ? n, false) ORDER BY nr;
END
$$;
COMMENT ON FUNCTION chronos.plan_settings(text, jsonb, jsonb) IS
    'From settings of this database to others, for everybody or for a role.';

CREATE FUNCTION chronos.plan_database(old jsonb, new jsonb) RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    held jsonb := chronos.plan_acl_owner(old -> 'acl', old ->> 'owner', new ->> 'owner');
BEGIN
    RETURN QUERY
    SELECT (chronos.plan_say(4, 98, chronos.here_sql('ALTER DATABASE ', ' ' || a.text))).*
    FROM (VALUES ('owner', 'OWNER TO ' || quote_ident(new ->> 'owner')),
                 ('connection_limit', 'CONNECTION LIMIT ' || coalesce(new ->> 'connection_limit', '-1')),
                 ('template', 'IS_TEMPLATE ' || coalesce(new ->> 'template', 'false'))) a(key, text)
    WHERE old -> a.key IS DISTINCT FROM new -> a.key;
    RETURN QUERY SELECT (chronos.plan_say(4, 98, s)).*
    FROM chronos.plan_settings('ALTER DATABASE ', old -> 'settings', new -> 'settings') s;
    RETURN QUERY
    SELECT (chronos.plan_say(4, 98, s)).*
    FROM jsonb_array_elements(old -> 'role_settings') o(r)
    FULL JOIN jsonb_array_elements(new -> 'role_settings') n(r) ON o.r ->> 'role' = n.r ->> 'role'
    CROSS JOIN LATERAL chronos.plan_settings(format('ALTER ROLE %I IN DATABASE ', coalesce(n.r, o.r) ->> 'role'),
                                             o.r -> 'settings', n.r -> 'settings') s;
    -- The name comes where the marker stands.
    RETURN QUERY
    SELECT (chronos.plan_say(4, 98, CASE WHEN strpos(s, E'\x01') = 0 THEN s
        ELSE chronos.here_sql(split_part(s, E'\x01', 1), split_part(s, E'\x01', 2)) END)).*
    FROM chronos.plan_acl(E'DATABASE \x01', held, new -> 'acl') s;
    IF old -> 'comment' IS DISTINCT FROM new -> 'comment' THEN
        RETURN NEXT chronos.plan_say(4, 98, chronos.here_sql('COMMENT ON DATABASE ', ' IS ' || quote_nullable(new ->> 'comment')));
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.plan_database(jsonb, jsonb) IS 'How what is said of the database itself is altered.';

CREATE FUNCTION chronos.plan_subscription(item chronos.plan_item) RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    old jsonb := item.mid;
    new jsonb := item.new;
    target text := 'ALTER SUBSCRIPTION ' || item.identity;
    options text;
BEGIN
    IF old -> 'connection' <> new -> 'connection' THEN
        RETURN NEXT chronos.plan_say(4, 96, format('%s CONNECTION %L', target, new ->> 'connection'), '{}',
                                     'passwords are not kept: add what the connection needs');
    END IF;
    IF old -> 'publications' <> new -> 'publications' THEN
        RETURN NEXT chronos.plan_say(4, 96, format('%s SET PUBLICATION %s WITH (refresh = false)', target,
            (SELECT string_agg(quote_ident(p), ', ' ORDER BY nr)
             FROM jsonb_array_elements_text(new -> 'publications') WITH ORDINALITY x(p, nr))));
    END IF;
    SELECT string_agg(format('%s = %s', d.name, coalesce(quote_literal(new ->> d.name), d.usual)), ', ' ORDER BY d.name COLLATE "C") INTO options
    FROM (VALUES ('slot_name', 'NONE'), ('synchronous_commit', 'off'), ('binary', 'false'), ('streaming', 'off'), ('disable_on_error', 'false'),
                 ('password_required', 'true'), ('run_as_owner', 'false'), ('origin', 'any'), ('failover', 'false')) d(name, usual)
    WHERE old -> d.name IS DISTINCT FROM new -> d.name;
    IF options IS NOT NULL THEN
        RETURN NEXT chronos.plan_say(4, 96, format('%s SET (%s)', target, options));
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.plan_subscription(chronos.plan_item) IS 'How a subscription is altered.';

CREATE FUNCTION chronos.plan_away_special(kind text, identity text, definition jsonb) RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CASE kind
        WHEN 'user mapping' THEN
            RETURN NEXT chronos.plan_say(1, 59, format('DROP USER MAPPING FOR %s SERVER %I',
                coalesce(quote_ident(definition ->> 'user'), 'PUBLIC'), definition ->> 'server'),
                CASE WHEN definition ? 'secrets' THEN '{not_reversible}'::text[] ELSE '{}' END,
                CASE WHEN definition ? 'secrets' THEN 'its secrets are not kept in the history' END);
        WHEN 'subscription' THEN
            -- Its slot stays where it is: to drop it would need a connection.
            RETURN NEXT chronos.plan_say(1, 96, format('ALTER SUBSCRIPTION %s DISABLE', identity));
            RETURN NEXT chronos.plan_say(1, 96, format('ALTER SUBSCRIPTION %s SET (slot_name = NONE)', identity));
            RETURN NEXT chronos.plan_say(1, 96, 'DROP SUBSCRIPTION ' || identity, '{not_reversible}', CASE WHEN definition ? 'slot_name'
                THEN format('drop the slot %s on the publishing server if it is not used any more', definition ->> 'slot_name') END);
        WHEN 'large object' THEN
            -- Without a comment and privileges it is data and no object; privileges that were granted once never end.
            RETURN NEXT chronos.plan_say(1, 60, format('COMMENT ON LARGE OBJECT %s IS NULL', identity));
            RETURN NEXT chronos.plan_say(1, 59, format('SELECT pg_catalog.lo_unlink(oid) FROM pg_catalog.pg_largeobject_metadata '
                'WHERE oid = %s AND lomacl IS NOT NULL', identity), '{data_loss}');
        WHEN 'security label' THEN
            RETURN QUERY
            SELECT (chronos.plan_say(1, 99, s)).* FROM (
                SELECT replace(s, ' IS ''''', ' IS NULL') AS s FROM chronos.label_sql(definition ->> 'object', definition ->> 'name',
                    (SELECT jsonb_object_agg(k, '') FROM jsonb_object_keys(definition -> 'labels') k)) s
                UNION ALL
                SELECT replace(s, ' IS ''''', ' IS NULL') FROM jsonb_array_elements(definition -> 'columns') c
                CROSS JOIN LATERAL chronos.label_sql('COLUMN', format('%s.%I', definition ->> 'name', c ->> 'name'),
                    (SELECT jsonb_object_agg(k, '') FROM jsonb_object_keys(c -> 'labels') k)) s) gone;
        ELSE
            NULL;
    END CASE;
END
$$;
COMMENT ON FUNCTION chronos.plan_away_special(text, text, jsonb) IS
    'How objects go that are not dropped by DROP and a name.';
