-- Columns in a plan: which of the old are which of the new, and what makes one of the other.

CREATE FUNCTION chronos.plan_columns(item chronos.plan_item, lost text[])
RETURNS TABLE (nr bigint, old_nr bigint, old_name text, name text, old jsonb, new jsonb, way text, turn bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    field text := CASE item.kind WHEN 'type' THEN 'attributes' ELSE 'columns' END;
    -- The columns of a view are never dropped one by one: their place is their number.
    by_place boolean := item.same AND item.kind IN ('view', 'materialized view');
    by_number boolean := by_place OR coalesce(item.same
        AND cardinality(item.old_attributes) = jsonb_array_length(item.old -> field)
        AND cardinality(item.attributes) = jsonb_array_length(item.new -> field), false);
    -- Since 17 the expression of a stored column can be changed.
    sets_expression boolean := current_setting('server_version_num')::int >= 170000;
BEGIN
    RETURN QUERY
    WITH o AS (SELECT c.facts, c.nr, CASE WHEN by_place THEN c.nr ELSE item.old_attributes[c.nr] END AS number
               FROM jsonb_array_elements(item.old -> field) WITH ORDINALITY c(facts, nr)),
    n AS (SELECT c.facts, c.nr, CASE WHEN by_place THEN c.nr ELSE item.attributes[c.nr] END AS number
          FROM jsonb_array_elements(item.new -> field) WITH ORDINALITY c(facts, nr)),
    pair AS MATERIALIZED (
        SELECT n.nr, o.nr AS old_nr, o.facts AS before, n.facts AS after,
               chronos.plan_carry(o.facts, n.facts, item.pairs, '{name,acl,comment}') AS mid
        FROM o FULL JOIN n ON (CASE WHEN by_number THEN o.number::text ELSE o.facts ->> 'name' END)
                            = (CASE WHEN by_number THEN n.number::text ELSE n.facts ->> 'name' END)),
    first AS MATERIALIZED (
        SELECT p.*, CASE
            WHEN p.after IS NULL THEN 'drop' WHEN p.before IS NULL THEN 'add'
            WHEN p.after ? 'generated' AND p.mid -> 'generated' IS DISTINCT FROM p.after -> 'generated' THEN 'remake'
            WHEN p.after ? 'generated' AND p.mid -> 'default' <> p.after -> 'default'
                 AND NOT (sets_expression AND p.after ->> 'generated' = 'stored') THEN 'remake'
            WHEN p.before ? 'generated' AND chronos.plan_names(p.before ->> 'default') && lost THEN 'remake'
            -- USING is not for them, and to text all types go by themselves.
            WHEN p.after ? 'generated' AND p.mid -> 'type' <> p.after -> 'type' AND p.after ->> 'type' !~ '^(text|character varying)'
                 AND chronos.plan_using(p.after ->> 'name', p.mid - 'generated', p.after - 'generated') <> '' THEN 'remake'
            WHEN p.mid -> 'type' <> p.after -> 'type' OR p.mid -> 'collation' IS DISTINCT FROM p.after -> 'collation'
                 OR chronos.plan_names((p.before ->> 'type') || ' ' || coalesce(p.before ->> 'collation', '')) && lost THEN 'retype'
            WHEN p.mid - 'name' <> p.after - 'name' OR chronos.plan_names(p.before ->> 'default') && lost THEN 'alter'
            ELSE 'keep' END AS way
        FROM pair p),
    second AS MATERIALIZED (
    SELECT f.*, CASE
        -- What is computed of a column that goes or changes its type has to go before.
        WHEN f.way IN ('keep', 'alter', 'retype') AND f.before ? 'generated' AND f.after ? 'generated' AND EXISTS (
            SELECT FROM first b WHERE b.way IN ('drop', 'retype', 'remake') AND b.old_nr <> f.old_nr
              AND chronos.plan_words(f.before ->> 'default') @> chronos.plan_words(b.before ->> 'name')) THEN 'remake'
        ELSE f.way END AS last_way
    FROM first f)
    SELECT s.nr, s.old_nr, s.before ->> 'name', s.after ->> 'name', s.mid, s.after, s.last_way,
           -- What is computed comes after that of which it is.
           CASE WHEN s.last_way IN ('add', 'remake') AND s.after ? 'generated' THEN greatest(s.nr, (
               SELECT max(b.nr) FROM second b WHERE b.last_way IN ('add', 'remake')
                 AND chronos.plan_words(s.after ->> 'default') @> chronos.plan_words(b.after ->> 'name'))) ELSE s.nr END
    FROM second s;
END
$$;
COMMENT ON FUNCTION chronos.plan_columns(chronos.plan_item, text[]) IS
    'The columns of both sides, by number where both are of one timeline, else by name, what happens to each (keep, alter, retype, remake, add, drop), and when a new one has its turn.';

CREATE FUNCTION chronos.plan_using(name text, old jsonb, new jsonb) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    before text := old ->> 'type';
    after text := new ->> 'type';
    context "char";
BEGIN
    before := regexp_replace(before, '\(\d+(,\d+)?\)', '');
    after := regexp_replace(after, '\(\d+(,\d+)?\)', '');
    IF new ? 'generated' OR (before = after AND strpos(before, '.') = 0) THEN
        RETURN '';
    END IF;
    IF strpos(before || after, '.') = 0 THEN
        SELECT c.castcontext INTO context FROM pg_cast c
        WHERE c.castsource = to_regtype(before) AND c.casttarget = to_regtype(after);
        IF context IN ('a', 'i') THEN
            RETURN '';
        ELSIF context = 'e' THEN
            RETURN format(' USING %I::%s', name, new ->> 'type');
        END IF;
    END IF;
    RETURN format(' USING %I::text::%s', name, new ->> 'type');
END
$$;
COMMENT ON FUNCTION chronos.plan_using(text, jsonb, jsonb) IS
    'The USING clause that a change of type needs: none where PostgreSQL converts by itself, else through a cast or the text.';

CREATE FUNCTION chronos.plan_rewrites(old jsonb, new jsonb) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    before text[] := regexp_match(old ->> 'type', '^(.*?)(?:\((\d+)(?:,(\d+))?\))?( with.*)?$');
    after text[] := regexp_match(new ->> 'type', '^(.*?)(?:\((\d+)(?:,(\d+))?\))?( with.*)?$');
    words text[] := ARRAY['character varying', 'text'];
BEGIN
    IF before[1] = ANY (words) AND after[1] = ANY (words) THEN
        RETURN after[2] IS NOT NULL AND (before[2] IS NULL OR after[2]::int < before[2]::int);
    ELSIF before[1] = after[1] AND before[1] IN ('numeric', 'bit varying', 'time', 'timestamp', 'interval')
          AND before[4] IS NOT DISTINCT FROM after[4] AND before[3] IS NOT DISTINCT FROM after[3] THEN
        RETURN after[2] IS NOT NULL AND (before[2] IS NULL OR after[2]::int < before[2]::int);
    END IF;
    RETURN NOT (before[1] = 'cidr' AND after[1] = 'inet');
END
$$;
COMMENT ON FUNCTION chronos.plan_rewrites(jsonb, jsonb) IS
    'Whether a change of a column''s type writes the table anew.';

CREATE FUNCTION chronos.plan_loses(old jsonb, new jsonb) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    before text[] := regexp_match(old ->> 'type', '^(.*?)(?:\((\d+)(?:,(\d+))?\))?( with.*)?$');
    after text[] := regexp_match(new ->> 'type', '^(.*?)(?:\((\d+)(?:,(\d+))?\))?( with.*)?$');
    numbers constant text[] := '{smallint,integer,bigint,numeric}';
BEGIN
    -- What does not fit a shorter text or a smaller number is an error, not a loss.
    RETURN NOT (
        after[1] IN ('text', 'character varying') OR (after[1] = 'text[]' AND before[1] LIKE '%[]')
        -- Types that somebody made are converted through their text, which fits or is an error.
        OR before[1] LIKE '%.%' OR after[1] LIKE '%.%'
        OR (before[1] = after[1] AND before[4] IS NOT DISTINCT FROM after[4] AND CASE
                WHEN after[2] IS NULL THEN true
                WHEN before[1] = 'numeric' THEN
                    before[2] IS NOT NULL AND coalesce(after[3], '0')::int >= coalesce(before[3], '0')::int
                WHEN before[1] IN ('time', 'timestamp', 'interval') THEN
                    before[2] IS NOT NULL AND after[2]::int >= before[2]::int
                ELSE true END)
        OR (before[1] = ANY (numbers) AND after[1] = ANY (numbers) AND before[1] <> 'numeric')
        OR (before[1], after[1]) IN (('smallint', 'real'), ('smallint', 'double precision'), ('jsonb', 'json'),
               ('integer', 'double precision'), ('real', 'double precision'), ('cidr', 'inet'))
        OR (before[1] = 'date' AND after[1] = 'timestamp' AND coalesce(after[4], '') = ' without time zone'));
END
$$;
COMMENT ON FUNCTION chronos.plan_loses(jsonb, jsonb) IS
    'Whether a change of a column''s type may leave less of its values than there was, without an error.';

CREATE FUNCTION chronos.plan_column_added(clause text, identity text, facts jsonb, in_use boolean)
RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- A function may need the table as it will be, and rows that are values of columns elsewhere are given nothing: it is set afterwards.
    at_once boolean := facts ? 'default' AND NOT facts ? 'generated' AND in_use IS NOT TRUE
        AND (facts ->> 'default') !~ '[[:alnum:]_$"]\.[[:alnum:]_$"]+\(';
    filled boolean := at_once OR facts ? 'generated' OR facts ? 'identity';
    slow boolean := facts ->> 'generated' = 'stored' OR facts ? 'identity'
        OR (at_once AND (facts ->> 'default') ~* '\m(random|nextval|clock_timestamp|timeofday|gen_random_uuid|uuid_\w+)\(');
BEGIN
    RETURN NEXT chronos.plan_say(4, 62, format('ALTER %s %s ADD COLUMN %s', clause, identity,
            chronos.column_sql(CASE WHEN at_once OR NOT facts ? 'default' OR facts ? 'generated' THEN facts
                                    ELSE facts - 'not_null' END))
        || CASE WHEN at_once THEN ' DEFAULT ' || (facts ->> 'default') ELSE '' END,
        CASE WHEN slow THEN '{rewrite}'::text[] ELSE '{}' END,
        CASE WHEN facts ? 'not_null' AND NOT filled THEN 'fails on a table with rows: NOT NULL without a default' END);
    IF at_once THEN
        facts := facts - 'default';
    ELSIF facts ? 'default' AND facts ? 'not_null' AND NOT facts ? 'generated' THEN
        RETURN NEXT chronos.plan_say(4, 72, format('ALTER %s %s ALTER COLUMN %I SET DEFAULT %s', clause, identity,
                                                   facts ->> 'name', facts ->> 'default'));
        RETURN NEXT chronos.plan_say(4, 72, format('UPDATE %s SET %I = DEFAULT', identity, facts ->> 'name'), '{rewrite}',
                                     'gives existing rows what the new column must have');
        RETURN NEXT chronos.plan_say(4, 73, format('ALTER %s %s ALTER COLUMN %I SET NOT NULL', clause, identity,
                                                   facts ->> 'name'));
        facts := facts - 'default';
    END IF;
    RETURN QUERY SELECT (chronos.plan_say(4, s.phase, s.statement)).*
    FROM chronos.column_statements(clause || ' ONLY', identity, jsonb_build_array(facts - 'inherited')) s;
END
$$;
COMMENT ON FUNCTION chronos.plan_column_added(text, text, jsonb, boolean) IS 'A column that comes.';

CREATE FUNCTION chronos.plan_not_null(clause text, identity text, old jsonb, new jsonb)
RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    before jsonb := coalesce(old -> 'not_null_constraint', '{}');
    after jsonb := coalesce(new -> 'not_null_constraint', '{}');
    name text := after ->> 'name';
BEGIN
    IF old ? 'not_null' AND NOT new ? 'not_null' THEN
        IF NOT before ? 'inherited' THEN
            RETURN NEXT chronos.plan_say(4, 62, format('ALTER %s %s ALTER COLUMN %I DROP NOT NULL', clause, identity,
                                                       new ->> 'name'));
        END IF;
        RETURN;
    ELSIF NOT old ? 'not_null' AND new ? 'not_null' AND NOT after ? 'inherited' THEN
        -- A column has to be NOT NULL before it gets a generator.
        RETURN NEXT chronos.plan_say(4, CASE WHEN new ? 'identity' THEN 62 ELSE 73 END, CASE WHEN after = '{}' THEN
            format('ALTER %s %s ALTER COLUMN %I SET NOT NULL', clause, identity, new ->> 'name')
            ELSE format('ALTER %s %s ADD%s NOT NULL %I', clause, identity, coalesce(' CONSTRAINT ' || quote_ident(name), ''),
                        new ->> 'name') || CASE WHEN after ? 'no_inherit' THEN ' NO INHERIT' ELSE '' END
                 || CASE WHEN after ? 'not_valid' THEN ' NOT VALID' ELSE '' END END, '{scan}');
    ELSIF old ? 'not_null' AND before <> after THEN
        IF before -> 'no_inherit' IS DISTINCT FROM after -> 'no_inherit' AND name IS NOT NULL THEN
            RETURN NEXT chronos.plan_say(4, 73, format('ALTER %s %s ALTER CONSTRAINT %I %s', clause, identity, name,
                CASE WHEN after ? 'no_inherit' THEN 'NO INHERIT' ELSE 'INHERIT' END));
        END IF;
        IF before ? 'not_valid' AND NOT after ? 'not_valid' THEN
            RETURN NEXT chronos.plan_say(4, 73, format('ALTER %s %s ALTER COLUMN %I SET NOT NULL', clause, identity,
                                                       new ->> 'name'), '{scan}');
        END IF;
    END IF;
    IF before -> 'comment' IS DISTINCT FROM after -> 'comment' AND coalesce(name, before ->> 'name') IS NOT NULL THEN
        RETURN NEXT chronos.plan_say(4, 92, format('COMMENT ON CONSTRAINT %I ON %s IS %s', coalesce(name, before ->> 'name'),
                                                   identity, quote_nullable(after ->> 'comment')));
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.plan_not_null(text, text, jsonb, jsonb) IS
    'NOT NULL of a column; since 18 it is a constraint with a state of its own.';

CREATE FUNCTION chronos.plan_column_changed(clause text, identity text, old jsonb, new jsonb, retyped boolean)
RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    target text := format('ALTER %s %s ALTER COLUMN %I', CASE WHEN clause IN ('TABLE', 'FOREIGN TABLE') THEN clause || ' ONLY' ELSE clause END,
                          identity, new ->> 'name');
BEGIN
    IF new ? 'default' AND new ? 'generated' THEN
        IF old ->> 'default' <> new ->> 'default' THEN
            RETURN NEXT chronos.plan_say(4, 72, format('%s SET EXPRESSION AS (%s)', replace(target, ' ONLY ', ' '),
                                                       new ->> 'default'), '{rewrite}');
        END IF;
    ELSIF new ? 'default' THEN
        RETURN NEXT chronos.plan_say(4, 72, format('%s SET DEFAULT %s', target, new ->> 'default'));
    ELSIF old ? 'default' AND clause = 'VIEW' THEN
        RETURN NEXT chronos.plan_say(4, 62, target || ' DROP DEFAULT');
    END IF;
    IF old ? 'identity' AND old ->> 'identity' <> new ->> 'identity' THEN
        RETURN NEXT chronos.plan_say(4, 65, format('%s SET GENERATED %s', replace(target, ' ONLY ', ' '), upper(new ->> 'identity')));
    END IF;
    IF old -> 'storage' IS DISTINCT FROM new -> 'storage' OR (retyped AND new ? 'storage') THEN
        RETURN NEXT chronos.plan_say(4, 69, format('%s SET STORAGE %s', target,
            coalesce(upper(new ->> 'storage'), chronos.plan_usual_storage(new ->> 'type'))));
    END IF;
    IF old -> 'compression' IS DISTINCT FROM new -> 'compression' OR (retyped AND new ? 'compression') THEN
        RETURN NEXT chronos.plan_say(4, 69, format('%s SET COMPRESSION %s', target, coalesce(new ->> 'compression', 'default')));
    END IF;
    IF old -> 'statistics' IS DISTINCT FROM new -> 'statistics' THEN
        RETURN NEXT chronos.plan_say(4, 69, format('%s SET STATISTICS %s', target, coalesce(new ->> 'statistics', '-1')));
    END IF;
    RETURN QUERY SELECT (chronos.plan_say(4, 69, s)).* FROM chronos.plan_options(old -> 'options', new -> 'options', target) s;
    IF old -> 'fdw_options' IS DISTINCT FROM new -> 'fdw_options' THEN
        RETURN NEXT chronos.plan_say(4, 69, target || chronos.plan_fdw_options(old -> 'fdw_options', new -> 'fdw_options'));
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.plan_column_changed(text, text, jsonb, jsonb, boolean) IS
    'What a column that stays has otherwise than before, but for its type.';

CREATE FUNCTION chronos.plan_usual_storage(type text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- DEFAULT is understood since 16.
    RETURN CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'DEFAULT'
        ELSE coalesce((SELECT CASE t.typstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' END
                       FROM pg_type t WHERE t.oid = to_regtype(regexp_replace(type, '\(.*$', ''))), 'EXTENDED') END;
END
$$;
COMMENT ON FUNCTION chronos.plan_usual_storage(text) IS 'The storage that a column of a type has if nobody says otherwise.';
