-- Where the schema as it is differs from what is recorded, or from what it should be, and why.

CREATE FUNCTION chronos.unrecorded_states(OUT recorded chronos.state[], OUT live chronos.state[])
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_nestloop = off
AS $$
DECLARE
    line constant uuid := chronos.current_timeline();
    own constant uuid := (SELECT l.timeline FROM chronos.local l);
    refused oid[] := '{}';
BEGIN
    -- What another session is just changing is looked at when it is done; nobody waits for it here.
    SELECT b.objids INTO refused FROM chronos.busy_objects() b;
    BEGIN
        WITH stored AS MATERIALIZED (
            SELECT ROW(f.timeline, f.classid, f.objid, f.kind, f.identity, f.hash, NULL, f.attributes, f.object)::chronos.state AS state,
                   f.kind, f.classid, f.objid, f.identity, f.hash, f.object
            FROM chronos.fact f
            WHERE f.timeline = line AND f.until IS NULL AND NOT (line = own AND f.objid = ANY (refused))
        ), found AS MATERIALIZED (
            SELECT * FROM chronos.live_facts(refused)
        )
        SELECT coalesce(array_agg(s.state) FILTER (WHERE s.kind IS NOT NULL), '{}'),
               coalesce(array_agg(ROW(NULL, l.classid, l.objid, l.kind, l.identity, l.hash, l.definition, l.attributes,
                                      o.object)::chronos.state) FILTER (WHERE l.kind IS NOT NULL), '{}')
        INTO recorded, live
        FROM stored s
        FULL JOIN found l ON l.kind = s.kind AND l.identity = s.identity AND l.hash = s.hash
        LEFT JOIN stored o ON line = own AND o.kind = l.kind AND o.classid = l.classid AND o.objid = l.objid
        WHERE s.kind IS NULL OR l.kind IS NULL;
        -- rolls back the locks that rendering takes
        RAISE EXCEPTION USING ERRCODE = 'triggered_action_exception';
    EXCEPTION WHEN triggered_action_exception THEN
        NULL;
    END;
END $$;
COMMENT ON FUNCTION chronos.unrecorded_states() IS
    'What is only in the newest version, and what is only in the catalogue.';
REVOKE ALL ON FUNCTION chronos.unrecorded_states() FROM PUBLIC;

CREATE FUNCTION chronos.gap_of(classid oid, objid oid, old_classid oid, old_objid oid,
                               OUT reason text, OUT statements text[], OUT role text, OUT since timestamptz, OUT until timestamptz)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    WITH told AS (
        SELECT g.*, r.rank, min(r.rank) OVER () AS best FROM chronos.gap g
        CROSS JOIN LATERAL (
            SELECT CASE WHEN g.objids && ARRAY[gap_of.objid, gap_of.old_objid] THEN 1
                        WHEN EXISTS (SELECT FROM chronos.dependents(g.classids, g.objids) d
                                     WHERE d.objid IN (gap_of.objid, gap_of.old_objid)
                                       AND d.classid IN (gap_of.classid, gap_of.old_classid)) THEN 2
                        WHEN g.everything THEN 3 END) r(rank)
        WHERE r.rank IS NOT NULL
    )
    SELECT (array_agg(t.reason ORDER BY t.id DESC))[1],
           (SELECT array_agg(s ORDER BY o.id, u.nr) FROM told o CROSS JOIN LATERAL unnest(o.statements) WITH ORDINALITY u(s, nr)
            WHERE o.rank = o.best),
           (array_agg(t.role ORDER BY t.id DESC))[1], min(coalesce(t.started_at, t.noted_at)), max(t.noted_at)
    INTO reason, statements, role, since, until
    FROM told t WHERE t.rank = t.best;
END $$;
COMMENT ON FUNCTION chronos.gap_of(oid, oid, oid, oid) IS
    'What the gaps tell that know of a change of an object, or else of what it depends on; null if none does.';
REVOKE ALL ON FUNCTION chronos.gap_of(oid, oid, oid, oid) FROM PUBLIC;

