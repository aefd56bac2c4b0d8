-- The difference between two versions: objects by their numbers, whatever they are called.

CREATE TYPE chronos.state AS (
    line uuid, classid oid, objid oid, kind text, identity text, hash bytea, definition jsonb, attributes int2[], object bigint);
COMMENT ON TYPE chronos.state IS
    'A row of chronos.facts_of(). Without a definition it is the one that is stored under its hash.';

CREATE FUNCTION chronos.definition_of(state chronos.state) RETURNS jsonb LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN coalesce(state.definition, (SELECT d.definition FROM chronos.definition d WHERE d.hash = state.hash));
END $$;
COMMENT ON FUNCTION chronos.definition_of(chronos.state) IS 'The definition of an object in a state.';

CREATE FUNCTION chronos.pair_states(gone chronos.state[], come chronos.state[])
RETURNS TABLE (change text, old chronos.state, new chronos.state)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
-- The planner does not know how long the arrays are.
SET enable_nestloop = off
SET jit = off
AS $$
BEGIN
    RETURN QUERY
    WITH g AS MATERIALIZED (
        SELECT u.nr, (u.s).kind, (u.s).identity, (u.s).object, u.s
        FROM (SELECT s::chronos.state, row_number() OVER () AS nr FROM unnest(gone) s) u
    ), c AS MATERIALIZED (
        SELECT u.nr, (u.s).kind, (u.s).identity, (u.s).object, u.s
        FROM (SELECT s::chronos.state, row_number() OVER () AS nr FROM unnest(come) s) u
    ), numbered AS MATERIALIZED (
        SELECT c.nr, g.nr AS old_nr FROM c JOIN g ON g.object = c.object AND g.kind = c.kind
    ), named AS (
        -- dropped, and made anew in another version: the same to everybody but the server
        SELECT c.nr, g.nr AS old_nr
        FROM (SELECT c.* FROM c LEFT JOIN numbered n ON n.nr = c.nr WHERE n.nr IS NULL) c
        JOIN (SELECT g.* FROM g LEFT JOIN numbered n ON n.old_nr = g.nr WHERE n.nr IS NULL) g
             ON g.kind = c.kind AND g.identity = c.identity
    ), pair AS MATERIALIZED (
        SELECT * FROM numbered UNION ALL SELECT * FROM named
    )
    SELECT CASE WHEN g.nr IS NULL THEN 'added' WHEN c.nr IS NULL THEN 'removed'
                WHEN c.identity <> g.identity THEN 'renamed' ELSE 'changed' END, g.s, c.s
    FROM c FULL JOIN pair p ON p.nr = c.nr FULL JOIN g ON g.nr = p.old_nr
    WHERE (c.s).hash IS DISTINCT FROM (g.s).hash
    ORDER BY coalesce(c.kind, g.kind) COLLATE "C", coalesce(c.identity, g.identity) COLLATE "C";
END $$;
COMMENT ON FUNCTION chronos.pair_states(chronos.state[], chronos.state[]) IS
    'Objects of two schemas paired, and how they differ; what is the same in both may be left out.';

CREATE FUNCTION chronos.state_since(state chronos.state) RETURNS bigint LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- If there are several, they have the same columns, for those of a table that was made anew are of another oid.
    RETURN (SELECT min(f.since) FROM chronos.fact f
            WHERE f.object = state.object AND f.timeline = state.line AND f.classid = state.classid AND f.objid = state.objid
              AND f.hash = state.hash AND f.attributes = state.attributes);
END $$;
COMMENT ON FUNCTION chronos.state_since(chronos.state) IS 'The version that a stored state of a table begins with.';

