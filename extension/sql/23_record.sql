CREATE FUNCTION chronos.is_complete(line uuid) RETURNS boolean LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET enable_hashjoin = on
SET enable_seqscan = on
AS $$
BEGIN
    RETURN (SELECT v.fingerprint FROM chronos.version v WHERE v.timeline = line ORDER BY v.number DESC LIMIT 1)
         = (SELECT chronos.fingerprint_sum(NULL, array_agg(f.hash), NULL)
            FROM chronos.fact f JOIN chronos.definition d USING (hash)
            WHERE f.timeline = line AND f.until IS NULL);
END $$;
COMMENT ON FUNCTION chronos.is_complete(uuid) IS
    'Whether the facts of a timeline add up to the fingerprint of its newest version.';

CREATE FUNCTION chronos.compare_restored(line uuid, parent uuid, own_classes oid[], own oid[]) RETURNS SETOF chronos.difference
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT c.classid, c.objid, c.kind, c.identity, c.definition, c.hash,
           c.old_classid, c.old_objid, c.old_identity, c.old_hash, f.object
    FROM chronos.compare_all(line, own) c
    LEFT JOIN chronos.fact f ON f.timeline = parent AND f.until IS NULL AND f.kind = c.kind AND f.identity = c.identity
    UNION ALL
    SELECT l.classid, l.objid, l.kind, l.identity, d.definition, d.hash,
           NULL::oid, NULL::oid, NULL::text, NULL::bytea, f.object
    FROM chronos.live_hashes(own_classes, own) l
    JOIN chronos.fact f ON f.timeline = parent AND f.until IS NULL AND f.kind = l.kind AND f.identity = l.identity
    JOIN chronos.definition d ON d.hash = f.hash;
END $$;
COMMENT ON FUNCTION chronos.compare_restored(uuid, uuid, oid[], oid[]) IS
    'All objects as the first facts of a timeline that continues parent. Those the present transaction changed stand in it as they stood in parent: the change is its own version.';

CREATE FUNCTION chronos.set_label(label text, role text, later boolean) RETURNS bigint LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    head record := chronos.head();
    taken bigint;
BEGIN
    IF label = '' OR octet_length(label) > 63 THEN
        RAISE EXCEPTION 'a label must have 1 to 63 bytes' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF head.number IS NULL AND NOT later THEN
        RAISE EXCEPTION 'there is no schema version to label' USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = 'SELECT chronos.baseline() records the first.';
    END IF;
    SELECT l.number INTO taken FROM chronos.lineage t JOIN chronos.label l ON l.timeline = t.timeline
    WHERE l.name = set_label.label AND (t.last_version IS NULL OR l.number <= t.last_version);
    IF taken = head.number AND NOT later THEN
        RETURN head.number;
    ELSIF FOUND THEN
        RAISE EXCEPTION 'label "%" already names schema version %', label, taken USING ERRCODE = 'duplicate_object',
            HINT = 'Choose another label: one that has been given keeps its meaning.';
    END IF;
    -- It must not be pruned meanwhile.
    PERFORM FROM chronos.version v WHERE NOT later AND v.timeline = head.timeline AND v.number = head.number FOR KEY SHARE;
    -- Number 0 waits for the commit; nobody else sees it.
    INSERT INTO chronos.label (timeline, name, number, role)
    VALUES (coalesce(head.timeline, (SELECT l.timeline FROM chronos.local l)), label,
            CASE WHEN later THEN 0 ELSE head.number END, role);
    RETURN head.number;
END $$;
COMMENT ON FUNCTION chronos.set_label(text, text, boolean) IS
    'Labels the newest version, or the one that the present transaction makes.';
REVOKE ALL ON FUNCTION chronos.set_label(text, text, boolean) FROM PUBLIC;

CREATE FUNCTION chronos.settle_labels() RETURNS void LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    head record := chronos.head();
BEGIN
    UPDATE chronos.label l SET timeline = head.timeline, number = head.number WHERE l.number = 0;
END $$;
COMMENT ON FUNCTION chronos.settle_labels() IS 'Gives the labels that wait for a number to the newest version.';
REVOKE ALL ON FUNCTION chronos.settle_labels() FROM PUBLIC;

CREATE FUNCTION chronos.baseline() RETURNS bigint LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'chronos_baseline';
COMMENT ON FUNCTION chronos.baseline() IS
    'Records the whole schema as it is, as the first version or as one more; the number, or null if nothing differs from the newest version.';
REVOKE ALL ON FUNCTION chronos.baseline() FROM PUBLIC;

CREATE FUNCTION chronos.reconcile(everything boolean DEFAULT false) RETURNS bigint LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'chronos_reconcile';
COMMENT ON FUNCTION chronos.reconcile(boolean) IS
    'Compares the schema with the newest version and records what no version has yet, with the cause unobserved; the number, or null if nothing was missed. What has not moved in the catalogues since the last comparison is rendered only if everything is asked for.';
REVOKE ALL ON FUNCTION chronos.reconcile(boolean) FROM PUBLIC;

CREATE FUNCTION chronos.finish_restore(snapshot text) RETURNS bigint LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'chronos_finish_restore';
COMMENT ON FUNCTION chronos.finish_restore(text) IS
    'Called at the end of a restore: begins a timeline that continues the restored one and records the schema as its first version.';
REVOKE ALL ON FUNCTION chronos.finish_restore(text) FROM PUBLIC;
