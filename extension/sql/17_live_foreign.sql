CREATE VIEW chronos.live_foreign_data_wrapper AS
SELECT 'pg_catalog.pg_foreign_data_wrapper'::regclass::oid AS classid, w.oid AS objid,
       'foreign-data wrapper' AS kind, quote_ident(w.fdwname) AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'owner', pg_get_userbyid(w.fdwowner),
           'handler', CASE WHEN w.fdwhandler <> 0 THEN w.fdwhandler::regproc::text END,
           'validator', CASE WHEN w.fdwvalidator <> 0 THEN w.fdwvalidator::regproc::text END,
           'fdw_options', to_jsonb(w.fdwoptions),
           'acl', CASE WHEN w.fdwacl IS NOT NULL THEN
               chronos.acl_facts(w.fdwacl, acldefault('F', w.fdwowner), w.fdwowner) END,
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_foreign_data_wrapper'::regclass
                         AND s.objoid = w.oid AND s.objsubid = 0),
           'depends_on', chronos.depends_on('pg_catalog.pg_foreign_data_wrapper'::regclass, w.oid)
       )) AS definition
FROM pg_catalog.pg_foreign_data_wrapper w
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_foreign_data_wrapper'::regclass AND e.objid = w.oid
                    AND e.deptype = 'e');
COMMENT ON VIEW chronos.live_foreign_data_wrapper IS 'Foreign-data wrappers made without an extension.';

CREATE VIEW chronos.live_server AS
SELECT 'pg_catalog.pg_foreign_server'::regclass::oid AS classid, v.oid AS objid,
       'server' AS kind, quote_ident(v.srvname) AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'owner', pg_get_userbyid(v.srvowner),
           'wrapper', (SELECT w.fdwname FROM pg_catalog.pg_foreign_data_wrapper w WHERE w.oid = v.srvfdw),
           'type', v.srvtype, 'version', v.srvversion,
           'fdw_options', to_jsonb(v.srvoptions),
           'acl', CASE WHEN v.srvacl IS NOT NULL THEN
               chronos.acl_facts(v.srvacl, acldefault('S', v.srvowner), v.srvowner) END,
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_foreign_server'::regclass
                         AND s.objoid = v.oid AND s.objsubid = 0)
       )) AS definition
FROM pg_catalog.pg_foreign_server v
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_foreign_server'::regclass AND e.objid = v.oid
                    AND e.deptype = 'e');
COMMENT ON VIEW chronos.live_server IS 'Foreign servers.';

CREATE VIEW chronos.live_user_mapping AS
SELECT 'pg_catalog.pg_user_mapping'::regclass::oid AS classid, m.umid AS objid,
       'user mapping' AS kind,
       format('for %s server %I', CASE WHEN m.umuser = 0 THEN 'PUBLIC' ELSE quote_ident(m.usename) END,
              m.srvname) AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'user', CASE WHEN m.umuser <> 0 THEN m.usename END, 'server', m.srvname,
           'fdw_options', o.plain, 'secrets', o.secrets,
           'depends_on', jsonb_build_array('server ' || quote_ident(m.srvname))
       )) AS definition
FROM pg_catalog.pg_user_mappings m
CROSS JOIN LATERAL chronos.open_mapping_options(m.umoptions) o
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_user_mapping'::regclass AND e.objid = m.umid
                    AND e.deptype = 'e');
COMMENT ON VIEW chronos.live_user_mapping IS
    'User mappings; options that may be secrets keep their names and lose their values.';
