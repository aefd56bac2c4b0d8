-- Since when, and by whom, a contract is not kept.

CREATE FUNCTION chronos.column_since(object bigint, version bigint, name text, property text, OUT since bigint, OUT present text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    newer chronos.fact;
    older chronos.fact;
    columns jsonb;
    newest jsonb;
    names text[];
    newer_names text[];
    place int;
BEGIN
    FOR older IN SELECT * FROM chronos.course(column_since.object, column_since.version) LOOP
        columns := (SELECT coalesce(d.definition -> 'columns', '[]') FROM chronos.definition d WHERE d.hash = older.hash);
        names := ARRAY(SELECT c ->> 'name' FROM jsonb_array_elements(columns) WITH ORDINALITY u(c, nr) ORDER BY nr);
        IF newer.since IS NULL THEN
            place := array_position(names, name);
            newest := columns -> (place - 1) -> property;
            EXIT WHEN property IS NOT NULL AND place IS NULL;
        ELSIF property IS NULL THEN
            place := array_position(names, name);
            IF place IS NOT NULL THEN
                since := newer.since;
                present := newer_names[array_position(chronos.older_places(newer, newer_names, older, names), place)];
                RETURN;
            END IF;
        ELSE
            place := (chronos.older_places(newer, newer_names, older, names))[place];
            IF place IS NULL OR columns -> (place - 1) -> property IS DISTINCT FROM newest THEN
                EXIT;
            END IF;
        END IF;
        newer := older;
        newer_names := names;
    END LOOP;
    since := CASE WHEN property IS NOT NULL THEN newer.since END;
END $$;
COMMENT ON FUNCTION chronos.column_since(bigint, bigint, text, text) IS
    'Since which version a property of a column is what it is, or, without a property, the column is not there, and what it is called instead.';

CREATE FUNCTION chronos.object_since(kinds text[], identity text, version bigint, property text, OUT since bigint, OUT present text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    newest jsonb;
    state record;
BEGIN
    IF property IS NULL THEN
        SELECT g.until, n.identity INTO since, present
        FROM chronos.lineage t JOIN chronos.fact g ON g.timeline = t.timeline AND g.until <= coalesce(t.last_version, version)
        LEFT JOIN chronos.fact n ON n.timeline = g.timeline AND n.object = g.object AND n.since = g.until AND n.identity <> g.identity
        WHERE g.kind = ANY (kinds) AND g.identity = object_since.identity
        ORDER BY t.depth, g.until DESC LIMIT 1;
        RETURN;
    END IF;
    FOR state IN
        SELECT c.since, CASE property WHEN 'returns' THEN to_jsonb(substring(d.definition ->> 'definition' FROM '\n RETURNS ([^\n]*)'))
                                      ELSE d.definition -> property END AS value
        FROM chronos.fact f CROSS JOIN LATERAL chronos.course(f.object, version) c JOIN chronos.definition d ON d.hash = c.hash
        WHERE f.timeline = chronos.current_timeline() AND f.until IS NULL AND f.kind = ANY (kinds) AND f.identity = object_since.identity
        ORDER BY c.since DESC
    LOOP
        EXIT WHEN since IS NOT NULL AND newest IS DISTINCT FROM state.value;
        newest := state.value;
        since := state.since;
    END LOOP;
END $$;
COMMENT ON FUNCTION chronos.object_since(text[], text, bigint, text) IS
    'Since which version a property of an object is what it is, or, without a property, the object is not there, and what it is called instead.';
