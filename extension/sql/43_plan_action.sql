-- What has to go and what it drags along.

CREATE TYPE chronos.plan_loss AS (
    keys text[], names text[], functions text[], tables text[], columns jsonb, dropped jsonb, used text[]);
COMMENT ON TYPE chronos.plan_loss IS
    'What a plan drops or makes again: keys "kind identity", qualified names, those of functions, relations, columns of tables that stay (dropped: those that go), and the types in use by tables that stay.';

CREATE FUNCTION chronos.plan_used_types(items chronos.plan_item[]) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN coalesce((
        SELECT array_agg(DISTINCT n)
        FROM (SELECT DISTINCT concat_ws(' ', c ->> 'type', c ->> 'collation', i.old ->> 'of_type') AS text
              FROM unnest(items) i CROSS JOIN LATERAL jsonb_array_elements(i.old -> 'columns') c
              WHERE i.kind IN ('table', 'foreign table') AND i.old IS NOT NULL AND i.new IS NOT NULL) t
        CROSS JOIN LATERAL unnest(chronos.plan_names(t.text)) n
        WHERE strpos(t.text, '.') > 0), '{}');
END
$$;
COMMENT ON FUNCTION chronos.plan_used_types(chronos.plan_item[]) IS 'Types and collations of the columns of tables that stay.';

