-- Where this database stands: its newest version, and the timelines it descends from.

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

CREATE FUNCTION chronos.head(OUT timeline uuid, OUT number bigint, OUT committed_at timestamptz, OUT fingerprint bytea)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    SELECT v.timeline, v.number, v.committed_at, v.fingerprint INTO timeline, number, committed_at, fingerprint
    FROM chronos.version v
    WHERE v.timeline = coalesce(chronos.newest_arrived_timeline(), (SELECT l.timeline FROM chronos.local l))
    ORDER BY v.number DESC LIMIT 1;
END $$;
COMMENT ON FUNCTION chronos.head() IS 'The newest version of this database; null if there is none yet.';

CREATE TABLE chronos.head_news ();
COMMENT ON TABLE chronos.head_news IS
    'Never read or written: sessions that remember the newest version get a message about this table when it is another.';

CREATE FUNCTION chronos.head_changed() RETURNS trigger LANGUAGE c
AS 'MODULE_PATHNAME', 'chronos_head_changed';
COMMENT ON FUNCTION chronos.head_changed() IS 'Tells all sessions at commit to forget the newest version.';
CREATE TRIGGER head_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON chronos.version
    FOR EACH STATEMENT EXECUTE FUNCTION chronos.head_changed();
CREATE TRIGGER head_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON chronos.timeline
    FOR EACH STATEMENT EXECUTE FUNCTION chronos.head_changed();
CREATE TRIGGER head_changed AFTER INSERT OR UPDATE OF timeline OR DELETE OR TRUNCATE ON chronos.local
    FOR EACH STATEMENT EXECUTE FUNCTION chronos.head_changed();
CREATE TRIGGER head_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON chronos.label
    FOR EACH STATEMENT EXECUTE FUNCTION chronos.head_changed();
ALTER TABLE chronos.version ENABLE ALWAYS TRIGGER head_changed;
ALTER TABLE chronos.timeline ENABLE ALWAYS TRIGGER head_changed;
ALTER TABLE chronos.local ENABLE ALWAYS TRIGGER head_changed;
ALTER TABLE chronos.label ENABLE ALWAYS TRIGGER head_changed;

CREATE FUNCTION chronos.current_version() RETURNS bigint LANGUAGE c STABLE
AS 'MODULE_PATHNAME', 'chronos_current_version';
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
