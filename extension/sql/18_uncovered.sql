CREATE VIEW chronos.uncovered AS
SELECT o.classid, o.objid, i.type AS class, i.identity
FROM (
    SELECT 'pg_catalog.pg_user_mapping'::regclass::oid AS classid, m.umid AS objid FROM pg_catalog.pg_user_mappings m
    UNION ALL
    SELECT 'pg_catalog.pg_subscription'::regclass, s.oid FROM pg_catalog.pg_subscription s
    WHERE s.subdbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database())
    UNION ALL
    SELECT l.classoid, l.objoid FROM pg_catalog.pg_seclabel l
) o
CROSS JOIN LATERAL pg_identify_object(o.classid, o.objid, 0) i
WHERE o.objid >= 16384
  AND coalesce(i.schema, '') <> 'chronos' AND coalesce(i.schema, '') NOT LIKE 'pg\_t%'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = o.classid AND d.objid = o.objid AND d.deptype = 'e');
COMMENT ON VIEW chronos.uncovered IS
    'What is in no version and in no schema_at(): user mappings and subscriptions (they hold passwords), and objects whose security label is not kept.';
