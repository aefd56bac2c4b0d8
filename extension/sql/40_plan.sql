-- chronos.plan(): the statements that lead from one set of facts to another. Files: 40 what texts say,
-- 41 tables, 42 the other kinds, 43 which objects are touched and how, 44 the plan itself.
-- A statement belongs to one of five stages, in this order:
--    1 what goes first, under its old name, in the reverse order of a script
--    2 schemas         3 renames        4 what is made or altered, in the order of a script
--    5 what can go only now, for it was in use until here
-- Only the facts are read, never the catalogue, but for what is at stake now.

CREATE TYPE chronos.plan_fact AS (
    kind text, identity text, definition jsonb, object bigint, place text, attributes int2[]);
COMMENT ON TYPE chronos.plan_fact IS
    'An object as chronos.plan() takes it: object is its number through time, place tells the catalogue row, attributes are the numbers of its columns.';

CREATE TYPE chronos.plan_item AS (
    nr int, kind text, old_identity text, identity text, old jsonb, mid jsonb, new jsonb,
    old_attributes int2[], attributes int2[], same boolean, action text, late boolean, pairs text[], names text[], kept int, led text[], alone text[],
    shared text[], in_use boolean);
COMMENT ON TYPE chronos.plan_item IS
    'One object of both sides of a plan. action: keep, alter, add, drop, rebuild; mid is old in the names that hold after all renames; pairs are these; names are the qualified names that old holds; of a table that leaves parents or joins others, kept is how many of the first it keeps, and led are the columns of these; alone are the columns that go from a table and stay with a child, shared those that come or go as they do for a parent; in_use tells whether rows of the table are values of columns.';

CREATE TYPE chronos.plan_statement AS (
    stage int, phase int, statement text, hazards text[], note text);
COMMENT ON TYPE chronos.plan_statement IS 'A statement of a plan before it has its place.';

CREATE TYPE chronos.plan_step AS (
    step int, stage int, statement text, kind text, identity text, old_identity text, hazards text[], note text);
COMMENT ON TYPE chronos.plan_step IS 'A statement of a plan at its place; old_identity is what its object is called now.';

CREATE FUNCTION chronos.plan_say(stage int, phase int, statement text, hazards text[] DEFAULT '{}',
                                 note text DEFAULT NULL) RETURNS chronos.plan_statement
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN ROW(stage, phase, statement, hazards, note)::chronos.plan_statement;
END
$$;
COMMENT ON FUNCTION chronos.plan_say(int, int, text, text[], text) IS 'Makes a statement of a plan.';

