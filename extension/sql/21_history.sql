-- What can be asked about versions.

CREATE FUNCTION chronos.newest_arrived_timeline() RETURNS uuid LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own uuid := (SELECT l.timeline FROM chronos.local l);
BEGIN
    IF EXISTS (SELECT FROM chronos.timeline t WHERE t.id <> own)
       AND EXISTS (SELECT FROM chronos.timeline t WHERE t.id = own AND t.parent IS NULL) THEN
        RETURN (SELECT v.timeline FROM chronos.version v
                WHERE v.timeline <> own
                  AND NOT EXISTS (SELECT FROM chronos.timeline c WHERE c.parent = v.timeline)
                ORDER BY v.committed_at DESC, v.number DESC LIMIT 1);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION chronos.newest_arrived_timeline() IS
    'The timeline that came here with a dump and that this database has not continued yet; null if there is none.';

CREATE FUNCTION chronos.head() RETURNS chronos.version LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    head chronos.version;
BEGIN
    SELECT v.* INTO head FROM chronos.version v
    WHERE v.timeline = coalesce(chronos.newest_arrived_timeline(), (SELECT l.timeline FROM chronos.local l))
    ORDER BY v.number DESC LIMIT 1;
    RETURN head;
END $$;
COMMENT ON FUNCTION chronos.head() IS 'The newest version of this database; null if there is none yet.';

CREATE FUNCTION chronos.current_version() RETURNS bigint LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN coalesce((chronos.head()).number, 0);
END $$;
COMMENT ON FUNCTION chronos.current_version() IS 'Number of the newest schema version; 0 before the first.';

CREATE FUNCTION chronos.current_timeline() RETURNS uuid LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN coalesce((chronos.head()).timeline, (SELECT l.timeline FROM chronos.local l));
END $$;
COMMENT ON FUNCTION chronos.current_timeline() IS 'The timeline that current_version() belongs to.';

CREATE FUNCTION chronos.fingerprint() RETURNS bytea LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (chronos.head()).fingerprint;
END $$;
COMMENT ON FUNCTION chronos.fingerprint() IS
    'Hash of the whole schema at the newest version, 32 bytes: equal schemas have equal fingerprints. Null before the first version.';

CREATE FUNCTION chronos.fingerprint_sum(base bytea, added bytea[], removed bytea[]) RETURNS bytea
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'chronos_fingerprint_sum';
COMMENT ON FUNCTION chronos.fingerprint_sum(bytea, bytea[], bytea[]) IS
    'Adds and takes away hashes of definitions, each as four 64-bit numbers, in any order. A null base is zero; nulls in the arrays are skipped.';

CREATE VIEW chronos.lineage AS
WITH RECURSIVE line AS (
    SELECT t.id AS timeline, t.parent, t.parent_version, NULL::bigint AS last_version, 0 AS depth
    FROM chronos.timeline t WHERE t.id = (SELECT chronos.current_timeline())
    UNION ALL
    SELECT t.id, t.parent, t.parent_version, line.parent_version, line.depth + 1
    FROM line JOIN chronos.timeline t ON t.id = line.parent WHERE line.depth < 10000
)
SELECT timeline, parent, parent_version, last_version, depth FROM line;
COMMENT ON VIEW chronos.lineage IS
    'The timelines this database descends from, its own first; of each, the versions up to last_version are its past (null: all).';
GRANT SELECT ON chronos.lineage TO PUBLIC;

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

CREATE VIEW chronos.history AS
SELECT v.number, v.timeline, v.committed_at, v.cause,
       coalesce((SELECT array_agg(l.name ORDER BY l.created_at, l.name) FROM chronos.label l
                 WHERE l.timeline = v.timeline AND l.number = v.number), '{}') AS labels,
       v.role, v.session_role, v.application, v.client_address, v.transaction, v.statements,
       c.added, c.changed, c.removed, v.snapshot, v.server_version, v.fingerprint
FROM chronos.lineage t
JOIN chronos.version v ON v.timeline = t.timeline AND (t.last_version IS NULL OR v.number <= t.last_version)
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(x.kind || ' ' || x.identity) FILTER (WHERE x.change = 'added'), '{}') AS added,
           coalesce(array_agg(x.kind || ' ' || x.identity
                              || CASE WHEN x.change = 'renamed' THEN ' (was ' || x.old_identity || ')' ELSE '' END)
                    FILTER (WHERE x.change IN ('changed', 'renamed')), '{}') AS changed,
           coalesce(array_agg(x.kind || ' ' || x.identity) FILTER (WHERE x.change = 'removed'), '{}') AS removed
    FROM chronos.changes(v.timeline, v.number) x) c;
COMMENT ON VIEW chronos.history IS
    'The versions this database went through, those before a restore included: when, by whom, by which statements, and what they changed.';
GRANT SELECT ON chronos.history TO PUBLIC;

CREATE FUNCTION chronos.facts_at(version bigint)
RETURNS TABLE (kind text, identity text, hash bytea, definition jsonb) LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    line uuid;
BEGIN
    SELECT v.timeline INTO line
    FROM chronos.lineage t JOIN chronos.version v ON v.timeline = t.timeline
    WHERE v.number = facts_at.version AND (t.last_version IS NULL OR v.number <= t.last_version);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'schema version % does not exist', version USING ERRCODE = 'undefined_object',
            HINT = format('The newest version is %s; chronos.history lists them all.', chronos.current_version());
    END IF;
    RETURN QUERY
    SELECT f.kind, f.identity, f.hash, d.definition
    FROM chronos.fact f JOIN chronos.definition d USING (hash)
    WHERE f.timeline = line AND f.since <= facts_at.version
      AND (f.until IS NULL OR f.until > facts_at.version);
END $$;
COMMENT ON FUNCTION chronos.facts_at(bigint) IS 'The definitions of all objects at a version.';

CREATE FUNCTION chronos.schema_at(version bigint) RETURNS text LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT chronos.script(coalesce(array_agg(f.kind), '{}'), coalesce(array_agg(f.identity), '{}'),
                                  coalesce(array_agg(f.definition), '{}'))
            FROM chronos.facts_at(schema_at.version) f);
END $$;
COMMENT ON FUNCTION chronos.schema_at(bigint) IS
    'The schema at a version as SQL that builds it in an empty database.';

CREATE FUNCTION chronos.require_version(requirement text) RETURNS bigint LANGUAGE c STABLE STRICT
AS 'MODULE_PATHNAME', 'chronos_require_version';
COMMENT ON FUNCTION chronos.require_version(text) IS
    'The current version if it fits the requirement, else error CH001. Requirements: >=42, ">=41 <50", 42, a label, a fingerprint or its first 8 or more digits.';
