CREATE VIEW chronos.uncovered AS
SELECT o.classid, o.objid, i.type AS class, i.identity
FROM (
    SELECT 'pg_catalog.pg_type'::regclass::oid AS classid, t.oid AS objid
    FROM pg_catalog.pg_type t
    WHERE t.typtype IN ('b', 'p') AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid)
    UNION ALL SELECT 'pg_catalog.pg_operator'::regclass, o.oid FROM pg_catalog.pg_operator o
    UNION ALL SELECT 'pg_catalog.pg_opclass'::regclass, o.oid FROM pg_catalog.pg_opclass o
    UNION ALL SELECT 'pg_catalog.pg_opfamily'::regclass, o.oid FROM pg_catalog.pg_opfamily o
    UNION ALL SELECT 'pg_catalog.pg_cast'::regclass, o.oid FROM pg_catalog.pg_cast o
    UNION ALL SELECT 'pg_catalog.pg_collation'::regclass, o.oid FROM pg_catalog.pg_collation o
    UNION ALL SELECT 'pg_catalog.pg_conversion'::regclass, o.oid FROM pg_catalog.pg_conversion o
    UNION ALL SELECT 'pg_catalog.pg_ts_config'::regclass, o.oid FROM pg_catalog.pg_ts_config o
    UNION ALL SELECT 'pg_catalog.pg_ts_dict'::regclass, o.oid FROM pg_catalog.pg_ts_dict o
    UNION ALL SELECT 'pg_catalog.pg_ts_parser'::regclass, o.oid FROM pg_catalog.pg_ts_parser o
    UNION ALL SELECT 'pg_catalog.pg_ts_template'::regclass, o.oid FROM pg_catalog.pg_ts_template o
    UNION ALL SELECT 'pg_catalog.pg_language'::regclass, o.oid FROM pg_catalog.pg_language o
    UNION ALL SELECT 'pg_catalog.pg_am'::regclass, o.oid FROM pg_catalog.pg_am o
    UNION ALL SELECT 'pg_catalog.pg_transform'::regclass, o.oid FROM pg_catalog.pg_transform o
    UNION ALL SELECT 'pg_catalog.pg_foreign_data_wrapper'::regclass, o.oid
              FROM pg_catalog.pg_foreign_data_wrapper o
    UNION ALL SELECT 'pg_catalog.pg_foreign_server'::regclass, o.oid FROM pg_catalog.pg_foreign_server o
    UNION ALL SELECT 'pg_catalog.pg_user_mapping'::regclass, o.umid FROM pg_catalog.pg_user_mappings o
    UNION ALL SELECT 'pg_catalog.pg_publication'::regclass, o.oid FROM pg_catalog.pg_publication o
    UNION ALL SELECT 'pg_catalog.pg_subscription'::regclass, o.oid FROM pg_catalog.pg_subscription o
              WHERE o.subdbid = (SELECT d.oid FROM pg_catalog.pg_database d
                                 WHERE d.datname = current_database())
    UNION ALL SELECT 'pg_catalog.pg_event_trigger'::regclass, o.oid FROM pg_catalog.pg_event_trigger o
    UNION ALL SELECT 'pg_catalog.pg_default_acl'::regclass, o.oid FROM pg_catalog.pg_default_acl o
) o
CROSS JOIN LATERAL pg_identify_object(o.classid, o.objid, 0) i
WHERE o.objid >= 16384
  AND coalesce(i.schema, '') <> 'chronos' AND coalesce(i.schema, '') NOT LIKE 'pg\_t%'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = o.classid AND d.objid = o.objid AND d.deptype = 'e');
COMMENT ON VIEW chronos.uncovered IS
    'Objects of kinds that are not versioned yet: they are in no version and in no schema_at().';
