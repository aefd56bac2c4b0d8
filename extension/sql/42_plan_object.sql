-- How objects that are no tables are altered.

CREATE FUNCTION chronos.plan_domain(identity text, old jsonb, new jsonb, lost text[]) RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    k record;
BEGIN
    FOR k IN SELECT coalesce(n.c, o.c) ->> 'name' AS name, o.c AS before, n.c AS after
             FROM jsonb_array_elements(old -> 'constraints') o(c)
             FULL JOIN jsonb_array_elements(new -> 'constraints') n(c)
               ON o.c ->> 'name' = n.c ->> 'name'
                  AND regexp_replace(o.c ->> 'definition', ' NOT VALID$', '') = regexp_replace(n.c ->> 'definition', ' NOT VALID$', '')
                  AND NOT (o.c ->> 'definition' !~ ' NOT VALID$' AND n.c ->> 'definition' ~ ' NOT VALID$')
                  -- What calls a function that goes has to go before.
                  AND NOT chronos.plan_names(o.c ->> 'definition') && lost LOOP
        IF k.after IS NULL THEN
            RETURN NEXT chronos.plan_say(1, 60, format('ALTER DOMAIN %s DROP CONSTRAINT %I', identity, k.name));
        ELSIF k.before IS NULL THEN
            RETURN NEXT chronos.plan_say(4, 45, format('ALTER DOMAIN %s ADD CONSTRAINT %I %s', identity, k.name,
                                                       k.after ->> 'definition'), '{scan}');
        ELSIF k.before -> 'definition' <> k.after -> 'definition' THEN
            RETURN NEXT chronos.plan_say(4, 45, format('ALTER DOMAIN %s VALIDATE CONSTRAINT %I', identity, k.name), '{scan}');
        END IF;
        IF k.after IS NOT NULL AND k.before -> 'comment' IS DISTINCT FROM k.after -> 'comment' THEN
            RETURN NEXT chronos.plan_say(4, 92, format('COMMENT ON CONSTRAINT %I ON DOMAIN %s IS %s', k.name, identity,
                                                       quote_nullable(k.after ->> 'comment')));
        END IF;
    END LOOP;
    IF chronos.plan_names(old ->> 'default') && lost THEN
        RETURN NEXT chronos.plan_say(1, 60, format('ALTER DOMAIN %s DROP DEFAULT', identity));
        old := old - 'default';
    END IF;
    IF old -> 'default' IS DISTINCT FROM new -> 'default' THEN
        RETURN NEXT chronos.plan_say(4, 45, format('ALTER DOMAIN %s %s', identity,
                                                   coalesce('SET DEFAULT ' || (new ->> 'default'), 'DROP DEFAULT')));
    END IF;
    IF old -> 'not_null' IS DISTINCT FROM new -> 'not_null'
       AND NOT coalesce(jsonb_path_exists(coalesce(new, '{}') || coalesce(old, '{}'), '$.constraints[*] ? (@.type == "n")'), false) THEN
        RETURN NEXT chronos.plan_say(4, 45, format('ALTER DOMAIN %s %s NOT NULL', identity,
            CASE WHEN new ? 'not_null' THEN 'SET' ELSE 'DROP' END), CASE WHEN new ? 'not_null' THEN '{scan}'::text[] ELSE '{}' END);
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.plan_domain(text, jsonb, jsonb, text[]) IS 'From the default and constraints of a domain to others.';

CREATE FUNCTION chronos.plan_type(item chronos.plan_item, lost text[]) RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c record;
    target text := 'ALTER TYPE ' || item.identity;
