-- What each version changed, and the list of them all.

CREATE FUNCTION chronos.changes(timeline uuid, number bigint)
RETURNS TABLE (change text, kind text, identity text, old_identity text, hash bytea, old_hash bytea)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    base chronos.timeline;
BEGIN
    SELECT t.* INTO base FROM chronos.timeline t
    WHERE t.id = changes.timeline AND t.parent IS NOT NULL
      AND NOT EXISTS (SELECT FROM chronos.version v
                      WHERE v.timeline = changes.timeline AND v.number < changes.number);
    RETURN QUERY
    WITH opened AS (
        SELECT f.* FROM chronos.fact f WHERE f.timeline = changes.timeline AND f.since = changes.number
    ), closed AS (
        SELECT f.* FROM chronos.fact f
        WHERE base.id IS NULL AND f.timeline = changes.timeline AND f.until = changes.number
        UNION ALL
        SELECT f.* FROM chronos.fact f
        WHERE f.timeline = base.parent AND f.since <= base.parent_version
          AND (f.until IS NULL OR f.until > base.parent_version)
    ), same_object AS (
        SELECT o.kind, o.identity, o.hash, c.identity AS old_identity, c.hash AS old_hash
        FROM opened o JOIN closed c ON c.kind = o.kind AND c.classid = o.classid AND c.objid = o.objid
        WHERE base.id IS NULL
    ), pairs AS (
        SELECT * FROM same_object
        UNION ALL
        SELECT coalesce(o.kind, c.kind), o.identity, o.hash, c.identity, c.hash
        FROM (SELECT * FROM opened n WHERE NOT EXISTS
                 (SELECT FROM same_object s WHERE s.kind = n.kind AND s.identity = n.identity)) o
        FULL JOIN (SELECT * FROM closed n WHERE NOT EXISTS
                 (SELECT FROM same_object s WHERE s.kind = n.kind AND s.old_identity = n.identity)) c
             ON c.kind = o.kind AND c.identity = o.identity
    )
    SELECT CASE WHEN p.old_hash IS NULL THEN 'added' WHEN p.hash IS NULL THEN 'removed'
                WHEN p.identity <> p.old_identity THEN 'renamed' ELSE 'changed' END,
           p.kind, coalesce(p.identity, p.old_identity), p.old_identity, p.hash, p.old_hash
    FROM pairs p WHERE p.hash IS DISTINCT FROM p.old_hash
    ORDER BY p.kind COLLATE "C", coalesce(p.identity, p.old_identity) COLLATE "C";
END $$;
COMMENT ON FUNCTION chronos.changes(uuid, bigint) IS
    'What a version changed, by object; hashes refer to chronos.definition. A rename is a change of one object, not a removal and an addition.';

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

CREATE VIEW chronos.history AS
SELECT v.number, v.timeline, v.committed_at, v.cause,
       coalesce((SELECT array_agg(l.name ORDER BY l.created_at, l.name) FROM chronos.label l
                 WHERE l.timeline = v.timeline AND l.number = v.number), '{}') AS labels,
       v.role, v.session_role, v.application, v.client_address, v.transaction, v.statements,
       -- functions, so that a LIMIT is heeded before they run
       chronos.changed_names(v.changes, '{added}') AS added,
       chronos.changed_names(v.changes, '{changed,renamed}') AS changed,
       chronos.changed_names(v.changes, '{removed}') AS removed,
       v.snapshot, v.server_version, v.fingerprint, v.duration, v.observed_after
FROM chronos.lineage t
JOIN chronos.version v ON v.timeline = t.timeline AND (t.last_version IS NULL OR v.number <= t.last_version);
COMMENT ON VIEW chronos.history IS
    'The versions this database went through, those before a restore included: when, by whom, by which statements, and what they changed. What nobody saw (cause unobserved) happened after observed_after and before committed_at.';
GRANT SELECT ON chronos.history TO PUBLIC;
