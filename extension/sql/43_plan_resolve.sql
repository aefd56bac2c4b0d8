-- All objects of a plan with what happens to each.

CREATE FUNCTION chronos.plan_with_use(items chronos.plan_item[]) RETURNS chronos.plan_item[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    used text[];
    item chronos.plan_item;
BEGIN
    IF NOT EXISTS (SELECT FROM unnest(items) i WHERE i.kind IN ('table', 'foreign table') AND i.action = 'alter') THEN
        RETURN items;
    END IF;
    SELECT array_agg(DISTINCT n) INTO used FROM unnest(items) i
    CROSS JOIN LATERAL jsonb_array_elements(coalesce(i.old -> 'columns', i.old -> 'attributes')) c
    CROSS JOIN LATERAL unnest(chronos.plan_names(c ->> 'type')) n
    WHERE i.kind IN ('table', 'foreign table', 'materialized view', 'type');
    FOR item IN SELECT i.* FROM unnest(items) i
                WHERE i.kind IN ('table', 'foreign table') AND i.action = 'alter' AND (i.old_identity = ANY (used) OR EXISTS (
                    SELECT FROM unnest(items) c WHERE c.old_identity = ANY (used) AND i.old_identity = ANY (chronos.plan_parents(c.old)))) LOOP
        item.in_use := true;
        items[item.nr] := item;
    END LOOP;
    RETURN items;
END
$$;
COMMENT ON FUNCTION chronos.plan_with_use(chronos.plan_item[]) IS 'Objects of a plan in which tables know whether their rows, or those of a child, are values of columns.';

CREATE FUNCTION chronos.plan_resolve(items chronos.plan_item[], OUT result chronos.plan_item[], OUT loss chronos.plan_loss)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    used text[];
    fresh text[];
    split int[];
    -- Without an alteration or a loss there is nothing that could drag anything along.
    quiet boolean := NOT EXISTS (SELECT FROM unnest(items) i WHERE i.action IN ('alter', 'drop'));
BEGIN
    result := chronos.plan_carried(items);
    used := chronos.plan_used_types(result);
    loss := ROW('{}', '{}', '{}', '{}', '{}', '{}', used)::chronos.plan_loss;
    LOOP
        EXIT WHEN quiet;
        loss := chronos.plan_lost(result, used, loss);
        IF loss.keys <> '{}' OR loss.columns <> '{}' THEN
            -- Names are read only once it matters.
            SELECT array_agg(CASE WHEN i.names IS NULL THEN chronos.plan_with_action(i, i.action) ELSE i END ORDER BY i.nr)
            INTO result FROM unnest(result) i;
        END IF;
        result := chronos.plan_with_heirs(result, loss.tables);
        split := chronos.plan_split(result, loss.tables);
        SELECT array_agg(CASE WHEN i.nr = ANY (split) THEN 'rebuild'
                              WHEN i.action IN ('keep', 'alter') AND (i.action = 'alter' OR i.names IS NOT NULL)
                              THEN chronos.plan_next_action(i, loss) ELSE i.action END ORDER BY i.nr) INTO fresh
        FROM unnest(result) i;
        EXIT WHEN NOT EXISTS (SELECT FROM unnest(result) i JOIN unnest(fresh) WITH ORDINALITY f(action, nr) USING (nr)
                              WHERE f.action <> i.action);
        SELECT array_agg(CASE WHEN f.action = i.action THEN i ELSE chronos.plan_with_action(i, f.action) END ORDER BY i.nr) INTO result
        FROM unnest(result) i JOIN unnest(fresh) WITH ORDINALITY f(action, nr) USING (nr);
    END LOOP;
    result := chronos.plan_with_use(result);
    SELECT array_agg(CASE WHEN i.kind = 'default privileges' AND i.action IN ('keep', 'alter') AND chronos.plan_suspends(i, result)
                          THEN chronos.plan_with_action(i, 'rebuild') ELSE i END ORDER BY i.nr) INTO result FROM unnest(result) i;
    IF loss.keys <> '{}' THEN
        result := chronos.plan_late(result, loss);
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.plan_resolve(chronos.plan_item[]) IS
    'Decides what happens to each object, until nothing drags anything along any more.';

CREATE FUNCTION chronos.plan_goes_along(item chronos.plan_item, items chronos.plan_item[], loss chronos.plan_loss) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    owner text := coalesce(item.old ->> 'table', item.old #>> '{column,table}');
    gone text[] := ARRAY(SELECT i.old_identity FROM unnest(items) i
                         WHERE i.old_identity = owner AND i.action IN ('drop', 'rebuild') AND NOT i.late
                           AND i.kind IN ('table', 'foreign table', 'view', 'materialized view'));
BEGIN
    IF item.kind = 'sequence' THEN
        RETURN owner = ANY (gone)
            OR coalesce(loss.dropped -> owner ? (item.old #>> '{column,name}'), false);
    ELSIF item.old ? 'copy' THEN
        RETURN owner = ANY (gone) OR EXISTS (
            SELECT FROM unnest(items) i WHERE i.kind = 'trigger' AND i.action IN ('drop', 'rebuild') AND NOT i.old ? 'copy'
              AND i.old -> 'name' = item.old -> 'name');
    ELSIF item.kind IN ('rule', 'policy') THEN
        -- What they name may go before their table does.
        RETURN owner = ANY (gone) AND NOT EXISTS (
            SELECT FROM unnest(loss.tables || loss.functions) t WHERE t <> owner AND t = ANY (item.names));
    ELSIF item.kind IN ('index', 'trigger', 'statistics') THEN
        RETURN owner = ANY (gone);
    ELSIF item.kind = 'function' THEN
        -- A type that needs its functions takes them along.
        RETURN EXISTS (
            SELECT FROM unnest(items) t WHERE t.kind = 'type' AND (t.action = 'drop' OR (t.action = 'rebuild' AND NOT t.late))
              AND (t.old ? 'base' OR t.old #>> '{range,canonical}' IS NOT NULL)
              AND t.old -> 'depends_on' ? ('function ' || item.old_identity));
    ELSIF item.kind = 'constraint' THEN
        -- A foreign key stands in the way of the table that it refers to.
        RETURN owner = ANY (gone) AND (item.old ->> 'type' <> 'foreign key' OR NOT EXISTS (
            SELECT FROM unnest(loss.tables) t WHERE t <> owner AND t = ANY (item.names)));
    END IF;
    RETURN false;
END
$$;
COMMENT ON FUNCTION chronos.plan_goes_along(chronos.plan_item, chronos.plan_item[], chronos.plan_loss) IS
    'Whether an object is dropped with its table or column, so that no statement has to.';

CREATE FUNCTION chronos.plan_partners_away(item chronos.plan_item, items chronos.plan_item[]) RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    given jsonb := (SELECT jsonb_object_agg(split_part(p, ' = ', 1), substr(p, strpos(p, ' = ') + 3)) FROM jsonb_array_elements_text(item.old -> 'parameters') p);
BEGIN
    RETURN QUERY
    SELECT (chronos.plan_say(1, NULL, 'DROP OPERATOR IF EXISTS ' || i.identity)).*
    FROM (VALUES (given ->> 'COMMUTATOR', given ->> 'RIGHTARG', given ->> 'LEFTARG'),
                 (given ->> 'NEGATOR', given ->> 'LEFTARG', given ->> 'RIGHTARG')) p(name, first, second)
    CROSS JOIN LATERAL (SELECT format('%s(%s,%s)', substring(p.name, '^OPERATOR\((.*)\)$'), coalesce(p.first, 'NONE'), coalesce(p.second, 'NONE'))) i(identity)
    WHERE p.name IS NOT NULL AND p.name NOT LIKE 'OPERATOR(pg\_catalog.%'
      AND NOT EXISTS (SELECT FROM unnest(items) o WHERE o.kind = 'operator'
                        AND (o.old_identity = i.identity OR (o.new -> 'parameters')::text LIKE '% = ' || p.name || '%'));
END
$$;
COMMENT ON FUNCTION chronos.plan_partners_away(chronos.plan_item, chronos.plan_item[]) IS
    'The statements by which partners go that only an operator''s being named as such has made.';

CREATE FUNCTION chronos.plan_counts_on(item chronos.plan_item, items chronos.plan_item[]) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN item.kind = 'sequence' AND item.action = 'rebuild' AND item.old #> '{column,identity}' IS NOT NULL AND EXISTS (
        SELECT FROM unnest(items) t
        WHERE t.kind = 'table' AND t.action = 'rebuild' AND t.late AND t.old_identity = item.old #>> '{column,table}');
END
$$;
COMMENT ON FUNCTION chronos.plan_counts_on(chronos.plan_item, chronos.plan_item[]) IS
    'Whether a generator is put aside with its table, for the one that takes its place to go on counting where it is.';

CREATE FUNCTION chronos.plan_drops(item chronos.plan_item, items chronos.plan_item[], loss chronos.plan_loss, schemas jsonb)
RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    joined text := item.old #>> '{index,partition_of}';
    root chronos.plan_item;
    leaves boolean := item.kind IN ('constraint', 'index') AND EXISTS (
        SELECT FROM unnest(items) t WHERE t.kind IN ('table', 'foreign table') AND t.old_identity = item.old ->> 'table'
          AND t.action IN ('keep', 'alter') AND chronos.plan_leaves_parents(t, loss.tables)
          AND NOT EXISTS (SELECT FROM unnest(items) k WHERE k.kind = 'constraint' AND k.old -> 'name' = item.old -> 'name'
                            AND k.old ->> 'table' = ANY ((chronos.plan_parents(t.old))[1:coalesce(t.kept, 0)])));
BEGIN
    IF chronos.plan_goes_along(item, items, loss) THEN
        RETURN;
    END IF;
    IF item.old ->> 'type' = 'check' AND NOT item.old ? 'inherited' THEN
        SELECT t.* INTO root FROM unnest(items) t JOIN unnest(items) k ON k.old ->> 'table' = ANY (chronos.plan_parents(t.old))
        WHERE t.kind IN ('table', 'foreign table') AND t.old_identity = item.old ->> 'table'
          AND k.kind = 'constraint' AND k.old ->> 'type' = 'check' AND k.old -> 'name' = item.old -> 'name';
        IF root.nr IS NOT NULL THEN
            -- A parent has it as well, which goes before; where the table goes at last it goes with it.
            RETURN QUERY SELECT (chronos.plan_say(1, 79, a.statement)).* FROM chronos.plan_away(item, schemas) a
            WHERE root.action NOT IN ('drop', 'rebuild');
            RETURN;
        END IF;
    END IF;
    IF item.old ? 'copy' THEN
        -- It is again as that of the partitioned table is.
        root := chronos.plan_trigger_root(item, items);
        IF item.action = 'drop' AND root.new IS NOT NULL THEN
            RETURN QUERY
            SELECT (chronos.plan_say(4, 88, format('ALTER TABLE %s %s TRIGGER %I', t.identity,
                                                   coalesce(upper(root.new ->> 'enabled'), 'ENABLE'), root.new ->> 'name'))).*
            FROM unnest(items) t
            WHERE t.kind IN ('table', 'foreign table') AND t.old_identity = item.old ->> 'table' AND t.action IN ('keep', 'alter') AND t.new ? 'partition_of';
        END IF;
        RETURN;
    END IF;
    IF joined IS NOT NULL OR item.old ? 'inherited' THEN
        -- Dropped with its parent's, unless its table leaves the parent before.
        IF leaves THEN
            RETURN QUERY SELECT (chronos.plan_say(1, 62, regexp_replace(s.statement, 'DROP (INDEX|CONSTRAINT)', 'DROP \1 IF EXISTS'), s.hazards)).*
            FROM chronos.plan_away(item, schemas) s;
        END IF;
        RETURN;
    END IF;
    IF chronos.plan_counts_on(item, items) THEN
        RETURN NEXT chronos.plan_say(3, 0, format('ALTER SEQUENCE %s RENAME TO %s', chronos.plan_rebased(item.old_identity, schemas),
                                                  chronos.plan_aside(item.old_identity)));
        RETURN;
    END IF;
    -- The functions of a domain's checks and default go before the domain can.
    IF chronos.plan_names(item.old #>> '{domain,default}') && loss.functions THEN
        RETURN NEXT chronos.plan_say(1, 45, format('ALTER DOMAIN %s DROP DEFAULT', item.old_identity));
    END IF;
    RETURN QUERY
    SELECT (chronos.plan_say(1, 45, format('ALTER DOMAIN %s DROP CONSTRAINT %I', item.old_identity, k ->> 'name'))).*
    FROM jsonb_array_elements(item.old #> '{domain,constraints}') k
    WHERE chronos.plan_names(k ->> 'definition') && loss.functions;
    RETURN QUERY SELECT * FROM chronos.plan_away(item, schemas);
    IF item.kind IN ('table', 'foreign table') AND NOT item.late THEN
        -- A sequence that goes with the column of another table.
        RETURN QUERY
        SELECT (chronos.plan_say(1, 96, format('ALTER %s ONLY %s ALTER COLUMN %I DROP DEFAULT', upper(item.kind), item.old_identity, c ->> 'name'))).*
        FROM jsonb_array_elements(item.old -> 'columns') c
        WHERE c ? 'default' AND NOT c ? 'generated' AND EXISTS (
            SELECT FROM unnest(items) s WHERE s.kind = 'sequence' AND s.action IN ('drop', 'rebuild') AND s.old #>> '{column,table}' <> item.old_identity
              AND s.old_identity = ANY (chronos.plan_names(c ->> 'default')));
    END IF;
    IF item.kind = 'operator' THEN
        RETURN QUERY SELECT * FROM chronos.plan_partners_away(item, items);
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.plan_drops(chronos.plan_item, chronos.plan_item[], chronos.plan_loss, jsonb) IS
    'The statements by which an object goes, if it does not go with another.';

CREATE FUNCTION chronos.plan_copy_rows(item chronos.plan_item, schemas jsonb, loss chronos.plan_loss) RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    aside text := chronos.plan_part(chronos.plan_rebased(item.old_identity, schemas), 1) || '.' || chronos.plan_aside(item.old_identity);
    columns text;
    list text;
BEGIN
    -- Its policies are gone by now, and without them its owner would be shown no row.
    IF item.old ? 'force_row_security' THEN
        RETURN NEXT chronos.plan_say(4, 71, format('ALTER TABLE ONLY %s NO FORCE ROW LEVEL SECURITY', aside));
    END IF;
    SELECT string_agg(quote_ident(c.name), ', ' ORDER BY c.nr),
           string_agg(CASE WHEN c.way = 'retype' THEN format('%I::text::%s', c.old_name, c.new ->> 'type') ELSE quote_ident(c.old_name) END,
                      ', ' ORDER BY c.nr)
    INTO columns, list
    FROM chronos.plan_columns(item, loss.names) c
    WHERE c.way NOT IN ('add', 'drop', 'remake') AND NOT c.new ? 'generated';
    IF columns IS NOT NULL THEN
        -- When it is known how values are stored, and before there is anything that an insert could set off.
        RETURN NEXT chronos.plan_say(4, 71, format('INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM ONLY %s', item.identity, columns,
            list, aside), '{rewrite,long_lock}', CASE WHEN item.old ? 'out_of_order'
                THEN format('brings back the order of columns (%s)', array_to_string(chronos.plan_wanted(item), ', ')) ELSE 'no ALTER leads there' END
            || ': the table is made anew and its rows are copied');
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.plan_copy_rows(chronos.plan_item, jsonb, chronos.plan_loss) IS 'The rows of a table that is made anew.';
