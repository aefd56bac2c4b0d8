-- A comparison that finds nothing must be cheap: only what moved in the catalogues since the last one is
-- rendered. extension/history/stamp.hpp says why that is enough.

CREATE TABLE chronos.stamp (
    part integer PRIMARY KEY,
    stamps bytea NOT NULL
);
ALTER TABLE chronos.stamp ALTER COLUMN stamps SET STORAGE EXTERNAL;
COMMENT ON TABLE chronos.stamp IS
    'Where the catalogue rows of each object stood at the last comparison; of this database alone, never dumped.';

CREATE FUNCTION chronos.compare_moved(line uuid, classids oid[], objids oid[]) RETURNS SETOF chronos.difference
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    classes oid[];
    objects oid[];
    refused oid[];
    locked chronos.difference;
BEGIN
    -- From here on to render everything costs less than to look up one by one.
    IF cardinality(objids) <= 3000 THEN
        -- All dependents, whether the text of what moved differs or not: it may have differed in between.
        SELECT array_agg(d.classid), array_agg(d.objid) INTO classes, objects
        FROM chronos.dependents(classids, objids) d;
    END IF;
    IF objects IS NULL OR cardinality(objects) > 3000 THEN
        RETURN QUERY SELECT * FROM chronos.compare_all(line, '{}');
        RETURN;
    END IF;
    refused := chronos.locked_objects(classes, objects);
    RETURN QUERY SELECT * FROM chronos.differences(line, classes, CASE WHEN refused = '{}' THEN objects ELSE
        (SELECT array_agg(u) FROM unnest(objects) u WHERE NOT u = ANY (refused)) END);
    FOR locked.classid, locked.objid IN
        SELECT w.classid, w.objid FROM unnest(classes, objects) w(classid, objid) WHERE w.objid = ANY (refused)
    LOOP
        RETURN NEXT locked;
    END LOOP;
END $$;
COMMENT ON FUNCTION chronos.compare_moved(uuid, oid[], oid[]) IS
    'Objects whose catalogue rows moved, and all that depends on them, against the store.';