CREATE FUNCTION chronos.plan_words(value text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN coalesce((SELECT array_agg(w[1]) FROM regexp_matches(translate(replace(value, '\n', ' '), '"\', ''),
                                                       '[[:alnum:]_$\x03]+|[^[:alnum:]_$]', 'g') w), '{}');
END
$$;
COMMENT ON FUNCTION chronos.plan_words(text) IS 'The words and signs of a text, quotes left out.';

CREATE FUNCTION chronos.plan_one_word(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    quoted text;
BEGIN
    FOR quoted IN SELECT q[1] FROM regexp_matches(value, '"([^"\\]+)"', 'g') q LOOP
        value := replace(value, '"' || quoted || '"', regexp_replace(quoted, '[^[:alnum:]_$]', E'\x03', 'g'));
    END LOOP;
    RETURN value;
END
$$;
COMMENT ON FUNCTION chronos.plan_one_word(text) IS
    'A text in which a quoted name is one word: a mark stands for each sign that would part it.';

CREATE FUNCTION chronos.plan_names(value text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN coalesce((SELECT array_agg(DISTINCT replace(n[1], '\"', '"') COLLATE "C") FROM regexp_matches(replace(value, '\n', ' '),
        '((?:\\?"(?:[^"\\]|"")+\\?"|[[:alnum:]_$]+)\.(?:\\?"(?:[^"\\]|"")+\\?"|[[:alnum:]_$]+))', 'g') n), '{}');
END
$$;
COMMENT ON FUNCTION chronos.plan_names(text) IS 'The qualified names that a text holds.';

CREATE FUNCTION chronos.plan_pairs(old text, new text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    before text[] := chronos.plan_words(chronos.plan_one_word(old));
    after text[] := chronos.plan_words(chronos.plan_one_word(new));
BEGIN
    IF cardinality(before) <> cardinality(after) THEN
        RETURN '{}';
    END IF;
    RETURN coalesce((SELECT array_agg(u.b || ' ' || u.a) FROM unnest(before, after) u(b, a) WHERE u.b <> u.a), '{}');
END
$$;
COMMENT ON FUNCTION chronos.plan_pairs(text, text) IS 'Which word became which by a rename, as "old new".';

CREATE FUNCTION chronos.plan_alike(old text, new text, pairs text[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    before text[];
    after text[];
    pair text;
    word text;
    alone constant text := '(?<![[:alnum:]_$])%s(?![[:alnum:]_$])';
BEGIN
    IF old = new OR cardinality(pairs) = 0 THEN
        RETURN old = new;
    END IF;
    old := translate(replace(old, '\n', ' '), '"\', '');
    new := translate(replace(new, '\n', ' '), '"\', '');
    FOR word IN SELECT DISTINCT w FROM unnest(pairs) p CROSS JOIN LATERAL unnest(string_to_array(p, ' ')) w
                WHERE strpos(w, E'\x03') > 0 LOOP
        pair := format(alone, replace(replace(word, '$', '\$'), E'\x03', '[^[:alnum:]_$]'));
        old := regexp_replace(old, pair, word, 'g');
        new := regexp_replace(new, pair, word, 'g');
    END LOOP;
    FOREACH pair IN ARRAY pairs LOOP
        -- A view keeps the name of its own column when the one below it gets another.
        IF pair ~ '^[[:alnum:]_$\x03]+ [[:alnum:]_$\x03]+$' THEN
            old := regexp_replace(old, format(alone, replace(format('%s AS %s', split_part(pair, ' ', 1), split_part(pair, ' ', 2)),
                                               '$', '\$')), split_part(pair, ' ', 1), 'g');
            new := regexp_replace(new, format(alone, replace(format('%s AS %s', split_part(pair, ' ', 2), split_part(pair, ' ', 1)),
                                               '$', '\$')), split_part(pair, ' ', 2), 'g');
        END IF;
    END LOOP;
    before := chronos.plan_words(old);
    after := chronos.plan_words(new);
    RETURN cardinality(before) = cardinality(after) AND NOT EXISTS (
        SELECT FROM unnest(before, after) u(b, a) WHERE u.b <> u.a AND NOT u.b || ' ' || u.a = ANY (pairs));
END
$$;
COMMENT ON FUNCTION chronos.plan_alike(text, text, text[]) IS
    'Whether two texts are the same once the renames are counted in, which the server makes in all texts by itself.';

CREATE FUNCTION chronos.plan_carry(old jsonb, new jsonb, pairs text[], but text[] DEFAULT '{}') RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF old IS NULL THEN
        RETURN NULL;
    ELSIF cardinality(pairs) = 0 OR jsonb_typeof(old) <> 'object' OR jsonb_typeof(new) <> 'object' THEN
        RETURN CASE WHEN old <> new AND chronos.plan_alike(old #>> '{}', new #>> '{}', pairs) THEN new ELSE old END;
    END IF;
    RETURN coalesce((SELECT jsonb_object_agg(o.key, CASE
            WHEN n.value IS NULL OR n.value = o.value OR o.key = ANY (but) THEN o.value
            WHEN chronos.plan_alike(o.value #>> '{}', n.value #>> '{}', pairs) THEN n.value
            ELSE o.value END)
        FROM jsonb_each(old) o LEFT JOIN jsonb_each(new) n USING (key)), '{}');
END
$$;
COMMENT ON FUNCTION chronos.plan_carry(jsonb, jsonb, text[], text[]) IS
    'Old facts as they read after the renames: what differs by nothing else is taken from the new ones.';

CREATE FUNCTION chronos.plan_clause(kind text, definition jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN CASE WHEN kind = 'type' AND definition ? 'domain' THEN 'DOMAIN'
                WHEN kind = 'aggregate' THEN 'ROUTINE'
                WHEN kind = 'foreign-data wrapper' THEN 'FOREIGN DATA WRAPPER'
                WHEN kind = 'language' THEN 'LANGUAGE'
                ELSE upper(kind) END;
END
$$;
COMMENT ON FUNCTION chronos.plan_clause(text, jsonb) IS 'What ALTER, DROP and COMMENT call a kind of object.';

CREATE FUNCTION chronos.plan_target(kind text, identity text, definition jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN CASE WHEN kind = 'procedure' THEN coalesce(definition ->> 'signature', identity)
                WHEN kind IN ('trigger', 'rule', 'policy') THEN
                    format('%I ON %s', definition ->> 'name', definition ->> 'table')
                ELSE identity END;
END
$$;
COMMENT ON FUNCTION chronos.plan_target(text, text, jsonb) IS 'How ALTER, DROP and COMMENT name an object.';

CREATE FUNCTION chronos.plan_options(old jsonb, new jsonb, change text, prefix text DEFAULT '') RETURNS SETOF text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    gone text;
    made text;
BEGIN
    SELECT string_agg(format('%s%I', prefix, split_part(o, '=', 1)), ', ') INTO gone
    FROM jsonb_array_elements_text(old) o
    WHERE NOT EXISTS (SELECT FROM jsonb_array_elements_text(new) n WHERE split_part(n, '=', 1) = split_part(o, '=', 1));
    -- What has another place in the list is set again, so that the lists are equal.
    IF coalesce(old, '[]') <> coalesce(new, '[]') THEN
        IF EXISTS (SELECT FROM jsonb_array_elements_text(old)) AND EXISTS (SELECT FROM jsonb_array_elements_text(new)) THEN
            SELECT string_agg(format('%s%I', prefix, split_part(o, '=', 1)), ', ') INTO gone
            FROM jsonb_array_elements_text(old) o;
        END IF;
        made := chronos.options_sql(new, prefix);
    END IF;
    IF gone IS NOT NULL THEN
        RETURN NEXT format('%s RESET (%s)', change, gone);
    END IF;
    IF made IS NOT NULL THEN
        RETURN NEXT format('%s SET (%s)', change, made);
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.plan_options(jsonb, jsonb, text, text) IS 'From storage options to others, by RESET and SET.';

CREATE FUNCTION chronos.plan_fdw_options(old jsonb, new jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- The order of options is part of the facts: all go and all come.
    RETURN ' OPTIONS (' || nullif(concat_ws(', ',
        (SELECT string_agg(format('DROP %I', split_part(o, '=', 1)), ', ') FROM jsonb_array_elements_text(old) o),
        (SELECT string_agg(format('ADD %I %L', split_part(n.o, '=', 1), substr(n.o, strpos(n.o, '=') + 1)), ', ' ORDER BY n.nr)
         FROM jsonb_array_elements_text(new) WITH ORDINALITY n(o, nr))), '') || ')';
END
$$;
COMMENT ON FUNCTION chronos.plan_fdw_options(jsonb, jsonb) IS
    'The OPTIONS clause from old options of a foreign data wrapper''s object to new ones.';
