-- What ALTER cannot do: which objects have to be dropped and made again.

CREATE FUNCTION chronos.plan_header(definition text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN substring(definition, '^(.*?)\n LANGUAGE ') || CASE WHEN definition ~ '\n LANGUAGE [^\n]*\n WINDOW' THEN ' WINDOW' ELSE '' END;
END
$$;
COMMENT ON FUNCTION chronos.plan_header(text) IS
    'What CREATE OR REPLACE FUNCTION cannot change: name, arguments and result.';

CREATE FUNCTION chronos.plan_index_options(definition text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    part text[] := regexp_match(definition, '^(.*?\)(?: NULLS NOT DISTINCT)?) WITH \(([^()]*)\)( WHERE .*| TABLESPACE .*)?$');
BEGIN
    RETURN CASE WHEN part IS NULL THEN ARRAY[definition, NULL]
                ELSE ARRAY[part[1] || coalesce(part[3], ''), part[2]] END;
END
$$;
COMMENT ON FUNCTION chronos.plan_index_options(text) IS
    'The text of an index without its storage options, and these alone.';

CREATE FUNCTION chronos.plan_view_stays(item chronos.plan_item) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN NOT EXISTS (SELECT FROM chronos.plan_columns(item, '{}') c
                       WHERE c.way IN ('drop', 'retype') OR (c.way <> 'add' AND c.nr <> c.old_nr)
                          OR (c.way = 'add' AND item.kind <> 'view'));
END
$$;
COMMENT ON FUNCTION chronos.plan_view_stays(chronos.plan_item) IS
    'Whether the columns of a view stay where they are, so that it can be replaced.';

CREATE FUNCTION chronos.plan_enum(identity text, old jsonb, new jsonb, same boolean) RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    before text[] := ARRAY(SELECT jsonb_array_elements_text(old -> 'labels'));
    after text[] := ARRAY(SELECT jsonb_array_elements_text(new -> 'labels'));
    gone text[] := ARRAY(SELECT o FROM unnest(before) WITH ORDINALITY u(o, nr) WHERE o <> ALL (after) ORDER BY nr);
    held text[];
    at int;
    label text;
BEGIN
    -- No value of an enum can go, so in one and the same type those that are missing have got other names.
    IF same AND cardinality(before) = cardinality(after) THEN
        FOR at IN 1 .. cardinality(before) LOOP
            CONTINUE WHEN before[at] = after[at];
            label := CASE WHEN after[at] = ANY (before) THEN 'chronos_old_' || at ELSE after[at] END;
            RETURN NEXT chronos.plan_say(3, 11, format('ALTER TYPE %s RENAME VALUE %L TO %L', identity, before[at], label));
            IF label <> after[at] THEN
                RETURN NEXT chronos.plan_say(3, 13, format('ALTER TYPE %s RENAME VALUE %L TO %L', identity, label, after[at]));
            END IF;
        END LOOP;
        RETURN;
    END IF;
    held := before;
    FOREACH label IN ARRAY gone LOOP
        at := array_position(held, label);
        -- The value that stands where it stood, next to the same neighbour.
        SELECT u.n INTO label FROM unnest(after) WITH ORDINALITY u(n, nr)
        WHERE u.n <> ALL (held) AND nr > coalesce(array_position(after, held[at - 1]), 0) ORDER BY nr LIMIT 1;
        RETURN NEXT chronos.plan_say(3, 11, format('ALTER TYPE %s RENAME VALUE %L TO %L', identity, held[at], label),
                                     '{}', 'taken to be a rename: the values of an enum are not removed');
        held[at] := label;
    END LOOP;
    FOR at IN 1 .. cardinality(after) LOOP
        CONTINUE WHEN after[at] = ANY (held);
        RETURN NEXT chronos.plan_say(4, 30, format('ALTER TYPE %s ADD VALUE %L %s', identity, after[at],
            CASE WHEN at > 1 THEN format('AFTER %L', after[at - 1])
                 WHEN cardinality(held) > 0 THEN format('BEFORE %L', held[1]) ELSE '' END),
            '{not_transactional,not_reversible}');
        held := held[1:coalesce(array_position(held, after[at - 1]), 0)] || after[at]
                || held[coalesce(array_position(held, after[at - 1]), 0) + 1:];
    END LOOP;
END
$$;
COMMENT ON FUNCTION chronos.plan_enum(text, jsonb, jsonb, boolean) IS 'From the values of an enum to more of them, or to other names of them.';

CREATE FUNCTION chronos.plan_type_rebuilds(item chronos.plan_item, lost text[], used text[]) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    old jsonb := item.mid;
    new jsonb := item.new;
    before text[];
    after text[];
BEGIN
    IF old ->> 'type' <> new ->> 'type' OR chronos.plan_names((old - 'depends_on' - 'comment')::text) && lost THEN
        RETURN true;
    END IF;
    CASE new ->> 'type'
        WHEN 'enum' THEN
            before := ARRAY(SELECT jsonb_array_elements_text(old -> 'labels'));
            after := ARRAY(SELECT jsonb_array_elements_text(new -> 'labels'));
            IF item.same AND cardinality(before) <= cardinality(after) THEN
                RETURN false;
            END IF;
            -- Values can be added anywhere, but neither removed nor put in another order.
            RETURN before <> ARRAY(SELECT u.n FROM unnest(after) WITH ORDINALITY u(n, nr) WHERE u.n = ANY (before) ORDER BY u.nr);
        WHEN 'composite' THEN
            RETURN EXISTS (SELECT FROM chronos.plan_columns(item, lost) c
                           WHERE c.way IN ('retype', 'remake') AND item.old_identity = ANY (used))
                OR (item.old_identity <> ALL (used) AND EXISTS (SELECT FROM chronos.plan_order_note(item, lost)));
        WHEN 'domain' THEN
            RETURN old #> '{domain,base}' <> new #> '{domain,base}'
                OR old #> '{domain,collation}' IS DISTINCT FROM new #> '{domain,collation}';
        ELSE
            RETURN old -> 'range' IS DISTINCT FROM new -> 'range' OR old -> 'base' IS DISTINCT FROM new -> 'base';
    END CASE;
END
$$;
COMMENT ON FUNCTION chronos.plan_type_rebuilds(chronos.plan_item, text[], text[]) IS 'Whether a type has to be made again.';

CREATE FUNCTION chronos.plan_table_rebuilds(item chronos.plan_item, lost text[]) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN item.old ? 'out_of_order' OR item.mid -> 'partition_by' IS DISTINCT FROM item.new -> 'partition_by'
        OR item.mid -> 'server' IS DISTINCT FROM item.new -> 'server'
        OR (item.new ? 'partition_by' AND (item.mid -> 'persistence' IS DISTINCT FROM item.new -> 'persistence'
                OR chronos.plan_names(item.old ->> 'partition_by') && lost
                OR EXISTS (SELECT FROM chronos.plan_columns(item, lost) c WHERE c.way IN ('retype', 'remake')
                           AND chronos.plan_words(item.old ->> 'partition_by') @> chronos.plan_words(c.old_name))));
END
$$;
COMMENT ON FUNCTION chronos.plan_table_rebuilds(chronos.plan_item, text[]) IS
    'Whether a table has to be made again and its rows copied: a last resort.';

CREATE FUNCTION chronos.plan_constraint_rebuilds(old jsonb, new jsonb) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- NOT VALID can go by VALIDATE, and a foreign key may change when it is checked.
    timing text := '( NOT)? DEFERRABLE| INITIALLY DEFERRED';
    before text := old ->> 'definition';
    after text := new ->> 'definition';
BEGIN
    IF before ~ ' NOT VALID$' AND after !~ ' NOT VALID$' THEN
        before := regexp_replace(before, ' NOT VALID$', '');
    END IF;
    IF new ->> 'type' = 'foreign key' THEN
        before := regexp_replace(before, timing, '', 'g');
        after := regexp_replace(after, timing, '', 'g');
    END IF;
    RETURN before <> after OR old -> 'type' <> new -> 'type';
END
$$;
COMMENT ON FUNCTION chronos.plan_constraint_rebuilds(jsonb, jsonb) IS 'Whether a constraint has to be made again.';

CREATE FUNCTION chronos.plan_rebuilds(item chronos.plan_item, lost text[], used text[]) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    old jsonb := item.mid;
    new jsonb := item.new;
    common text[] := '{owner,acl,comment,needs_extensions,depends_on,name,table,signature}';
BEGIN
    RETURN CASE
        WHEN item.kind IN ('table', 'foreign table') THEN chronos.plan_table_rebuilds(item, lost)
        WHEN item.kind = 'type' THEN chronos.plan_type_rebuilds(item, lost, used)
        WHEN item.kind IN ('function', 'procedure') THEN
            NOT chronos.plan_alike(chronos.plan_header(item.old ->> 'definition'), chronos.plan_header(new ->> 'definition'), item.pairs)
            OR (item.kind = 'procedure' AND NOT chronos.plan_alike(item.old ->> 'signature', new ->> 'signature', item.pairs))
        WHEN item.kind = 'view' THEN NOT chronos.plan_view_stays(item)
        WHEN item.kind = 'materialized view' THEN old -> 'query' <> new -> 'query' OR NOT chronos.plan_view_stays(item)
        WHEN item.kind = 'sequence' THEN
            old #> '{column,identity}' IS NOT NULL AND (new #> '{column,identity}' IS NULL
                OR old #> '{column,table}' <> new #> '{column,table}' OR old #> '{column,name}' <> new #> '{column,name}')
            OR old #> '{column,identity}' IS NULL AND new #> '{column,identity}' IS NOT NULL
        WHEN item.kind = 'index' THEN
            (chronos.plan_index_options(old ->> 'definition'))[1] <> (chronos.plan_index_options(new ->> 'definition'))[1]
            -- A part of another index cannot be dropped alone.
            OR (old ? 'invalid' AND NOT new ? 'invalid' AND old #> '{index,partition_of}' IS NULL)
        WHEN item.kind = 'constraint' THEN chronos.plan_constraint_rebuilds(old, new)
        WHEN item.kind = 'trigger' THEN old -> 'definition' IS DISTINCT FROM new -> 'definition'
            AND (new ->> 'definition' IS NULL OR old ->> 'definition' IS NULL OR concat(old ->> 'definition', new ->> 'definition') ~ 'CREATE CONSTRAINT')
            OR old -> 'copy' IS DISTINCT FROM new -> 'copy'
        WHEN item.kind = 'rule' THEN false
        WHEN item.kind = 'policy' THEN old -> 'command' IS DISTINCT FROM new -> 'command'
            OR old -> 'restrictive' IS DISTINCT FROM new -> 'restrictive'
            OR (old ? 'using' AND NOT new ? 'using') OR (old ? 'check' AND NOT new ? 'check')
        WHEN item.kind = 'text search configuration' THEN old -> 'definition' <> new -> 'definition'
        WHEN item.kind = 'server' THEN old -> 'wrapper' <> new -> 'wrapper' OR old -> 'type' IS DISTINCT FROM new -> 'type'
        WHEN item.kind = 'publication' THEN old -> 'all_tables' IS DISTINCT FROM new -> 'all_tables'
        WHEN item.kind = 'event trigger' THEN old - common - 'enabled' <> new - common - 'enabled'
        WHEN item.kind = 'statistics' THEN old - common - 'statistics' <> new - common - 'statistics'
        WHEN item.kind = 'subscription' THEN old -> 'two_phase' IS DISTINCT FROM new -> 'two_phase'
        WHEN item.kind IN ('schema', 'extension', 'foreign-data wrapper', 'privileges', 'default privileges', 'database', 'large object') THEN false
        ELSE old - common <> new - common
    END;
END
$$;
COMMENT ON FUNCTION chronos.plan_rebuilds(chronos.plan_item, text[], text[]) IS
    'Whether no ALTER leads from one state of an object to the other.';
