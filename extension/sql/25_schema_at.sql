-- The schema at a version, whole or in part, as SQL.

CREATE FUNCTION chronos.belongs_to(definition jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN coalesce(definition ->> 'table', definition #>> '{column,table}');
END $$;
COMMENT ON FUNCTION chronos.belongs_to(jsonb) IS
    'The relation without which an object would not be: that of a constraint, index, trigger, rule, policy, statistics or owned sequence.';

CREATE FUNCTION chronos.schema_of(kind text, identity text, definition jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN CASE
        WHEN kind = 'schema' THEN identity
        WHEN kind = 'default privileges' THEN quote_ident(definition ->> 'schema')
        WHEN kind IN ('table', 'foreign table', 'view', 'materialized view', 'sequence', 'index', 'constraint', 'trigger',
                      'rule', 'policy', 'statistics', 'type', 'function', 'procedure', 'aggregate', 'operator',
                      'operator family', 'operator class', 'collation', 'conversion') OR kind LIKE 'text search %'
        THEN substring(coalesce(definition ->> 'table', identity) FROM '^("(?:[^"]|"")+"|[^".(]+)\.') END;
END $$;
COMMENT ON FUNCTION chronos.schema_of(text, text, jsonb) IS
    'The schema that an object is in, quoted where it must be; null for what is in none.';

CREATE FUNCTION chronos.schemas_at(version bigint, schemas text[])
RETURNS TABLE (kind text, identity text, definition jsonb) LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    missing text;
BEGIN
    SELECT s INTO missing FROM unnest(schemas) s
    WHERE quote_ident(s) NOT IN (SELECT f.identity FROM chronos.facts_at(version) f WHERE f.kind = 'schema') LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'schema version % has no schema "%"', version, missing USING ERRCODE = 'invalid_schema_name',
            DETAIL = (SELECT format('It has %s.', string_agg(f.identity, ', ' ORDER BY f.identity COLLATE "C"))
                      FROM chronos.facts_at(version) f WHERE f.kind = 'schema');
    END IF;
    RETURN QUERY
    SELECT f.kind, f.identity, f.definition FROM chronos.facts_at(version) f
    WHERE chronos.schema_of(f.kind, f.identity, f.definition) IN (SELECT quote_ident(s) FROM unnest(schemas) s);
END $$;
COMMENT ON FUNCTION chronos.schemas_at(bigint, text[]) IS 'Everything that was in some schemas at a version.';

CREATE FUNCTION chronos.find_object(version bigint, object text) RETURNS TABLE (kind text, identity text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    found_kinds text[];
    found_identities text[];
    best int;
BEGIN
    -- The whole name goes before a routine without its arguments or a name without its schema.
    SELECT array_agg(m.kind ORDER BY m.kind, m.identity), array_agg(m.identity ORDER BY m.kind, m.identity), m.rank
    INTO found_kinds, found_identities, best
    FROM (SELECT f.kind, f.identity,
                 CASE WHEN object IN (f.identity, f.kind || ' ' || f.identity) THEN 1
                      WHEN starts_with(f.identity, object || '(')
                           OR starts_with(f.kind || ' ' || f.identity, object || '(') THEN 2
                      WHEN object IN (n.name, f.kind || ' ' || n.name) OR starts_with(n.name, object || '(') THEN 3 END AS rank
          FROM chronos.facts_at(version) f
          CROSS JOIN LATERAL (
              SELECT CASE WHEN f.kind NOT IN ('constraint', 'trigger', 'rule', 'policy')
                          THEN substring(f.identity FROM '^(?:"(?:[^"]|"")+"|[^".(]+)\.(.*)$') END AS name) n) m
    WHERE m.rank IS NOT NULL
    GROUP BY m.rank ORDER BY m.rank LIMIT 1;
    IF cardinality(found_kinds) = 1 THEN
        RETURN QUERY SELECT found_kinds[1], found_identities[1];
        RETURN;
    ELSIF found_kinds IS NULL THEN
        RAISE EXCEPTION 'schema version % has no object "%"', version, object USING ERRCODE = 'undefined_object',
            HINT = 'Write it as public.orders, table public.orders or public.total(integer), with quotes where SQL needs them.';
    END IF;
    RAISE EXCEPTION '"%" is ambiguous at schema version %', object, version USING ERRCODE = 'ambiguous_alias',
        DETAIL = format('It can be %s.', (SELECT string_agg(concat_ws(' ', k, i), ', or ' ORDER BY nr)
                                          FROM unnest(found_kinds, found_identities) WITH ORDINALITY u(k, i, nr))),
        HINT = 'Write one of these.';
END $$;
COMMENT ON FUNCTION chronos.find_object(bigint, text) IS
    'The object that a text names at a version: with or without its kind, schema and arguments, as long as there is only one.';

CREATE FUNCTION chronos.object_at(version bigint, object text)
RETURNS TABLE (kind text, identity text, definition jsonb) LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    own_kind text;
    own_identity text;
BEGIN
    SELECT o.kind, o.identity INTO own_kind, own_identity FROM chronos.find_object(version, object) o;
    RETURN QUERY
    SELECT f.kind, f.identity, f.definition FROM chronos.facts_at(version) f
    WHERE (f.kind = own_kind AND f.identity = own_identity)
       OR (own_kind IN ('table', 'foreign table', 'view', 'materialized view')
           AND chronos.belongs_to(f.definition) = own_identity);
END $$;
COMMENT ON FUNCTION chronos.object_at(bigint, text) IS
    'One object at a version, a relation with what belongs to it: constraints, indexes, triggers, rules, policies, statistics, owned sequences.';

CREATE FUNCTION chronos.schema_at(version bigint, schemas text[] DEFAULT NULL, object text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    kinds text[];
    identities text[];
    definitions jsonb[];
BEGIN
    IF version IS NULL THEN
        RETURN NULL;
    ELSIF object IS NOT NULL THEN
        SELECT array_agg(f.kind), array_agg(f.identity), array_agg(f.definition) INTO kinds, identities, definitions
        FROM chronos.object_at(version, object) f
        WHERE schemas IS NULL OR chronos.schema_of(f.kind, f.identity, f.definition) IN (SELECT quote_ident(s) FROM unnest(schemas) s);
    ELSIF schemas IS NOT NULL THEN
        SELECT array_agg(f.kind), array_agg(f.identity), array_agg(f.definition) INTO kinds, identities, definitions
        FROM chronos.schemas_at(version, schemas) f;
    ELSE
        SELECT array_agg(f.kind), array_agg(f.identity), array_agg(f.definition) INTO kinds, identities, definitions
        FROM chronos.facts_at(version) f;
    END IF;
    RETURN chronos.script(coalesce(kinds, '{}'), coalesce(identities, '{}'), coalesce(definitions, '{}'));
END $$;
COMMENT ON FUNCTION chronos.schema_at(bigint, text[], text) IS
    'The schema at a version as SQL that builds it in an empty database; of some schemas, or of one object with what belongs to it, where the rest exists.';

CREATE FUNCTION chronos.schema_at(at timestamptz, schemas text[] DEFAULT NULL, object text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN chronos.schema_at(chronos.version_at(at), schemas, object);
END $$;
COMMENT ON FUNCTION chronos.schema_at(timestamptz, text[], text) IS 'As schema_at(bigint), at a time.';

CREATE FUNCTION chronos.schema_at(reference text, schemas text[] DEFAULT NULL, object text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN chronos.schema_at(chronos.resolve(reference), schemas, object);
END $$;
COMMENT ON FUNCTION chronos.schema_at(text, text[], text) IS
    'As schema_at(bigint), at a version named as chronos.resolve() takes it.';
