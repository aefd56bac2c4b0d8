-- Who changed what last: the way of one object back through its states.

CREATE FUNCTION chronos.course(number bigint, version bigint) RETURNS SETOF chronos.fact
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT f.* FROM chronos.fact f
    JOIN chronos.lineage t ON t.timeline = f.timeline AND (t.last_version IS NULL OR f.since <= t.last_version)
    WHERE f.object = course.number AND f.since <= version
    ORDER BY f.since DESC;
END $$;
COMMENT ON FUNCTION chronos.course(bigint, bigint) IS
    'The states of the object with a number in chronos.fact up to a version, the newest first, those before a restore included.';

CREATE FUNCTION chronos.last_change(number bigint, version bigint, of_table boolean DEFAULT false) RETURNS bigint
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- The columns of a table are told one by one; of others the name and the table are those of which it is said.
    aside constant text[] := CASE WHEN of_table THEN '{columns,attributes,depends_on}'
                                  ELSE '{name,index_name,table,depends_on}' END::text[];
    newer chronos.fact;
    older chronos.fact;
BEGIN
    FOR older IN SELECT * FROM chronos.course(last_change.number, version) LOOP
        EXIT WHEN of_table AND newer.identity <> older.identity OR newer.hash <> older.hash AND
            (SELECT d.definition - aside FROM chronos.definition d WHERE d.hash = newer.hash)
            <> (SELECT d.definition - aside FROM chronos.definition d WHERE d.hash = older.hash);
        newer := older;
    END LOOP;
    RETURN newer.since;
END $$;
COMMENT ON FUNCTION chronos.last_change(bigint, bigint, boolean) IS
    'The version, at or before one, that made an object what it was there; that something else was renamed is no change of it. Of a table: its name, and anything beside its columns.';

CREATE FUNCTION chronos.older_places(newer chronos.fact, newer_names text[], older chronos.fact, older_names text[]) RETURNS int[]
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF newer.timeline = older.timeline AND newer.classid = older.classid AND newer.objid = older.objid
       AND newer.attributes IS NOT NULL AND older.attributes IS NOT NULL THEN
        RETURN ARRAY(SELECT array_position(older.attributes, a) FROM unnest(newer.attributes) WITH ORDINALITY u(a, nr) ORDER BY nr);
    END IF;
    RETURN ARRAY(SELECT array_position(older_names, n) FROM unnest(newer_names) WITH ORDINALITY u(n, nr) ORDER BY nr);
END $$;
COMMENT ON FUNCTION chronos.older_places(chronos.fact, text[], chronos.fact, text[]) IS
    'Where each column of a newer state of a table stood in an older one; null if it did not exist.';

CREATE FUNCTION chronos.column_changes(number bigint, version bigint) RETURNS TABLE (name text, since bigint)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    newer chronos.fact;
    older chronos.fact;
    columns jsonb;
    older_columns jsonb;
    names text[];
    older_names text[];
    result_names text[];
    found bigint[];
    places int[];
    before int[];
    place int;
BEGIN
    FOR older IN SELECT * FROM chronos.course(column_changes.number, version) LOOP
        older_columns := (SELECT coalesce(d.definition -> 'columns', d.definition -> 'attributes', '[]')
                          FROM chronos.definition d WHERE d.hash = older.hash);
        older_names := ARRAY(SELECT c ->> 'name' FROM jsonb_array_elements(older_columns) WITH ORDINALITY u(c, nr) ORDER BY nr);
        IF newer.since IS NULL THEN
            result_names := older_names;
            found := array_fill(NULL::bigint, ARRAY[cardinality(older_names)]);
            places := ARRAY(SELECT generate_series(1, cardinality(older_names)));
        ELSE
            before := chronos.older_places(newer, names, older, older_names);
            FOR i IN 1 .. cardinality(result_names) LOOP
                CONTINUE WHEN found[i] IS NOT NULL;
                place := before[places[i]];
                IF place IS NULL OR older_columns -> (place - 1) <> columns -> (places[i] - 1) THEN
                    found[i] := newer.since;
                ELSE
                    places[i] := place;
                END IF;
            END LOOP;
            EXIT WHEN array_position(found, NULL) IS NULL;
        END IF;
        newer := older;
        columns := older_columns;
        names := older_names;
    END LOOP;
    RETURN QUERY SELECT u.n, coalesce(u.f, newer.since) FROM unnest(result_names, found) WITH ORDINALITY u(n, f, nr) ORDER BY u.nr;
END $$;
COMMENT ON FUNCTION chronos.column_changes(bigint, bigint) IS
    'Each column of a table at a version, and the version that last changed anything of it. A column keeps its way through renames of it and of its table.';

CREATE FUNCTION chronos.oldest_kept(since bigint) RETURNS bigint LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT min(n.number) FROM chronos.lineage t
            CROSS JOIN LATERAL (SELECT v.number FROM chronos.version v
                                WHERE v.timeline = t.timeline AND v.number >= oldest_kept.since
                                  AND (t.last_version IS NULL OR v.number <= t.last_version)
                                ORDER BY v.number LIMIT 1) n);
END $$;
COMMENT ON FUNCTION chronos.oldest_kept(bigint) IS
    'The version itself, or, if it has been pruned, the one after it that is the oldest to show what it did.';

CREATE FUNCTION chronos.blame(relation text, "at" bigint DEFAULT NULL)
RETURNS TABLE (part text, version bigint, committed_at timestamptz, role text, statements text[])
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    asked constant bigint := coalesce("at", chronos.current_version());
    line constant uuid := chronos.timeline_of(asked);
    own chronos.fact;
BEGIN
    SELECT f.* INTO own
    FROM chronos.find_object(asked, relation) o
    JOIN chronos.fact f ON f.timeline = line AND f.since <= asked AND (f.until IS NULL OR f.until > asked)
                        AND f.kind = o.kind AND f.identity = o.identity;
    RETURN QUERY
    WITH parts AS (
        SELECT own.kind AS part, 1 AS family, 0::bigint AS nr, chronos.last_change(own.object, asked, of_table => true) AS since
        UNION ALL
        SELECT CASE own.kind WHEN 'type' THEN 'attribute ' ELSE 'column ' END || c.name, 2, row_number() OVER (), c.since
        FROM chronos.column_changes(own.object, asked) c WHERE own.attributes IS NOT NULL
        UNION ALL
        SELECT f.kind || ' ' || coalesce(d.definition ->> 'name', f.identity), 3,
               row_number() OVER (ORDER BY f.kind COLLATE "C", f.identity COLLATE "C"), chronos.last_change(f.object, asked)
        FROM chronos.fact f JOIN chronos.definition d USING (hash)
        WHERE f.timeline = line AND f.since <= asked AND (f.until IS NULL OR f.until > asked)
          AND f.kind IN ('constraint', 'index', 'trigger', 'rule', 'policy', 'statistics', 'sequence')
          AND chronos.belongs_to(d.definition) = own.identity
    )
    SELECT p.part, v.number, v.committed_at, v.role, v.statements
    FROM (SELECT p.*, chronos.oldest_kept(p.since) AS number FROM parts p) p
    JOIN chronos.lineage t ON true
    JOIN chronos.evidence v ON v.timeline = t.timeline AND v.number = p.number
                           AND (t.last_version IS NULL OR v.number <= t.last_version)
    ORDER BY p.family, p.nr;
END $$;
COMMENT ON FUNCTION chronos.blame(text, bigint) IS
    'Which version, and so who and by which statements, last changed each part of a relation: itself, its columns, constraints, indexes, triggers, rules, policies, statistics and sequences. Where history has been pruned, the oldest version that is kept.';
