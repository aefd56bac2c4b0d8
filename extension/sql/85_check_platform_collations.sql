-- platform.collations: a new image may bring another library under indexes that were sorted by the old one.

CREATE FUNCTION chronos.changed_collations() RETURNS TABLE (collation_oid oid, name text, recorded text, present text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    -- Most of the hundreds there are nobody uses, and to ask for the version of one is slow.
    WITH used AS MATERIALIZED (
        SELECT c.oid, c.collname, c.collnamespace, c.collversion
        FROM pg_collation c
        WHERE c.collversion IS NOT NULL AND c.collencoding IN (-1, (SELECT d.encoding FROM pg_database d WHERE d.datname = current_database()))
          AND (c.oid >= 16384 OR c.oid IN (SELECT unnest(i.indcollation::oid[]) FROM pg_index i)
               OR c.oid IN (SELECT unnest(p.partcollation::oid[]) FROM pg_partitioned_table p))
    )
    SELECT u.oid, format('%I.%I', n.nspname, u.collname), u.collversion, v.present
    FROM used u JOIN pg_namespace n ON n.oid = u.collnamespace,
         LATERAL (SELECT pg_collation_actual_version(u.oid)) v(present)
    WHERE v.present IS DISTINCT FROM u.collversion;
    RETURN QUERY
    SELECT 'pg_catalog.default'::regcollation::oid, format('the default of database "%s"', d.datname), d.datcollversion, v.present
    FROM pg_database d, LATERAL (SELECT pg_database_collation_actual_version(d.oid)) v(present)
    WHERE d.datname = current_database() AND d.datcollversion IS NOT NULL AND v.present IS DISTINCT FROM d.datcollversion;
END
$$;
COMMENT ON FUNCTION chronos.changed_collations() IS
    'Collations in use whose library has another version than when they were made, this database''s default included.';

CREATE FUNCTION chronos.indexes_of_collations(collations oid[]) RETURNS TABLE (index regclass, bytes bigint)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT i.indexrelid::regclass, pg_relation_size(i.indexrelid)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE c.relkind = 'i' AND EXISTS (SELECT FROM unnest(i.indcollation::oid[]) u WHERE u = ANY (collations))
    ORDER BY 2 DESC, 1::text
$$;
COMMENT ON FUNCTION chronos.indexes_of_collations(oid[]) IS 'Indexes that are sorted by one of these collations, the largest first.';

CREATE FUNCTION chronos.collation_findings(changed jsonb, indexes jsonb) RETURNS SETOF chronos.finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'platform.collations', 'platform', CASE WHEN indexes <> '[]' THEN 'critical' WHEN changed <> '[]' THEN 'warning' ELSE 'ok' END::chronos.severity,
           CASE WHEN changed = '[]' THEN 'collations sort as they did when they were made'
                ELSE format('%s sorts by version %s of the library, but was made with %s: %s may find too little and let duplicates in',
                            changed -> 0 ->> 'name', coalesce(changed -> 0 ->> 'present', 'unknown'), changed -> 0 ->> 'recorded',
                            CASE jsonb_array_length(indexes) WHEN 1 THEN '1 index' ELSE jsonb_array_length(indexes) || ' indexes' END) END,
           jsonb_build_object('collations', changed, 'indexes', indexes),
           CASE WHEN changed <> '[]' THEN
               concat_ws('; ', (SELECT string_agg(format('REINDEX INDEX CONCURRENTLY %s', i ->> 'index'), '; ' ORDER BY nr)
                                FROM jsonb_array_elements(indexes) WITH ORDINALITY e(i, nr) WHERE nr <= 20),
                         CASE WHEN jsonb_array_length(indexes) > 20 THEN 'and the rest of evidence -> indexes' END,
                         'then ALTER DATABASE … REFRESH COLLATION VERSION or ALTER COLLATION … REFRESH VERSION.') END
$$;
COMMENT ON FUNCTION chronos.collation_findings(jsonb, jsonb) IS 'What changed collations and the indexes sorted by them amount to.';

CREATE FUNCTION chronos.check_platform_collations() RETURNS SETOF chronos.finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH changed AS MATERIALIZED (SELECT * FROM chronos.changed_collations())
    SELECT f.*
    FROM chronos.collation_findings(
        (SELECT coalesce(jsonb_agg(jsonb_build_object('name', c.name, 'recorded', c.recorded, 'present', c.present) ORDER BY c.name), '[]') FROM changed c),
        (SELECT coalesce(jsonb_agg(jsonb_build_object('index', i.index, 'bytes', i.bytes) ORDER BY i.bytes DESC, i.index::text), '[]')
         FROM chronos.indexes_of_collations(ARRAY(SELECT c.collation_oid FROM changed c)) i)) f
$$;
COMMENT ON FUNCTION chronos.check_platform_collations() IS
    'Collations whose library has changed under their indexes, with what to reindex: platform.collations.';
REVOKE ALL ON FUNCTION chronos.check_platform_collations() FROM PUBLIC;
