CREATE VIEW chronos.live_language AS
SELECT 'pg_catalog.pg_language'::regclass::oid AS classid, l.oid AS objid,
       'language' AS kind, quote_ident(l.lanname) AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'owner', pg_get_userbyid(l.lanowner),
           'definition', format('CREATE %sPROCEDURAL LANGUAGE %I', CASE WHEN l.lanpltrusted
                                THEN 'TRUSTED ' ELSE '' END, l.lanname)
               || coalesce(' HANDLER ' || nullif(l.lanplcallfoid, 0)::regproc, '')
               || coalesce(' INLINE ' || nullif(l.laninline, 0)::regproc, '')
               || coalesce(' VALIDATOR ' || nullif(l.lanvalidator, 0)::regproc, ''),
           'acl', CASE WHEN l.lanacl IS NOT NULL THEN
               chronos.acl_facts(l.lanacl, acldefault('l', l.lanowner), l.lanowner) END,
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_language'::regclass AND s.objoid = l.oid
                         AND s.objsubid = 0),
           'depends_on', chronos.depends_on('pg_catalog.pg_language'::regclass, l.oid)
       )) AS definition
FROM pg_catalog.pg_language l
WHERE l.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_language'::regclass AND e.objid = l.oid
                    AND e.deptype = 'e');
COMMENT ON VIEW chronos.live_language IS 'Languages made without an extension.';

CREATE VIEW chronos.live_access_method AS
SELECT 'pg_catalog.pg_am'::regclass::oid AS classid, m.oid AS objid,
       'access method' AS kind, quote_ident(m.amname) AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'definition', format('CREATE ACCESS METHOD %I TYPE %s HANDLER %s', m.amname,
                                CASE m.amtype WHEN 'i' THEN 'INDEX' ELSE 'TABLE' END, m.amhandler::regproc),
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_am'::regclass AND s.objoid = m.oid
                         AND s.objsubid = 0),
           'depends_on', chronos.depends_on('pg_catalog.pg_am'::regclass, m.oid)
       )) AS definition
FROM pg_catalog.pg_am m
WHERE m.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_am'::regclass AND e.objid = m.oid
                    AND e.deptype = 'e');
COMMENT ON VIEW chronos.live_access_method IS 'Access methods made without an extension.';

CREATE VIEW chronos.live_transform AS
SELECT 'pg_catalog.pg_transform'::regclass::oid AS classid, t.oid AS objid,
       'transform' AS kind,
       format('for %s language %I', format_type(t.trftype, NULL), l.lanname) AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'definition', format('CREATE TRANSFORM FOR %s LANGUAGE %I (%s)', format_type(t.trftype, NULL),
               l.lanname, concat_ws(', ',
               'FROM SQL WITH FUNCTION ' || nullif(t.trffromsql, 0)::oid::regprocedure,
               'TO SQL WITH FUNCTION ' || nullif(t.trftosql, 0)::oid::regprocedure)),
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_transform'::regclass AND s.objoid = t.oid
                         AND s.objsubid = 0),
           'depends_on', chronos.depends_on('pg_catalog.pg_transform'::regclass, t.oid)
       )) AS definition
FROM pg_catalog.pg_transform t
JOIN pg_catalog.pg_language l ON l.oid = t.trflang
WHERE t.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_transform'::regclass AND e.objid = t.oid
                    AND e.deptype = 'e');
COMMENT ON VIEW chronos.live_transform IS 'Transforms made without an extension.';