BEGIN
    IF item.new ? 'labels' THEN
        RETURN QUERY SELECT * FROM chronos.plan_enum(item.identity, item.mid, item.new, item.same);
    ELSIF item.new ? 'domain' THEN
        RETURN QUERY SELECT (chronos.plan_say(s.stage, s.phase, CASE s.stage WHEN 1 THEN
                replace(s.statement, 'ALTER DOMAIN ' || item.identity, 'ALTER DOMAIN ' || item.old_identity) ELSE s.statement END,
                s.hazards)).*
        FROM chronos.plan_domain(item.identity, item.mid -> 'domain', item.new -> 'domain', lost) s;
    END IF;
    FOR c IN SELECT * FROM chronos.plan_columns(item, lost) p WHERE item.new ? 'attributes' ORDER BY p.nr LOOP
        IF c.way = 'drop' THEN
            RETURN NEXT chronos.plan_say(1, 30, format('ALTER TYPE %s DROP ATTRIBUTE %I CASCADE', item.old_identity, c.old_name),
                                         '{data_loss}');
        ELSIF c.way IN ('add', 'retype') THEN
            RETURN NEXT chronos.plan_say(4, 30, format('%s %s ATTRIBUTE %I %s%s%s CASCADE', target,
                CASE c.way WHEN 'add' THEN 'ADD' ELSE 'ALTER' END, c.name, CASE c.way WHEN 'retype' THEN 'TYPE ' ELSE '' END,
                c.new ->> 'type', coalesce(' COLLATE ' || (c.new ->> 'collation'), '')));
        END IF;
        IF c.way <> 'drop' AND c.old -> 'comment' IS DISTINCT FROM c.new -> 'comment' THEN
            RETURN NEXT chronos.plan_say(4, 92, format('COMMENT ON COLUMN %s.%I IS %s', item.identity, c.name,
                                                       quote_nullable(c.new ->> 'comment')));
        END IF;
    END LOOP;
    IF item.new ? 'attributes' THEN
        RETURN QUERY SELECT * FROM chronos.plan_order_note(item, lost);
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.plan_type(chronos.plan_item, text[]) IS 'How a type is altered.';

CREATE FUNCTION chronos.plan_view(item chronos.plan_item) RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    target text := format('ALTER %s %s', upper(item.kind), item.identity);
    c record;
BEGIN
    IF item.kind = 'view' AND item.mid -> 'query' <> item.new -> 'query' THEN
        RETURN QUERY SELECT (chronos.plan_say(4, 68, 'CREATE OR REPLACE' || substr(s.statement, 7))).*
        FROM chronos.view_statements(item.kind, item.identity, item.new) s WHERE s.statement ~ '^CREATE ' LIMIT 1;
    ELSE
        RETURN QUERY SELECT (chronos.plan_say(4, 68, s)).* FROM (
            SELECT chronos.plan_options(item.mid -> 'options', item.new -> 'options', target) AS s
            UNION ALL
            SELECT chronos.plan_options(item.mid -> 'toast_options', item.new -> 'toast_options', target, 'toast.')) o;
    END IF;
    IF item.mid -> 'access_method' IS DISTINCT FROM item.new -> 'access_method' THEN
        RETURN NEXT chronos.plan_say(4, 68, format('%s SET ACCESS METHOD %I', target, coalesce(item.new ->> 'access_method', 'heap')),
                                     '{rewrite}');
    END IF;
    IF item.mid -> 'tablespace' IS DISTINCT FROM item.new -> 'tablespace' THEN
        RETURN NEXT chronos.plan_say(4, 68, format('%s SET TABLESPACE %I', target, coalesce(item.new ->> 'tablespace', 'pg_default')),
                                     '{rewrite}');
    END IF;
    FOR c IN SELECT * FROM chronos.plan_columns(item, '{}') p WHERE p.nr IS NOT NULL ORDER BY p.nr LOOP
        IF c.way = 'add' THEN
            RETURN QUERY SELECT (chronos.plan_say(4, s.phase, s.statement)).*
            FROM chronos.column_statements(upper(item.kind), item.identity, jsonb_build_array(c.new)) s;
        ELSE
            RETURN QUERY SELECT * FROM chronos.plan_column_changed(upper(item.kind), item.identity,
                CASE WHEN c.old -> 'default' = c.new -> 'default' THEN c.old - 'default' ELSE c.old END,
                CASE WHEN c.old -> 'default' = c.new -> 'default' THEN c.new - 'default' ELSE c.new END, false);
        END IF;
    END LOOP;
    RETURN QUERY SELECT * FROM chronos.plan_column_acl(item, '{}');
END
$$;
COMMENT ON FUNCTION chronos.plan_view(chronos.plan_item) IS 'How a view or materialized view is altered.';

CREATE FUNCTION chronos.plan_sequence(item chronos.plan_item, lost_tables text[]) RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    old jsonb := item.mid;
    new jsonb := item.new;
    target text := 'ALTER SEQUENCE ' || item.identity;
    moves boolean := old -> 'column' IS DISTINCT FROM new -> 'column' OR item.old #>> '{column,table}' = ANY (lost_tables);
    generator boolean := coalesce(new -> 'column' ? 'identity', false);
    -- A generator goes along when its table becomes logged or unlogged.
    follows boolean := generator AND ((old ? 'persistence') <> (old -> 'column' ? 'persistence'))
                                  <> ((new ? 'persistence') <> (new -> 'column' ? 'persistence'));
