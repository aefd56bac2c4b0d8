-- Settings are rows without an oid; the database stands for them.
CREATE VIEW chronos.live_database AS
SELECT 'pg_catalog.pg_database'::regclass::oid AS classid, d.oid AS objid,
       -- Not its name: the same schema in two databases is the same schema.
       'database' AS kind, 'this' AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'owner', pg_get_userbyid(d.datdba),
           'connection_limit', nullif(d.datconnlimit, -1),
           'template', CASE WHEN d.datistemplate THEN true END,
           'settings', own.plain,
           'secrets', own.secrets,
           'role_settings', (
               SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                          'role', pg_get_userbyid(s.setrole), 'settings', o.plain, 'secrets', o.secrets))
                          ORDER BY pg_get_userbyid(s.setrole) COLLATE "C")
               FROM pg_catalog.pg_db_role_setting s
               CROSS JOIN LATERAL chronos.open_settings(s.setconfig) o
               WHERE s.setdatabase = d.oid AND s.setrole <> 0),
           'acl', CASE WHEN d.datacl IS NOT NULL THEN
               chronos.acl_facts(d.datacl, acldefault('d', d.datdba), d.datdba) END,
           'comment', (SELECT s.description FROM pg_catalog.pg_shdescription s
                       WHERE s.classoid = 'pg_catalog.pg_database'::regclass AND s.objoid = d.oid)
       )) AS definition
FROM pg_catalog.pg_database d
CROSS JOIN LATERAL chronos.open_settings((
    SELECT s.setconfig FROM pg_catalog.pg_db_role_setting s
    WHERE s.setdatabase = d.oid AND s.setrole = 0)) own
WHERE d.datname = current_database();
COMMENT ON VIEW chronos.live_database IS
    'What is said of the database itself: owner, privileges, comment, connection limit, settings for everybody and for single roles.';

CREATE VIEW chronos.live_large_object AS
SELECT 'pg_catalog.pg_largeobject'::regclass::oid AS classid, l.oid AS objid,
       'large object' AS kind, l.oid::text AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'owner', pg_get_userbyid(l.lomowner),
           'acl', CASE WHEN l.lomacl IS NOT NULL THEN
               chronos.acl_facts(l.lomacl, acldefault('L', l.lomowner), l.lomowner) END,
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_largeobject'::regclass AND s.objoid = l.oid
                         AND s.objsubid = 0)
       )) AS definition
FROM pg_catalog.pg_largeobject_metadata l
WHERE l.lomacl IS NOT NULL
   OR EXISTS (SELECT FROM pg_catalog.pg_description s
              WHERE s.classoid = 'pg_catalog.pg_largeobject'::regclass AND s.objoid = l.oid
                AND s.objsubid = 0);
COMMENT ON VIEW chronos.live_large_object IS
    'Large objects of which something is said: privileges or a comment. Those that only exist are data, as their content is.';