CREATE FUNCTION chronos.plan_lost(items chronos.plan_item[], used text[], loss chronos.plan_loss) RETURNS chronos.plan_loss
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    made chronos.plan_loss;
BEGIN
    SELECT coalesce(array_agg(i.kind || ' ' || i.old_identity) || array_agg('index ' || (i.old ->> 'index_name')) FILTER (WHERE i.old ? 'index_name'), '{}'),
           coalesce(array_agg(i.old_identity) FILTER (WHERE i.kind NOT IN ('function', 'procedure', 'aggregate', 'trigger', 'rule', 'policy', 'constraint'))
               || array_agg(i.old ->> 'index_name') FILTER (WHERE i.old ? 'index_name')
               || array_agg(i.old #>> '{range,multirange}') FILTER (WHERE i.old ? 'range'), '{}'),
           coalesce(array_agg(chronos.plan_part(i.old_identity, 1) || '.' || chronos.plan_part(i.old_identity, 2))
               FILTER (WHERE i.kind IN ('function', 'procedure', 'aggregate')), '{}'),
           coalesce(array_agg(i.old_identity) FILTER (WHERE i.kind IN ('table', 'foreign table', 'view', 'materialized view')), '{}')
    INTO made.keys, made.names, made.functions, made.tables
    FROM unnest(items) i WHERE i.action IN ('drop', 'rebuild');
    SELECT coalesce(jsonb_object_agg(t.old_identity, t.lost), '{}'), coalesce(jsonb_object_agg(t.old_identity, t.gone) FILTER (WHERE t.gone IS NOT NULL), '{}')
    INTO made.columns, made.dropped
    FROM (SELECT i.old_identity, (SELECT jsonb_agg(c.old_name) FROM chronos.plan_columns(i, loss.names || loss.functions) c
                                  WHERE c.way IN ('drop', 'remake', 'retype')) AS lost,
                 (SELECT jsonb_agg(c.old_name) FROM chronos.plan_columns(i, loss.names || loss.functions) c
                  WHERE c.way IN ('drop', 'remake')) AS gone
          FROM unnest(items) i WHERE i.action = 'alter' AND i.kind IN ('table', 'foreign table')) t
    WHERE t.lost IS NOT NULL;
    made.used := used;
    RETURN made;
END
$$;
COMMENT ON FUNCTION chronos.plan_lost(chronos.plan_item[], text[], chronos.plan_loss) IS 'What goes, as things stand.';

CREATE FUNCTION chronos.plan_loses_column(item chronos.plan_item, loss chronos.plan_loss) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- PostgreSQL makes indexes and checks anew by itself when a column gets another type.
    columns jsonb := CASE WHEN item.kind IN ('index', 'statistics')
        OR (item.kind = 'constraint' AND item.old ->> 'type' <> 'foreign key') THEN loss.dropped ELSE loss.columns END;
BEGIN
    IF columns = '{}' OR (item.kind IN ('function', 'procedure') AND item.old ->> 'definition' ~ '\nAS ') THEN
        RETURN false;
    END IF;
    RETURN EXISTS (
        SELECT FROM jsonb_each(columns) t CROSS JOIN LATERAL jsonb_array_elements_text(t.value) c
        WHERE (t.key = ANY (item.names) OR item.old -> 'depends_on' ?| ARRAY['table ' || t.key, 'foreign table ' || t.key])
          AND chronos.plan_words((item.old - '{comment,acl,depends_on,owner}'::text[])::text) @> chronos.plan_words(c));
END
$$;
COMMENT ON FUNCTION chronos.plan_loses_column(chronos.plan_item, chronos.plan_loss) IS
    'Whether the text of an object names a column that goes or changes its type.';

CREATE FUNCTION chronos.plan_next_action(item chronos.plan_item, loss chronos.plan_loss) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    touched boolean := item.names && loss.names OR item.old -> 'depends_on' ?| loss.keys;
BEGIN
    IF item.action = 'alter' AND chronos.plan_rebuilds(item, loss.names, loss.used) THEN
        RETURN 'rebuild';
    END IF;
    CASE
        WHEN item.kind IN ('table', 'foreign table') THEN
            RETURN CASE WHEN item.kind = 'foreign table' AND 'server ' || quote_ident(item.old ->> 'server') = ANY (loss.keys) THEN 'rebuild'
                        WHEN touched OR item.names && loss.functions THEN 'alter' ELSE item.action END;
        WHEN item.kind = 'sequence' THEN
            -- A generator goes with its column.
            RETURN CASE WHEN item.old #>> '{column,table}' = ANY (loss.tables)
                             OR coalesce(loss.dropped -> (item.old #>> '{column,table}') ? (item.old #>> '{column,name}'), false) THEN
                            CASE WHEN item.old -> 'column' ? 'identity' THEN 'rebuild' ELSE 'alter' END
                        ELSE item.action END;
        WHEN item.kind = 'publication' THEN
            RETURN CASE WHEN touched OR item.names && loss.functions OR chronos.plan_loses_column(item, loss) THEN 'alter' ELSE item.action END;
        WHEN item.kind IN ('schema', 'extension', 'privileges', 'default privileges', 'database', 'large object', 'subscription') THEN
            RETURN item.action;
        WHEN item.kind = 'type' AND item.old ? 'domain' THEN
            RETURN CASE WHEN item.names && loss.names THEN 'rebuild'
                        WHEN touched OR item.names && loss.functions THEN 'alter' ELSE item.action END;
        WHEN item.kind = 'server' THEN
            RETURN CASE WHEN 'foreign-data wrapper ' || quote_ident(item.old ->> 'wrapper') = ANY (loss.keys) THEN 'rebuild' ELSE item.action END;
        ELSE
            RETURN CASE WHEN touched OR chronos.plan_loses_column(item, loss)
                             OR (item.kind IN ('trigger', 'policy', 'rule', 'statistics', 'event trigger', 'type') AND item.names && loss.functions)
                        THEN 'rebuild' ELSE item.action END;
    END CASE;
END
$$;
COMMENT ON FUNCTION chronos.plan_next_action(chronos.plan_item, chronos.plan_loss) IS
    'What happens to an object that stays, given what goes.';

CREATE FUNCTION chronos.plan_with_action(item chronos.plan_item, action text, late boolean DEFAULT NULL) RETURNS chronos.plan_item
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    item.action := action;
    item.late := coalesce(late, item.late);
    IF item.names IS NULL AND item.old IS NOT NULL THEN
        item.names := chronos.plan_item_names(item.kind, item.old);
    END IF;
    RETURN item;
END
$$;
COMMENT ON FUNCTION chronos.plan_with_action(chronos.plan_item, text, boolean) IS 'An object of a plan with another action.';

CREATE FUNCTION chronos.plan_suspends(item chronos.plan_item, items chronos.plan_item[]) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    reached text[] := CASE item.old ->> 'objects'
        WHEN 'TABLES' THEN ARRAY['table', 'foreign table', 'view', 'materialized view'] WHEN 'SEQUENCES' THEN ARRAY['sequence']
        WHEN 'TYPES' THEN ARRAY['type'] WHEN 'SCHEMAS' THEN ARRAY['schema'] WHEN 'FUNCTIONS' THEN ARRAY['function', 'procedure', 'aggregate'] END;
BEGIN
    -- Not every identity is that of something in a schema.
    RETURN EXISTS (
        SELECT FROM unnest(items) m
        WHERE CASE WHEN m.action NOT IN ('add', 'rebuild') THEN false WHEN m.kind = 'extension' THEN true
                   WHEN m.kind = ANY (reached) THEN NOT item.old ? 'schema' OR quote_ident(item.new ->> 'schema') = chronos.plan_part(m.identity, 1)
                   ELSE false END);
END
$$;
COMMENT ON FUNCTION chronos.plan_suspends(chronos.plan_item, chronos.plan_item[]) IS
    'Whether default privileges would reach an object that the plan makes.';

CREATE FUNCTION chronos.plan_late(items chronos.plan_item[], loss chronos.plan_loss) RETURNS chronos.plan_item[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    needed text[];
    fresh int[];
BEGIN
    items := ARRAY(
        SELECT chronos.plan_with_action(i, i.action, i.action IN ('drop', 'rebuild') AND (
            (i.action = 'drop' AND i.kind IN ('schema', 'extension', 'language', 'access method'))
            OR (i.action = 'rebuild' AND i.kind = 'table')
            OR (i.kind IN ('type', 'collation', 'table') AND ARRAY[i.old_identity, i.old #>> '{range,multirange}'] && loss.used)))
        FROM unnest(items) i ORDER BY i.nr);
    LOOP
        -- What goes at last still needs its own types.
        SELECT array_agg(DISTINCT n) INTO needed FROM unnest(items) i CROSS JOIN LATERAL unnest(i.names) n
        WHERE i.late AND i.kind IN ('type', 'table');
        SELECT array_agg(i.nr) INTO fresh FROM unnest(items) i
        WHERE i.action IN ('drop', 'rebuild') AND NOT i.late AND i.kind IN ('type', 'collation') AND i.old_identity = ANY (needed);
        EXIT WHEN fresh IS NULL;
        items := ARRAY(SELECT CASE WHEN i.nr = ANY (fresh) THEN chronos.plan_with_action(i, i.action, true) ELSE i END
                       FROM unnest(items) i ORDER BY i.nr);
    END LOOP;
    RETURN items;
END
$$;
COMMENT ON FUNCTION chronos.plan_late(chronos.plan_item[], chronos.plan_loss) IS
    'Marks what can go only at last: types while columns have them, schemas while objects move out.';
