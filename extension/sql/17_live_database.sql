CREATE VIEW chronos.live_publication AS
SELECT 'pg_catalog.pg_publication'::regclass::oid AS classid, p.oid AS objid,
       'publication' AS kind, quote_ident(p.pubname) AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'owner', pg_get_userbyid(p.pubowner),
           'all_tables', CASE WHEN p.puballtables THEN true END,
           'publish', concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END,
                                CASE WHEN p.pubupdate THEN 'update' END,
                                CASE WHEN p.pubdelete THEN 'delete' END,
                                CASE WHEN p.pubtruncate THEN 'truncate' END),
           'via_root', CASE WHEN p.pubviaroot THEN true END,
           -- Since 18.
           'generated_columns', CASE to_jsonb(p) ->> 'pubgencols' WHEN 's' THEN 'stored' END,
           'tables', (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                          'table', quote_ident(tn.nspname) || '.' || quote_ident(t.relname),
                          'columns', CASE WHEN r.prattrs IS NOT NULL THEN (
                              SELECT jsonb_agg(a.attname ORDER BY k.nr)
                              FROM unnest(r.prattrs::int2[]) WITH ORDINALITY k(attnum, nr)
                              JOIN pg_catalog.pg_attribute a
                                ON a.attrelid = r.prrelid AND a.attnum = k.attnum) END,
                          'where', pg_get_expr(r.prqual, r.prrelid)))
                          ORDER BY tn.nspname COLLATE "C", t.relname COLLATE "C")
                      FROM pg_catalog.pg_publication_rel r
                      JOIN pg_catalog.pg_class t ON t.oid = r.prrelid
                      JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
                      WHERE r.prpubid = p.oid),
           'schemas', (SELECT jsonb_agg(n.nspname ORDER BY n.nspname COLLATE "C")
                       FROM pg_catalog.pg_publication_namespace r
                       JOIN pg_catalog.pg_namespace n ON n.oid = r.pnnspid
                       WHERE r.pnpubid = p.oid),
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_publication'::regclass AND s.objoid = p.oid
                         AND s.objsubid = 0)
       )) AS definition
FROM pg_catalog.pg_publication p
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_publication'::regclass AND e.objid = p.oid
                    AND e.deptype = 'e');
COMMENT ON VIEW chronos.live_publication IS 'Publications with their tables, filters and schemas.';

CREATE VIEW chronos.live_event_trigger AS
SELECT 'pg_catalog.pg_event_trigger'::regclass::oid AS classid, t.oid AS objid,
       'event trigger' AS kind, quote_ident(t.evtname) AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'owner', pg_get_userbyid(t.evtowner),
           'event', t.evtevent, 'tags', to_jsonb(t.evttags),
           'function', t.evtfoid::regproc::text,
           'enabled', CASE t.evtenabled WHEN 'D' THEN 'disable' WHEN 'R' THEN 'enable replica'
                                        WHEN 'A' THEN 'enable always' END,
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_event_trigger'::regclass AND s.objoid = t.oid
                         AND s.objsubid = 0)
       )) AS definition
FROM pg_catalog.pg_event_trigger t
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_event_trigger'::regclass AND e.objid = t.oid
                    AND e.deptype = 'e')
  AND t.oid <> ALL ((SELECT chronos.temporary_objects('pg_catalog.pg_event_trigger'::regclass))::oid[]);
COMMENT ON VIEW chronos.live_event_trigger IS 'Event triggers.';

CREATE VIEW chronos.live_default_privileges AS
SELECT 'pg_catalog.pg_default_acl'::regclass::oid AS classid, a.oid AS objid,
       'default privileges' AS kind,
       format('for role %I', pg_get_userbyid(a.defaclrole))
       || coalesce(' in schema ' || quote_ident(n.nspname), '') || ' on '
       || CASE a.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions'
                               WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' ELSE 'large objects' END
       AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'role', pg_get_userbyid(a.defaclrole), 'schema', n.nspname,
           'objects', CASE a.defaclobjtype
               WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS'
               WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END,
           -- Those of a schema are added to what a new object has anyway, the others replace it.
           'acl', chronos.acl_facts(a.defaclacl, CASE WHEN a.defaclnamespace <> 0 THEN '{}'::aclitem[]
               ELSE acldefault(CASE a.defaclobjtype WHEN 'S' THEN 's' ELSE a.defaclobjtype END::"char",
                               a.defaclrole) END, a.defaclrole)
       )) AS definition
FROM pg_catalog.pg_default_acl a
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = a.defaclnamespace;
COMMENT ON VIEW chronos.live_default_privileges IS 'What new objects are granted by themselves.';
