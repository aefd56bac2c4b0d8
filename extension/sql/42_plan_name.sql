-- Names in a plan: how objects are renamed, put aside and dropped.

CREATE FUNCTION chronos.plan_part(identity text, part int) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN quote_ident((parse_ident(identity, false))[part]);
END
$$;
COMMENT ON FUNCTION chronos.plan_part(text, int) IS 'The schema (1) or the name (2) of a qualified name, quoted.';

CREATE FUNCTION chronos.plan_rebased(identity text, schemas jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    renamed record;
BEGIN
    -- By way of marks, for schemas may have changed their names among each other.
    FOR renamed IN SELECT * FROM jsonb_each_text(schemas) WITH ORDINALITY s(key, value, nr) LOOP
        identity := regexp_replace(identity, '(^|[^[:alnum:]_$"])' || regexp_replace(renamed.key, '([$.*+?()\[\]{}|^])', '\\\1', 'g') || '\.',
                                   format(E'\\1\x02%s\x02.', renamed.nr), 'g');
    END LOOP;
    FOR renamed IN SELECT * FROM jsonb_each_text(schemas) WITH ORDINALITY s(key, value, nr) LOOP
        identity := replace(identity, format(E'\x02%s\x02', renamed.nr), renamed.value);
    END LOOP;
    RETURN identity;
END
$$;
COMMENT ON FUNCTION chronos.plan_rebased(text, jsonb) IS 'A name after schemas were renamed.';

CREATE FUNCTION chronos.plan_aside(identity text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN quote_ident(left('chronos_old_' || (parse_ident(identity, false))[2], 54)
                       || '_' || left(md5(identity), 8));
END
$$;
COMMENT ON FUNCTION chronos.plan_aside(text) IS 'The name that an object has while another takes its place.';

CREATE FUNCTION chronos.plan_taken(kind text, identity text, definition jsonb) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN CASE
        WHEN kind IN ('table', 'foreign table', 'view', 'materialized view', 'sequence', 'index', 'type') THEN ARRAY['relation ' || identity]
        WHEN kind IN ('function', 'procedure', 'aggregate') THEN ARRAY['function ' || identity]
        -- The index of a constraint has its name among the relations of the schema.
        WHEN kind = 'constraint' THEN ARRAY['constraint ' || identity] || CASE WHEN definition ? 'index_name'
            THEN ARRAY[format('relation %s.%I', chronos.plan_part(definition ->> 'table', 1), definition ->> 'name')] ELSE '{}' END
        ELSE ARRAY[kind || ' ' || identity] END;
END
$$;
COMMENT ON FUNCTION chronos.plan_taken(text, text, jsonb) IS 'The names that no other object can have while this one has it.';

CREATE FUNCTION chronos.plan_holds(item chronos.plan_item, schemas jsonb) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN CASE WHEN item.kind IN ('constraint', 'trigger', 'policy', 'rule')
        THEN chronos.plan_taken(item.kind, format('%I on %s', item.old ->> 'name', item.mid ->> 'table'),
                                item.mid || jsonb_build_object('name', item.old -> 'name'))
        ELSE chronos.plan_taken(item.kind, chronos.plan_rebased(item.old_identity, schemas), item.old) END;
END
$$;
COMMENT ON FUNCTION chronos.plan_holds(chronos.plan_item, jsonb) IS 'The names that an object has when the renames begin, in schemas and tables as they are called then.';

CREATE FUNCTION chronos.plan_rename_part(item chronos.plan_item, taken text[] DEFAULT '{}') RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    old_name text := item.old ->> 'name';
    name text := item.new ->> 'name';
    target text := item.new ->> 'table';
    change text;
    aside text;
    c record;
BEGIN
    IF item.kind IN ('table', 'foreign table', 'view', 'materialized view', 'type') THEN
        FOR c IN SELECT * FROM chronos.plan_columns(item, '{}') p
                 WHERE p.old_name <> p.name AND NOT (p.old ? 'inherited' AND p.new ? 'inherited' AND item.kind <> 'type')
                   AND NOT item.old ? 'of_type' ORDER BY p.nr LOOP
            RETURN NEXT chronos.plan_say(3, 9, format('ALTER %s %s RENAME %s %I TO %s', chronos.plan_clause(item.kind, item.new),
                item.identity, CASE item.kind WHEN 'type' THEN 'ATTRIBUTE' ELSE 'COLUMN' END, c.old_name,
                CASE WHEN item.old @? format('$.*[*] ? (@.name == %s)', to_jsonb(c.name))::jsonpath
                     THEN quote_ident(left('chronos_new_' || c.name, 63)) ELSE quote_ident(c.name) END)
                || CASE item.kind WHEN 'type' THEN ' CASCADE' ELSE '' END);
            IF item.old @? format('$.*[*] ? (@.name == %s)', to_jsonb(c.name))::jsonpath THEN
                RETURN NEXT chronos.plan_say(3, 10, format('ALTER %s %s RENAME %s %I TO %I', chronos.plan_clause(item.kind, item.new),
                    item.identity, CASE item.kind WHEN 'type' THEN 'ATTRIBUTE' ELSE 'COLUMN' END,
                    left('chronos_new_' || c.name, 63), c.name) || CASE item.kind WHEN 'type' THEN ' CASCADE' ELSE '' END);
            END IF;
        END LOOP;
    ELSIF old_name <> name AND (item.kind IN ('trigger', 'policy', 'rule') AND NOT item.new ? 'copy'
                                OR item.kind = 'constraint' AND NOT (item.old ? 'inherited' AND item.new ? 'inherited')) THEN
        -- A constraint by its index, for those of typed tables cannot be renamed.
        change := CASE WHEN item.kind <> 'constraint' THEN format('ALTER %s %%I ON %s RENAME TO %%I', upper(item.kind), replace(target, '%', '%%'))
            WHEN item.new ? 'index_name' THEN format('ALTER INDEX %s.%%I RENAME TO %%I', replace(chronos.plan_part(target, 1), '%', '%%'))
            ELSE format('ALTER TABLE %s RENAME CONSTRAINT %%I TO %%I', replace(target, '%', '%%')) END;
        IF chronos.plan_taken(item.kind, item.identity, item.new) && taken THEN
            aside := left('chronos_old_' || name, 54) || '_' || left(md5(item.identity), 8);
            RETURN NEXT chronos.plan_say(3, CASE WHEN item.new ? 'index_name' THEN 6 ELSE 11 END, format(change, old_name, aside));
            RETURN NEXT chronos.plan_say(3, CASE WHEN item.new ? 'index_name' THEN 8 ELSE 13 END, format(change, aside, name));
        ELSE
            RETURN NEXT chronos.plan_say(3, CASE WHEN item.new ? 'index_name' THEN 7 ELSE 11 END, format(change, old_name, name));
        END IF;
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.plan_rename_part(chronos.plan_item, text[]) IS
    'Renames of columns and of what has its name within a table.';

CREATE FUNCTION chronos.plan_rename(item chronos.plan_item, schemas jsonb, taken text[])
RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    clause text := 'ALTER ' || chronos.plan_clause(item.kind, item.new);
    held text := chronos.plan_rebased(chronos.plan_target(item.kind, item.old_identity, item.old), schemas);
    tail text;
    in_schema boolean := item.kind IN ('table', 'foreign table', 'view', 'materialized view', 'sequence', 'index', 'type',
        'function', 'procedure', 'aggregate', 'collation', 'conversion', 'statistics', 'operator class', 'operator family')
        OR item.kind LIKE 'text search %';
    -- Functions first, while the types in their names are called as before.
    base int := CASE WHEN item.kind IN ('function', 'procedure', 'aggregate', 'operator class', 'operator family') THEN 1 ELSE 4 END;
    in_its_schema constant text := '^((?:"(?:[^"]|"")+"|[^."])+)\.';
    schema_ text := substring(item.identity, in_its_schema);
    name text;
    blocked boolean;
    -- What goes along with its table is called by its new schema.
    along boolean := item.kind = 'index' OR (item.kind = 'sequence' AND item.old ? 'column' AND item.new ? 'column');
BEGIN
    -- An operator has no name that could be parsed, and it cannot be renamed.
    IF item.kind = 'operator' AND substring(held, in_its_schema) <> schema_ THEN
        RETURN NEXT chronos.plan_say(3, base + 1, format('%s %s SET SCHEMA %s', clause, held, schema_));
    END IF;
    IF item.kind IN ('server', 'foreign-data wrapper', 'publication', 'subscription', 'language', 'event trigger', 'schema') THEN
        IF item.kind = 'schema' AND item.old_identity <> item.identity AND schemas ? item.identity THEN
            held := 'chronos_old_' || left(md5(item.old_identity), 8);
            RETURN NEXT chronos.plan_say(2, 3, format('%s %s RENAME TO %s', clause, item.old_identity, held));
            RETURN NEXT chronos.plan_say(2, 5, format('%s %s RENAME TO %s', clause, held, item.identity));
        ELSIF item.old_identity <> item.identity AND chronos.plan_taken(item.kind, item.identity, item.new) && taken THEN
            held := 'chronos_old_' || left(md5(item.old_identity), 8);
            RETURN NEXT chronos.plan_say(3, 4, format('%s %s RENAME TO %s', clause, item.old_identity, held));
            RETURN NEXT chronos.plan_say(3, 13, format('%s %s RENAME TO %s', clause, held, item.identity));
        ELSIF item.old_identity <> item.identity THEN
            RETURN NEXT chronos.plan_say(CASE item.kind WHEN 'schema' THEN 2 ELSE 3 END, 4,
                                         format('%s %s RENAME TO %s', clause, item.old_identity, item.identity));
        END IF;
        RETURN;
    ELSIF NOT in_schema OR held = chronos.plan_target(item.kind, item.identity, item.new) THEN
        RETURN;
    END IF;
    schema_ := chronos.plan_part(item.identity, 1);
    name := chronos.plan_part(item.identity, 2);
    tail := substr(held, length(chronos.plan_part(held, 1) || '.' || chronos.plan_part(held, 2)) + 1);
    IF item.kind IN ('index', 'statistics', 'sequence') THEN
        held := CASE WHEN along THEN schema_ ELSE chronos.plan_part(held, 1) END || '.' || chronos.plan_part(held, 2);
    END IF;
    -- Its own names do not stand in its way.
    blocked := array_remove(chronos.plan_taken(item.kind, item.identity, item.new)
                            || chronos.plan_taken(item.kind, schema_ || '.' || chronos.plan_part(held, 2) || tail, item.new),
                            (chronos.plan_taken(item.kind, chronos.plan_rebased(item.old_identity, schemas), item.old))[1]) && taken;
    IF blocked THEN
        RETURN NEXT chronos.plan_say(3, CASE WHEN along THEN 6 ELSE base END, format('%s %s RENAME TO %s', clause, held, chronos.plan_aside(item.identity)));
        held := chronos.plan_part(held, 1) || '.' || chronos.plan_aside(item.identity) || tail;
    END IF;
    IF chronos.plan_part(held, 1) <> schema_ THEN
        RETURN NEXT chronos.plan_say(3, base + 1, format('%s %s SET SCHEMA %s', clause, held, schema_));
        held := schema_ || '.' || chronos.plan_part(held, 2) || tail;
    END IF;
    IF blocked THEN
        -- When all others have left the names that they had.
        RETURN NEXT chronos.plan_say(3, CASE base WHEN 1 THEN 13 ELSE 8 END, format('%s %s RENAME TO %s', clause, schema_ || '.' || chronos.plan_part(held, 2)
            || substr(item.identity, length(schema_ || '.' || name) + 1), name));
    ELSIF chronos.plan_part(held, 2) <> name THEN
        RETURN NEXT chronos.plan_say(3, CASE WHEN along THEN 7 ELSE base + 2 END, format('%s %s RENAME TO %s', clause, held, name));
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.plan_rename(chronos.plan_item, jsonb, text[]) IS
    'Renames an object and moves it to another schema; over a name of its own where another object still has the one it gets.';

CREATE FUNCTION chronos.plan_drop_sql(kind text, identity text, definition jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    target jsonb := definition -> 'column';
BEGIN
    RETURN CASE
        WHEN kind = 'constraint' THEN format('ALTER %s %s DROP CONSTRAINT %I', CASE definition ->> 'table_kind'
            WHEN 'foreign' THEN 'FOREIGN TABLE' ELSE 'TABLE' END, definition ->> 'table', definition ->> 'name')
        WHEN target ? 'identity' THEN format('ALTER %s %s ALTER COLUMN %I DROP IDENTITY', upper(target ->> 'table_kind'),
            target ->> 'table', target ->> 'name')
        WHEN kind IN ('privileges', 'default privileges') OR definition ? 'copy' THEN NULL
        -- One of the server's own stays, without what was added to it.
        WHEN kind = 'operator family' AND identity LIKE 'pg\_catalog.%' THEN
            (SELECT format('ALTER OPERATOR FAMILY %s DROP %s', identity, string_agg(
                        substring(m.item, '^\w+ \d+ ') || substring(m.item, '\([^()]*\)'), ', ' ORDER BY m.nr))
             FROM jsonb_array_elements_text(definition -> 'members') WITH ORDINALITY m(item, nr))
        -- The functions of a base type need it, and it needs them.
        ELSE format('DROP %s %s%s', chronos.plan_clause(kind, definition), CASE WHEN definition ? 'invalid' THEN 'IF EXISTS ' ELSE '' END,
                    chronos.plan_target(kind, identity, definition))
             || CASE WHEN definition ? 'base' OR definition #>> '{range,canonical}' IS NOT NULL THEN ' CASCADE' ELSE '' END
    END;
END
$$;
COMMENT ON FUNCTION chronos.plan_drop_sql(text, text, jsonb) IS 'The statement that drops an object; null if none does.';

CREATE FUNCTION chronos.plan_away(item chronos.plan_item, schemas jsonb) RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    prefix text := 'ALTER DEFAULT PRIVILEGES FOR ROLE ' || quote_ident(item.old ->> 'role')
                   || coalesce(' IN SCHEMA ' || quote_ident(item.old ->> 'schema'), '') || ' ';
    statement text := chronos.plan_drop_sql(item.kind, item.old_identity, item.old);
    held text := chronos.plan_rebased(item.old_identity, schemas);
    loses text[] := CASE WHEN item.kind IN ('table', 'sequence') OR item.kind = 'materialized view' THEN '{data_loss}'::text[] ELSE '{}' END;
BEGIN
    IF item.kind = 'default privileges' THEN
        RETURN QUERY SELECT (chronos.plan_say(1, 95, prefix || s)).*
        FROM chronos.plan_acl_reset(item.old ->> 'objects', item.old -> 'acl') s;
    ELSIF item.kind = 'privileges' THEN
        RETURN QUERY SELECT (chronos.plan_say(1, 90, s)).* FROM chronos.plan_acl_reset(item.old ->> 'object', item.old -> 'acl') s;
        RETURN QUERY SELECT (chronos.plan_say(1, 90, s)).* FROM jsonb_array_elements(item.old -> 'columns') c
        CROSS JOIN LATERAL chronos.plan_acl_reset(item.old ->> 'object', c -> 'acl', format(' (%I)', c ->> 'name')) s;
    ELSIF item.kind IN ('user mapping', 'subscription', 'large object', 'security label', 'database') THEN
        RETURN QUERY SELECT * FROM chronos.plan_away_special(item.kind, item.old_identity, item.old);
    ELSIF NOT item.late THEN
        -- A sequence goes when no default can need it, but what makes the numbers of a column before the column changes.
        RETURN NEXT chronos.plan_say(1, CASE WHEN item.kind = 'sequence' THEN CASE WHEN item.old -> 'column' ? 'identity' THEN 64 ELSE 1 END END, statement,
            CASE WHEN item.kind = 'materialized view' OR (item.action = 'rebuild' AND item.kind <> 'sequence') THEN '{}' ELSE loses END);
    ELSIF item.action = 'rebuild' THEN
        RETURN NEXT chronos.plan_say(3, 0, format('ALTER %s %s RENAME TO %s', chronos.plan_clause(item.kind, item.old),
                                                  held, chronos.plan_aside(item.old_identity)));
        -- Since 18 a NOT NULL has a name, which it would keep from the one of the table that takes its place.
        RETURN QUERY
        SELECT (chronos.plan_say(3, 1, format('ALTER TABLE %s.%s RENAME CONSTRAINT %I TO %s', chronos.plan_part(held, 1),
                    chronos.plan_aside(item.old_identity), n.name, chronos.plan_aside(format('%s.%I', chronos.plan_part(held, 1), n.name))))).*
        FROM jsonb_array_elements(item.old -> 'columns') c
        CROSS JOIN LATERAL (SELECT coalesce(c #>> '{not_null_constraint,name}',
            format('%s_%s_not_null', (parse_ident(item.old_identity, false))[2], c ->> 'name'))) n(name)
        WHERE item.kind = 'table' AND c ? 'not_null' AND current_setting('server_version_num')::int >= 180000;
        IF item.old ? 'range' THEN
            RETURN NEXT chronos.plan_say(3, 0, format('ALTER TYPE %s RENAME TO %s',
                chronos.plan_rebased(item.old #>> '{range,multirange}', schemas),
                chronos.plan_aside(item.old #>> '{range,multirange}')));
            -- The functions that make ranges keep their names.
            RETURN QUERY
            SELECT (chronos.plan_say(3, 0, format('ALTER FUNCTION %s%s RENAME TO %s', chronos.plan_rebased(f.name, schemas),
                                                  f.arguments, chronos.plan_aside(f.name)))).*
            FROM (VALUES (item.old_identity, format('(%1$s, %1$s)', item.old #>> '{range,subtype}')),
                         (item.old_identity, format('(%1$s, %1$s, text)', item.old #>> '{range,subtype}')),
                         (item.old #>> '{range,multirange}', '()')) f(name, arguments);
        END IF;
        RETURN NEXT chronos.plan_say(5, NULL, chronos.plan_drop_sql(item.kind,
            chronos.plan_part(held, 1) || '.' || chronos.plan_aside(item.old_identity), item.old));
    ELSIF item.kind = 'schema' AND schemas ? item.old_identity THEN
        RETURN NEXT chronos.plan_say(2, 3, format('ALTER SCHEMA %s RENAME TO %s', item.old_identity, schemas ->> item.old_identity));
        RETURN NEXT chronos.plan_say(5, NULL, 'DROP SCHEMA ' || (schemas ->> item.old_identity));
    ELSE
        RETURN NEXT chronos.plan_say(5, NULL, CASE WHEN item.kind IN ('schema', 'extension') THEN statement
                                     ELSE chronos.plan_rebased(statement, schemas) END);
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.plan_away(chronos.plan_item, jsonb) IS
    'How an object goes: at first, or aside and at last if it is in use until then.';
