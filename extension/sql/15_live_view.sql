CREATE VIEW chronos.live_view AS
SELECT 'pg_catalog.pg_class'::regclass::oid AS classid, c.oid AS objid,
       c.kind, c.identity,
       jsonb_strip_nulls(jsonb_build_object(
           'owner', pg_get_userbyid(c.relowner),
           'columns', (SELECT jsonb_agg(a.facts ORDER BY a.attnum)
                       FROM chronos.live_column a WHERE a.relid = c.oid),
           'query', rtrim(pg_get_viewdef(c.oid), ';'),
           'options', to_jsonb(c.reloptions),
           'toast_options', CASE WHEN c.reltoastrelid <> 0 THEN (
               SELECT to_jsonb(o.reloptions) FROM pg_catalog.pg_class o
               WHERE o.oid = c.reltoastrelid) END,
           'access_method', CASE WHEN c.relam NOT IN (0, 2) THEN
               chronos.access_method_name(c.relam) END,
           'tablespace', CASE WHEN c.reltablespace <> 0 THEN
               chronos.tablespace_name(c.reltablespace) END,
           'needs_extensions', CASE WHEN EXISTS (
               SELECT FROM pg_catalog.pg_depend d
               WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
                 AND d.deptype = 'x') THEN
               chronos.needs_extensions('pg_catalog.pg_class'::regclass, c.oid) END,
           'acl', CASE WHEN c.relacl IS NOT NULL THEN
               chronos.acl_facts(c.relacl, acldefault('r', c.relowner), c.relowner) END,
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_class'::regclass AND s.objoid = c.oid
                         AND s.objsubid = 0),
           'depends_on', chronos.depends_on('pg_catalog.pg_class'::regclass, c.oid)
       )) AS definition
FROM chronos.live_relation c
WHERE c.relkind IN ('v', 'm');
COMMENT ON VIEW chronos.live_view IS 'Views and materialized views; whether one is populated is data.';

CREATE VIEW chronos.live_rule AS
SELECT 'pg_catalog.pg_rewrite'::regclass::oid AS classid, r.oid AS objid,
       'rule' AS kind, quote_ident(r.rulename) || ' on ' || c.identity AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'table', c.identity, 'name', r.rulename,
           'definition', rtrim(pg_get_ruledef(r.oid), ';'),
           'enabled', CASE r.ev_enabled WHEN 'D' THEN 'disable' WHEN 'R' THEN 'enable replica'
                                        WHEN 'A' THEN 'enable always' END,
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_rewrite'::regclass AND s.objoid = r.oid
                         AND s.objsubid = 0)
       )) AS definition
FROM pg_catalog.pg_rewrite r
JOIN chronos.live_relation c ON c.oid = r.ev_class
WHERE r.rulename <> '_RETURN'
  AND r.oid <> ALL ((SELECT chronos.temporary_objects('pg_catalog.pg_rewrite'::regclass))::oid[]);
COMMENT ON VIEW chronos.live_rule IS 'Rules, but for those that make a view a view.';