CREATE FUNCTION chronos.drift()
RETURNS TABLE (change text, kind text, identity text, old_identity text, details jsonb, old_hash bytea, hash bytea,
               cause text, statements text[], role text, since timestamptz, until timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    compared constant timestamptz := coalesce((SELECT l.compared_at FROM chronos.local l), (chronos.head()).committed_at);
BEGIN
    RETURN QUERY
    SELECT d.change, d.kind, d.identity, d.old_identity, d.details, d.old_hash, d.hash,
           coalesce(g.reason, 'unobserved'), coalesce(g.statements, '{}'), g.role,
           coalesce(g.since, compared), coalesce(g.until, clock_timestamp())
    FROM chronos.unrecorded_states() s
    CROSS JOIN LATERAL chronos.compare_states(s.recorded, s.live) d
    CROSS JOIN LATERAL chronos.gap_of((d.new).classid, (d.new).objid, (d.old).classid, (d.old).objid) g;
END $$;
COMMENT ON FUNCTION chronos.drift() IS
    'Where the catalogue is not as the newest version has it, object by object as chronos.diff() shows it, and why: locked, failed, prepared or loading with the evidence of the gap, else unobserved and the time in which it happened. What another session is just changing is left out.';
REVOKE ALL ON FUNCTION chronos.drift() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chronos.drift() TO pg_monitor;

CREATE FUNCTION chronos.export_facts() RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', l.kind, 'identity', l.identity, 'definition', l.definition)
                                      ORDER BY l.kind COLLATE "C", l.identity COLLATE "C"), '[]')
            FROM chronos.live_facts() l);
END $$;
COMMENT ON FUNCTION chronos.export_facts() IS
    'All objects of this database as they are now, for chronos.drift_from() in another.';
REVOKE ALL ON FUNCTION chronos.export_facts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chronos.export_facts() TO pg_monitor;

CREATE FUNCTION chronos.last_version_of(kind text, identity text) RETURNS bigint
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found chronos.fact;
BEGIN
    SELECT f.* INTO found FROM chronos.fact f
    JOIN chronos.lineage t ON t.timeline = f.timeline AND (t.last_version IS NULL OR f.since <= t.last_version)
    WHERE f.kind = last_version_of.kind AND f.identity = last_version_of.identity ORDER BY f.since DESC LIMIT 1;
    RETURN coalesce(found.until, chronos.last_change(found.object, found.since));
END $$;
COMMENT ON FUNCTION chronos.last_version_of(text, text) IS
    'The version that last changed or removed what has or had a name; null if nothing ever had.';

CREATE FUNCTION chronos.drift_from(facts jsonb)
RETURNS TABLE (change text, kind text, identity text, old_identity text, details jsonb, old_hash bytea, hash bytea,
               cause text, statements text[], role text, since timestamptz, until timestamptz, version bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_nestloop = off
AS $$
#variable_conflict use_column
DECLARE
    line constant uuid := chronos.current_timeline();
    expected chronos.state[];
    recorded chronos.state[];
BEGIN
    WITH wanted AS MATERIALIZED (
        SELECT w.kind, w.identity, chronos.object_hash(w.kind, w.identity, w.definition) AS hash, w.definition
        FROM jsonb_to_recordset(facts) w(kind text, identity text, definition jsonb)
    ), stored AS MATERIALIZED (
        SELECT * FROM chronos.fact f WHERE f.timeline = line AND f.until IS NULL
    )
    SELECT coalesce(array_agg(ROW(NULL, NULL, NULL, w.kind, w.identity, w.hash, w.definition, NULL, NULL)::chronos.state)
                    FILTER (WHERE w.kind IS NOT NULL), '{}'),
           coalesce(array_agg(ROW(s.timeline, s.classid, s.objid, s.kind, s.identity, s.hash, NULL, s.attributes, s.object)::chronos.state)
                    FILTER (WHERE s.kind IS NOT NULL), '{}')
    INTO expected, recorded
    FROM wanted w FULL JOIN stored s ON s.kind = w.kind AND s.identity = w.identity AND s.hash = w.hash
    WHERE w.kind IS NULL OR s.kind IS NULL;
    RETURN QUERY
    WITH found AS MATERIALIZED (
        SELECT d.*, chronos.oldest_kept(chronos.last_version_of(d.kind, d.identity)) AS version
        FROM chronos.compare_states(expected, recorded) d
    )
    SELECT d.change, d.kind, d.identity, d.old_identity, d.details, d.old_hash, d.hash,
           v.cause, coalesce(v.statements, '{}'), v.role, v.started_at, v.committed_at, d.version
    FROM found d
    LEFT JOIN (SELECT v.* FROM chronos.lineage t
               JOIN chronos.version v ON v.timeline = t.timeline AND (t.last_version IS NULL OR v.number <= t.last_version)) v
         ON v.number = d.version
    ORDER BY d.kind COLLATE "C", d.identity COLLATE "C";
END $$;
COMMENT ON FUNCTION chronos.drift_from(jsonb) IS
    'Where the newest version is not as facts from chronos.export_facts() of another database, for example one that migrations have just made, with the evidence of the version that last changed the object here: added is what only this database has.';
REVOKE ALL ON FUNCTION chronos.drift_from(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chronos.drift_from(jsonb) TO pg_monitor;