BEGIN
    IF moves AND item.old ? 'column' AND NOT item.old -> 'column' ? 'identity' THEN
        RETURN NEXT chronos.plan_say(1, 67, format('ALTER SEQUENCE %s OWNED BY NONE', item.old_identity));
    END IF;
    IF (CASE WHEN follows THEN new -> 'column' ? 'persistence' ELSE old -> 'persistence' IS DISTINCT FROM new -> 'persistence' END) THEN
        RETURN NEXT chronos.plan_say(4, CASE WHEN generator THEN 65 ELSE 60 END, target || CASE WHEN new ? 'persistence' THEN ' SET UNLOGGED' ELSE ' SET LOGGED' END);
    END IF;
    IF old - '{owner,acl,comment,depends_on,column,persistence}'::text[] <> new - '{owner,acl,comment,depends_on,column,persistence}'::text[]
       OR (generator AND old #> '{column,type}' IS DISTINCT FROM new #> '{column,type}') THEN
        -- What its column's new type brings along has to be possible.
        RETURN NEXT chronos.plan_say(4, CASE WHEN generator AND NOT new -> 'column' ? 'type' THEN 61 ELSE 65 END, format('%s AS %s START WITH %s INCREMENT BY %s MINVALUE %s MAXVALUE %s CACHE %s %sCYCLE', target,
            new ->> 'type', new ->> 'start', new ->> 'increment', new ->> 'minimum', new ->> 'maximum', new ->> 'cache',
            CASE WHEN new ? 'cycle' THEN '' ELSE 'NO ' END));
    END IF;
    IF moves AND new ? 'column' AND NOT new -> 'column' ? 'identity' THEN
        RETURN NEXT chronos.plan_say(4, 67, format('%s OWNED BY %s.%I', target, new #>> '{column,table}', new #>> '{column,name}'));
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.plan_sequence(chronos.plan_item, text[]) IS 'How a sequence is altered.';

CREATE FUNCTION chronos.plan_invalid_note(identity text) RETURNS chronos.plan_statement
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN chronos.plan_say(4, 80, format('-- index %s should be invalid', identity), '{unreachable}',
                            'no statement makes an invalid index: it is what a failed concurrent build leaves behind');
END
$$;
COMMENT ON FUNCTION chronos.plan_invalid_note(text) IS 'Says of an index that it cannot be as it should.';

CREATE FUNCTION chronos.plan_index(identity text, old jsonb, new jsonb) RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    before jsonb := coalesce(old -> 'index', '{}');
    after jsonb := coalesce(new -> 'index', '{}');
    table_name text := new ->> 'table';
    name text := new ->> 'name';
    was text := (chronos.plan_index_options(old ->> 'definition'))[2];
    is_ text := (chronos.plan_index_options(new ->> 'definition'))[2];
BEGIN
    IF old ? 'index_options' OR new ? 'index_options' THEN
        RETURN QUERY SELECT (chronos.plan_say(4, 81, s)).*
        FROM chronos.plan_options(old -> 'index_options', new -> 'index_options', 'ALTER INDEX ' || identity) s;
    ELSIF was IS DISTINCT FROM is_ AND NOT new ? 'index_name' THEN
        RETURN QUERY SELECT (chronos.plan_say(4, 81, s)).* FROM chronos.plan_options(
            to_jsonb(regexp_split_to_array(replace(was, '''', ''), ', ')), to_jsonb(regexp_split_to_array(replace(is_, '''', ''), ', ')),
            'ALTER INDEX ' || identity) s;
    END IF;
    IF old ? 'invalid' AND NOT new ? 'invalid' THEN
        RETURN NEXT chronos.plan_say(4, 81, 'REINDEX INDEX ' || identity, '{scan,long_lock}');
    ELSIF new ? 'invalid' AND NOT old ? 'invalid' THEN
        RETURN NEXT chronos.plan_invalid_note(identity);
    END IF;
    IF before ? 'clustered' AND NOT after ? 'clustered' THEN
        RETURN NEXT chronos.plan_say(4, 85, format('ALTER TABLE %s SET WITHOUT CLUSTER', table_name));
    END IF;
    IF before ? 'replica_identity' AND NOT after ? 'replica_identity' THEN
        RETURN NEXT chronos.plan_say(4, 85, format('ALTER TABLE %s REPLICA IDENTITY DEFAULT', table_name));
    END IF;
    IF before ? 'tablespace' AND NOT after ? 'tablespace' THEN
        RETURN NEXT chronos.plan_say(4, 81, format('ALTER INDEX %s SET TABLESPACE pg_default', identity), '{rewrite}');
    END IF;
    RETURN QUERY
    SELECT (chronos.plan_say(4, 81, format('ALTER INDEX %s ALTER COLUMN %s SET STATISTICS -1', identity, s.key))).*
    FROM jsonb_each_text(before -> 'statistics') s WHERE NOT coalesce(after -> 'statistics' ? s.key, false);
    RETURN QUERY
    SELECT (chronos.plan_say(4, 92, format('ALTER INDEX %s NO DEPENDS ON EXTENSION %I', identity, x))).*
    FROM jsonb_array_elements_text(before -> 'needs_extensions') x WHERE NOT coalesce(after -> 'needs_extensions' ? x, false);
    -- What both have is not said again.
    RETURN QUERY
    SELECT (chronos.plan_say(4, CASE s.phase WHEN 82 THEN 83 ELSE s.phase END, s.statement)).*
    FROM chronos.index_facts_statements(identity, table_name, name, after) s
    WHERE NOT s.statement IN (SELECT b.statement FROM chronos.index_facts_statements(identity, table_name, name, before) b);
END
$$;
COMMENT ON FUNCTION chronos.plan_index(text, jsonb, jsonb) IS
    'How an index is altered, whether it stands alone or serves a constraint.';

CREATE FUNCTION chronos.plan_constraint(old jsonb, new jsonb) RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    target text := format('ALTER %s %s ', CASE new ->> 'table_kind' WHEN 'foreign' THEN 'FOREIGN TABLE' ELSE 'TABLE' END, new ->> 'table');
    timing text := '(( NOT)? DEFERRABLE)?( INITIALLY DEFERRED)?';
    before text := old ->> 'definition';
    after text := new ->> 'definition';
BEGIN
    IF new ->> 'type' = 'foreign key' AND coalesce(substring(before, ' DEFERRABLE( INITIALLY DEFERRED)?'), '') || (before ~ ' DEFERRABLE')
       <> coalesce(substring(after, ' DEFERRABLE( INITIALLY DEFERRED)?'), '') || (after ~ ' DEFERRABLE') THEN
        RETURN NEXT chronos.plan_say(4, 84, format('%sALTER CONSTRAINT %I%s%s', target, new ->> 'name',
            CASE WHEN after ~ ' DEFERRABLE' THEN ' DEFERRABLE' ELSE ' NOT DEFERRABLE' END,
            CASE WHEN after ~ ' INITIALLY DEFERRED' THEN ' INITIALLY DEFERRED' ELSE '' END));
    END IF;
    -- What a child inherits becomes valid with its parent's, unless it is so before.
    IF before ~ ' NOT VALID$' AND after !~ ' NOT VALID$' AND (NOT new ? 'inherited' OR new ? 'validated') THEN
        RETURN NEXT chronos.plan_say(4, 84, format('%sVALIDATE CONSTRAINT %I', target, new ->> 'name'), '{scan}');
    END IF;
    IF new ? 'index_name' THEN
        RETURN QUERY SELECT * FROM chronos.plan_index(new ->> 'index_name', old, new);
    END IF;
    IF old -> 'comment' IS DISTINCT FROM new -> 'comment' THEN
        RETURN NEXT chronos.plan_say(4, 92, format('COMMENT ON CONSTRAINT %I ON %s IS %s', new ->> 'name', new ->> 'table',
                                                   quote_nullable(new ->> 'comment')));
    END IF;
    IF old -> 'index_comment' IS DISTINCT FROM new -> 'index_comment' THEN
        RETURN NEXT chronos.plan_say(4, 92, format('COMMENT ON INDEX %s IS %s', new ->> 'index_name',
                                                   quote_nullable(new ->> 'index_comment')));
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.plan_constraint(jsonb, jsonb) IS 'How a constraint is altered.';

CREATE FUNCTION chronos.plan_switch(item chronos.plan_item) RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    old jsonb := item.mid;
    new jsonb := item.new;
    replaced boolean := old -> 'definition' IS DISTINCT FROM new -> 'definition';
    clause text := CASE WHEN new ? 'foreign' THEN 'FOREIGN TABLE' ELSE 'TABLE' END;
BEGIN
    IF replaced THEN
        RETURN NEXT chronos.plan_say(4, 86, regexp_replace(new ->> 'definition', '^CREATE (OR REPLACE )?', 'CREATE OR REPLACE '));
    END IF;
    IF old -> 'enabled' IS DISTINCT FROM new -> 'enabled' OR (replaced AND new ? 'enabled') THEN
        RETURN NEXT chronos.plan_say(4, CASE WHEN new ? 'copy' THEN 88 ELSE 87 END, format('ALTER %s %s %s %s %I', clause,
            new ->> 'table', upper(coalesce(new ->> 'enabled', 'enable')), upper(item.kind), new ->> 'name'));
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.plan_switch(chronos.plan_item) IS 'How a trigger or rule is replaced and switched.';
