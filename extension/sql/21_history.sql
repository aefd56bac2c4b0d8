-- What each version changed, and the list of them all.

CREATE FUNCTION chronos.changes(timeline uuid, number bigint)
RETURNS TABLE (change text, kind text, identity text, old_identity text, hash bytea, old_hash bytea)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before constant bigint := coalesce((SELECT max(v.number) FROM chronos.version v
                                        WHERE v.timeline = changes.timeline AND v.number < changes.number), 0);
    gone chronos.state[];
    come chronos.state[] := chronos.states_between(timeline, number, before);
BEGIN
    IF chronos.is_pruned(CASE WHEN before > 0 THEN before + 1 ELSE coalesce(
           (SELECT t.parent_version FROM chronos.timeline t WHERE t.id = changes.timeline), 1) END, number - 1) THEN
        -- It cannot be compared any more, but it was noted.
        RETURN QUERY
        SELECT n.note ->> 0, n.note ->> 1, n.note ->> 2, coalesce(n.note ->> 3, CASE n.note ->> 0 WHEN 'added' THEN NULL ELSE n.note ->> 2 END),
               f.hash, NULL::bytea
        FROM chronos.version v
        CROSS JOIN LATERAL jsonb_array_elements(v.changes) WITH ORDINALITY n(note, nr)
        LEFT JOIN chronos.fact f ON f.timeline = v.timeline AND f.since = v.number
                                 AND f.kind = n.note ->> 1 AND f.identity = n.note ->> 2
        WHERE v.timeline = changes.timeline AND v.number = changes.number
        ORDER BY n.nr;
        RETURN;
    END IF;
    IF before > 0 THEN
        gone := chronos.states_between(timeline, before, number);
    ELSE
        -- the first of a timeline that continues another has all facts as its own
        gone := ARRAY(
            SELECT ROW(f.timeline, f.classid, f.objid, f.kind, f.identity, f.hash, NULL, f.attributes, f.object)::chronos.state
            FROM chronos.timeline t
            JOIN chronos.fact f ON f.timeline = t.parent AND f.since <= t.parent_version
                                AND (f.until IS NULL OR f.until > t.parent_version)
            WHERE t.id = changes.timeline);
    END IF;
    RETURN QUERY
    SELECT p.change, coalesce((p.new).kind, (p.old).kind), coalesce((p.new).identity, (p.old).identity),
           (p.old).identity, (p.new).hash, (p.old).hash
    FROM chronos.pair_states(gone, come) p;
END $$;
COMMENT ON FUNCTION chronos.changes(uuid, bigint) IS
    'What a version changed since the one before it, by object; hashes refer to chronos.definition. A rename is a change of one object, not a removal and an addition. Where the version before has been pruned, old_hash is null.';

CREATE FUNCTION chronos.changed_names(changes jsonb, wanted text[]) RETURNS text[] LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ARRAY(
        SELECT concat_ws(' ', c.note ->> 1, c.note ->> 2, '(was ' || (c.note ->> 3) || ')')
        FROM jsonb_array_elements(changes) WITH ORDINALITY c(note, nr)
        WHERE c.note ->> 0 = ANY (wanted) ORDER BY c.nr);
END $$;
COMMENT ON FUNCTION chronos.changed_names(jsonb, text[]) IS
    'The objects in chronos.version.changes that were added, changed, renamed or removed, as text.';

CREATE FUNCTION chronos.may_read_statements() RETURNS boolean LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN pg_has_role('pg_read_all_stats', 'USAGE') OR pg_has_role('pg_database_owner', 'USAGE');
END $$;
COMMENT ON FUNCTION chronos.may_read_statements() IS 'Whether one may see the statements of everybody.';

CREATE FUNCTION chronos.is_own(role text, session_role text) RETURNS boolean LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- a role that is gone has no members
    RETURN EXISTS (SELECT FROM pg_roles r WHERE r.rolname IN (role, session_role) AND pg_has_role(r.oid, 'USAGE'));
END $$;
COMMENT ON FUNCTION chronos.is_own(text, text) IS 'Whether one has the rights of a role or of the session''s.';

CREATE VIEW chronos.evidence AS
SELECT v.timeline, v.number, v.cause, v.started_at, v.committed_at, v.role, v.session_role, v.application,
       CASE WHEN (SELECT chronos.may_read_statements()) OR chronos.is_own(v.role, v.session_role)
            THEN v.client_address END AS client_address,
       v.transaction, v.duration, v.observed_after,
       CASE WHEN v.statements = '{}' OR (SELECT chronos.may_read_statements())
                 OR chronos.is_own(v.role, v.session_role)
            THEN v.statements ELSE '{<insufficient privilege>}' END AS statements,
       v.snapshot, v.server_version, v.fingerprint, v.changes
FROM chronos.version v;
COMMENT ON VIEW chronos.evidence IS
    'chronos.version as the reader may see it. As in pg_stat_activity, statements and addresses of others are for members of pg_read_all_stats, and for the owner of the database.';
GRANT SELECT ON chronos.evidence TO PUBLIC;

CREATE VIEW chronos.history AS
SELECT v.number, v.timeline, v.committed_at, v.cause,
       coalesce((SELECT array_agg(l.name ORDER BY l.created_at, l.name) FROM chronos.label l
                 WHERE l.timeline = v.timeline AND l.number = v.number), '{}')
       || CASE WHEN t.depth = 0 AND v.number = (SELECT chronos.current_version())
               THEN chronos.unsettled_labels() ELSE '{}' END AS labels,
       v.role, v.session_role, v.application, v.client_address, v.transaction, v.statements,
       -- functions, so that a LIMIT is heeded before they run
       chronos.changed_names(v.changes, '{added}') AS added,
       chronos.changed_names(v.changes, '{changed,renamed}') AS changed,
       chronos.changed_names(v.changes, '{removed}') AS removed,
       v.snapshot, v.server_version, v.fingerprint, v.duration, v.observed_after
FROM chronos.lineage t
JOIN chronos.evidence v ON v.timeline = t.timeline AND (t.last_version IS NULL OR v.number <= t.last_version);
COMMENT ON VIEW chronos.history IS
    'The versions this database went through, those before a restore included: when, by whom, by which statements, and what they changed. What nobody saw (cause unobserved) happened after observed_after and before committed_at.';
GRANT SELECT ON chronos.history TO PUBLIC;