CREATE FUNCTION chronos.columns_before(number bigint, newer bigint, older bigint) RETURNS int[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last chronos.fact;
    next chronos.fact;
    last_names text[];
    next_names text[];
    places int[];
    before int[];
BEGIN
    FOR next IN SELECT * FROM chronos.course(columns_before.number, newer) LOOP
        next_names := ARRAY(
            SELECT c ->> 'name' FROM chronos.definition d
            CROSS JOIN LATERAL jsonb_array_elements(coalesce(d.definition -> 'columns', d.definition -> 'attributes'))
                       WITH ORDINALITY u(c, nr)
            WHERE d.hash = next.hash ORDER BY nr);
        IF places IS NULL THEN
            places := ARRAY(SELECT generate_series(1, cardinality(next_names)));
        ELSE
            before := chronos.older_places(last, last_names, next, next_names);
            places := ARRAY(SELECT before[p] FROM unnest(places) WITH ORDINALITY u(p, nr) ORDER BY nr);
        END IF;
        EXIT WHEN next.since <= older;
        last := next;
        last_names := next_names;
    END LOOP;
    RETURN places;
END $$;
COMMENT ON FUNCTION chronos.columns_before(bigint, bigint, bigint) IS
    'Where each column of a table at one version stood at an older one, followed through everything in between; null if it did not exist.';

CREATE FUNCTION chronos.column_keys(old chronos.state, new chronos.state, OUT old_keys text[], OUT new_keys text[])
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own constant uuid := (SELECT l.timeline FROM chronos.local l);
    old_since bigint;
    new_since bigint;
    later text[];
    earlier text[];
BEGIN
    IF old.attributes IS NULL OR new.attributes IS NULL THEN
        RETURN;
    ELSIF coalesce(old.line, own) = coalesce(new.line, own) AND old.classid = new.classid AND old.objid = new.objid THEN
        old_keys := old.attributes::text[];
        new_keys := new.attributes::text[];
    ELSIF old.object = new.object AND old.line IS NOT NULL AND new.line IS NOT NULL THEN
        -- made anew or restored in between
        old_since := chronos.state_since(old);
        new_since := chronos.state_since(new);
        earlier := ARRAY(SELECT generate_series(1, cardinality(CASE WHEN old_since < new_since THEN old.attributes ELSE new.attributes END)));
        later := ARRAY(SELECT coalesce(p::text, 'new ' || nr)
                       FROM unnest(chronos.columns_before(old.object, greatest(old_since, new_since), least(old_since, new_since)))
                            WITH ORDINALITY u(p, nr) ORDER BY nr);
        old_keys := CASE WHEN old_since < new_since THEN earlier ELSE later END;
        new_keys := CASE WHEN old_since < new_since THEN later ELSE earlier END;
    END IF;
END $$;
COMMENT ON FUNCTION chronos.column_keys(chronos.state, chronos.state) IS
    'What tells which column of one state of a table is which of another: the attribute numbers, or the way of each column through what was made anew or restored; null where only the names can tell.';

CREATE FUNCTION chronos.compare_states(gone chronos.state[], come chronos.state[])
RETURNS TABLE (change text, kind text, identity text, old_identity text, details jsonb, old_hash bytea, hash bytea,
               old chronos.state, new chronos.state)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT p.change, coalesce((p.new).kind, (p.old).kind), coalesce((p.new).identity, (p.old).identity), (p.old).identity,
           CASE WHEN p.change IN ('changed', 'renamed') THEN chronos.details(
               chronos.definition_of(p.old), chronos.definition_of(p.new),
               k.old_keys, k.new_keys, p.change = 'renamed') END,
           (p.old).hash, (p.new).hash, p.old, p.new
    FROM chronos.pair_states(gone, come) p
    CROSS JOIN LATERAL chronos.column_keys(p.old, p.new) k;
END $$;
COMMENT ON FUNCTION chronos.compare_states(chronos.state[], chronos.state[]) IS
    'As pair_states(); details has the differing parts of what is in both.';

CREATE FUNCTION chronos.states_between(line uuid, version bigint, other bigint) RETURNS chronos.state[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- Only what began or ended in between is read.
    IF version < other THEN
        RETURN ARRAY(
            SELECT ROW(f.timeline, f.classid, f.objid, f.kind, f.identity, f.hash, NULL, f.attributes, f.object)::chronos.state
            FROM chronos.fact f
            WHERE f.timeline = line AND f.until > version AND f.until <= other AND f.since <= version);
    END IF;
    RETURN ARRAY(
        SELECT ROW(f.timeline, f.classid, f.objid, f.kind, f.identity, f.hash, NULL, f.attributes, f.object)::chronos.state
        FROM chronos.fact f
        WHERE f.timeline = line AND f.since > other AND f.since <= version AND (f.until IS NULL OR f.until > version));
END $$;
COMMENT ON FUNCTION chronos.states_between(uuid, bigint, bigint) IS
    'What holds at a version but not at another of the same timeline.';

CREATE FUNCTION chronos.states_apart(reference text, other text, OUT here chronos.state[], OUT there chronos.state[])
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_nestloop = off
AS $$
BEGIN
    WITH one AS MATERIALIZED (
        SELECT f::chronos.state AS state, f.kind, f.identity, f.hash FROM chronos.facts_of(reference) f
    ), two AS MATERIALIZED (
        SELECT f::chronos.state AS state, f.kind, f.identity, f.hash FROM chronos.facts_of(other) f
    )
    SELECT coalesce(array_agg(one.state) FILTER (WHERE one.kind IS NOT NULL), '{}'),
           coalesce(array_agg(two.state) FILTER (WHERE two.kind IS NOT NULL), '{}')
    INTO here, there
    FROM one FULL JOIN two ON one.kind = two.kind AND one.identity = two.identity AND one.hash = two.hash
    WHERE one.kind IS NULL OR two.kind IS NULL;
END $$;
COMMENT ON FUNCTION chronos.states_apart(text, text) IS
    'What is in only one of two schemas that chronos.facts_of() knows.';

CREATE FUNCTION chronos.diff("from" bigint, "to" bigint)
RETURNS TABLE (change text, kind text, identity text, old_identity text, details jsonb, old_hash bytea, hash bytea)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    old_line constant uuid := chronos.timeline_of("from");
    new_line constant uuid := chronos.timeline_of("to");
BEGIN
    IF old_line = new_line THEN
        RETURN QUERY
        SELECT d.change, d.kind, d.identity, d.old_identity, d.details, d.old_hash, d.hash
        FROM chronos.compare_states(chronos.states_between(old_line, "from", "to"),
                                    chronos.states_between(old_line, "to", "from")) d;
    ELSE
        RETURN QUERY SELECT * FROM chronos.diff('number:' || "from", 'number:' || "to");
    END IF;
END $$;
COMMENT ON FUNCTION chronos.diff(bigint, bigint) IS
    'What is different between two versions, object by object. An object is the same through a rename; details tell the parts of what is changed: columns, constraints of domains, labels, options, privileges, each with its old and new value.';

CREATE FUNCTION chronos.diff("from" text, "to" text)
RETURNS TABLE (change text, kind text, identity text, old_identity text, details jsonb, old_hash bytea, hash bytea)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    old_version bigint;
    new_version bigint;
BEGIN
    IF "from" <> 'live' AND "to" <> 'live' THEN
        old_version := chronos.resolve("from");
        new_version := chronos.resolve("to");
        IF chronos.timeline_of(old_version) = chronos.timeline_of(new_version) THEN
            RETURN QUERY SELECT * FROM chronos.diff(old_version, new_version);
            RETURN;
        END IF;
    END IF;
    RETURN QUERY
    SELECT d.change, d.kind, d.identity, d.old_identity, d.details, d.old_hash, d.hash
    FROM chronos.states_apart("from", "to") s
    CROSS JOIN LATERAL chronos.compare_states(s.here, s.there) d;
END $$;
COMMENT ON FUNCTION chronos.diff(text, text) IS
    'As diff(bigint, bigint), between versions named as chronos.resolve() takes them, or live: the schema as it is now.';

CREATE FUNCTION chronos.definition_sql(hash bytea) RETURNS text LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    stored chronos.definition;
BEGIN
    SELECT d.* INTO stored FROM chronos.definition d WHERE d.hash = definition_sql.hash;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    RETURN (SELECT string_agg(s.statement || E';\n', '' ORDER BY s.nr)
            FROM unnest(chronos.statements(stored.kind, stored.identity, stored.definition))
                 WITH ORDINALITY s(statement, nr));
END $$;
COMMENT ON FUNCTION chronos.definition_sql(bytea) IS
    'The statements that make an object in the state with this hash; null if no such state is stored.';
