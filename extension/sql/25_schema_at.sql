-- The schema at a version, as SQL.

CREATE FUNCTION chronos.schema_at(version bigint) RETURNS text LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT chronos.script(coalesce(array_agg(f.kind), '{}'), coalesce(array_agg(f.identity), '{}'),
                                  coalesce(array_agg(f.definition), '{}'))
            FROM chronos.facts_at(schema_at.version) f);
END $$;
COMMENT ON FUNCTION chronos.schema_at(bigint) IS
    'The schema at a version as SQL that builds it in an empty database.';
