-- Objects that need each other: views that were replaced to use what uses them, functions whose bodies the
-- server resolves. As pg_dump does, each gets a placeholder of the same shape, which the others can be made
-- of, and is replaced by the real one afterwards.

CREATE FUNCTION chronos.names_itself(kind text, identity text, definition jsonb) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN kind = 'view' AND strpos(definition ->> 'query', identity) > 0 AND identity = ANY (chronos.plan_names(definition ->> 'query'));
END
$$;
COMMENT ON FUNCTION chronos.names_itself(text, text, jsonb) IS
    'Whether a view was replaced by one that uses itself.';

CREATE FUNCTION chronos.circles(kinds text[], identities text[], definitions jsonb[]) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    sources text[];
    targets text[];
    count int;
BEGIN
    -- What needs nothing closes no circle, and a type with a shell is there for those who need it.
    WITH object AS MATERIALIZED (
        SELECT o.kind || ' ' || o.identity AS key, o.kind, o.definition
        FROM unnest(kinds, identities, definitions) o(kind, identity, definition)
        WHERE o.definition ? 'depends_on'
    ), edge AS (
        SELECT o.key, t.key AS needed
        FROM object o
        CROSS JOIN LATERAL jsonb_array_elements_text(o.definition -> 'depends_on') d(key)
        JOIN object t ON t.key = d.key AND t.key <> o.key
        WHERE NOT (t.kind = 'type' AND (t.definition ? 'base' OR t.definition -> 'range' ->> 'canonical' IS NOT NULL))
        UNION ALL
        SELECT o.kind || ' ' || o.identity, o.kind || ' ' || o.identity FROM unnest(kinds, identities, definitions) o(kind, identity, definition)
        WHERE o.kind = 'view' AND chronos.names_itself(o.kind, o.identity, o.definition)
    )
    SELECT array_agg(e.key), array_agg(e.needed) INTO sources, targets FROM edge e;
    LOOP
        count := cardinality(sources);
        EXIT WHEN count IS NULL;
        SELECT array_agg(e.source), array_agg(e.target) INTO sources, targets
        FROM unnest(sources, targets) e(source, target)
        WHERE e.source IN (SELECT unnest(targets)) AND e.target IN (SELECT unnest(sources));
        EXIT WHEN cardinality(sources) = count;
    END LOOP;
    RETURN coalesce(sources, '{}') || targets;
END
$$;
COMMENT ON FUNCTION chronos.circles(text[], text[], jsonb[]) IS
    'The objects, as KIND IDENTITY, that need each other in a circle or stand between two.';

CREATE FUNCTION chronos.placeholder_sql(kind text, identity text, definition jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    text text := definition ->> 'definition';
BEGIN
    IF kind = 'view' THEN
        RETURN (SELECT format(E'CREATE VIEW %s AS\nSELECT %s', identity, string_agg(
                    format('NULL::%s%s AS %I', c.facts ->> 'type', coalesce(' COLLATE ' || (c.facts ->> 'collation'), ''),
                           c.facts ->> 'name'), E',\n    ' ORDER BY c.nr))
                FROM jsonb_array_elements(definition -> 'columns') WITH ORDINALITY c(facts, nr));
    ELSIF kind IN ('function', 'procedure') AND text !~ E'\nAS [$'']' THEN
        RETURN regexp_replace(text, E'\n(BEGIN ATOMIC|RETURN )(?:.|\n)*$', E'\nAS ''''');
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION chronos.placeholder_sql(text, text, jsonb) IS
    'What stands for a view or function while others are made of it; null where nothing can.';

CREATE FUNCTION chronos.with_placeholders(INOUT kinds text[], INOUT identities text[], INOUT definitions jsonb[])
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    members constant text[] := chronos.circles(kinds, identities, definitions);
    replaced text[];
BEGIN
    IF members = '{}' THEN
        RETURN;
    END IF;
    SELECT array_agg(o.kind || ' ' || o.identity) INTO replaced
    FROM unnest(kinds, identities, definitions) o(kind, identity, definition)
    WHERE o.kind || ' ' || o.identity = ANY (members)
      AND chronos.placeholder_sql(o.kind, o.identity, o.definition) IS NOT NULL;
    WITH object AS MATERIALIZED (
        SELECT o.*, o.kind || ' ' || o.identity AS key,
               (SELECT jsonb_agg(CASE WHEN d.key = ANY (replaced) THEN 'placeholder ' ELSE '' END || d.key)
                FROM jsonb_array_elements_text(o.definition -> 'depends_on') d(key)) AS needs
        FROM unnest(kinds, identities, definitions) o(kind, identity, definition)
    ), stand_in AS (
        SELECT 'placeholder' AS kind, o.key AS identity, jsonb_build_object(
                   'phase', CASE o.kind WHEN 'view' THEN 68 ELSE 40 END, 'statement', p.statement,
                   'kind', o.kind, 'identity', o.identity, 'depends_on', (
                       -- Of what the real one needs, only the types that its shape names.
                       SELECT coalesce(jsonb_agg(n.key), '[]') FROM jsonb_array_elements_text(o.needs) n(key)
                       WHERE n.key <> 'placeholder ' || o.key AND n.key !~ '^(placeholder )?(function|procedure|aggregate) '
                         AND strpos(p.statement, regexp_replace(n.key,
                                 '^(placeholder )?(type|table|foreign table|view|materialized view) ', '')) > 0)) AS definition
        FROM object o CROSS JOIN LATERAL chronos.placeholder_sql(o.kind, o.identity, o.definition) p(statement)
        WHERE o.key = ANY (replaced)
    ), changed AS (
        SELECT o.kind, o.identity, CASE WHEN NOT o.key = ANY (members) THEN o.definition
            ELSE o.definition || jsonb_build_object('depends_on', coalesce(o.needs, '[]')
                || CASE WHEN o.key = ANY (replaced) THEN jsonb_build_array('placeholder ' || o.key) ELSE '[]' END,
                'replace', o.key = ANY (replaced)) END AS definition
        FROM object o
        UNION ALL
        SELECT * FROM stand_in
    )
    SELECT array_agg(c.kind), array_agg(c.identity), array_agg(c.definition) INTO kinds, identities, definitions
    FROM changed c;
END
$$;
COMMENT ON FUNCTION chronos.with_placeholders(text[], text[], jsonb[]) IS
    'A set of objects in which those of a circle need placeholders, which are added, instead of each other.';
