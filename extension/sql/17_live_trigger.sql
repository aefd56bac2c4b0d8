CREATE VIEW chronos.live_trigger AS
SELECT 'pg_catalog.pg_trigger'::regclass::oid AS classid, t.oid AS objid,
       'trigger' AS kind, quote_ident(t.tgname) || ' on ' || c.identity AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'table', c.identity, 'name', t.tgname,
           'foreign', CASE WHEN c.relkind = 'f' THEN true END,
           -- A partition's copy is an object only where something is said of it alone.
           'copy', CASE WHEN t.tgparentid <> 0 THEN true END,
           'definition', CASE WHEN t.tgparentid = 0 THEN pg_get_triggerdef(t.oid) END,
           'enabled', CASE t.tgenabled WHEN 'D' THEN 'disable' WHEN 'R' THEN 'enable replica'
                                       WHEN 'A' THEN 'enable always'
                                       ELSE CASE WHEN t.tgparentid <> 0 THEN 'enable' END END,
           'needs_extensions', CASE WHEN EXISTS (
               SELECT FROM pg_catalog.pg_depend d
               WHERE d.classid = 'pg_catalog.pg_trigger'::regclass AND d.objid = t.oid
                 AND d.deptype = 'x') THEN
               chronos.needs_extensions('pg_catalog.pg_trigger'::regclass, t.oid) END,
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_trigger'::regclass AND s.objoid = t.oid
                         AND s.objsubid = 0)
       )) AS definition
FROM pg_catalog.pg_trigger t
JOIN chronos.live_relation c ON c.oid = t.tgrelid
WHERE (NOT t.tgisinternal AND t.tgparentid = 0
       OR t.tgparentid <> 0 AND EXISTS (
           SELECT FROM pg_catalog.pg_trigger p
           WHERE p.oid = t.tgparentid AND NOT p.tgisinternal
             AND (p.tgenabled <> t.tgenabled OR EXISTS (
                      SELECT FROM pg_catalog.pg_description s
                      WHERE s.classoid = 'pg_catalog.pg_trigger'::regclass AND s.objoid = t.oid))))
  AND (t.tgfoid < 16384
       OR t.oid <> ALL ((SELECT chronos.temporary_objects('pg_catalog.pg_trigger'::regclass))::oid[]));
COMMENT ON VIEW chronos.live_trigger IS 'Triggers with their state; those that serve foreign keys are left out.';

CREATE VIEW chronos.live_policy AS
SELECT 'pg_catalog.pg_policy'::regclass::oid AS classid, p.oid AS objid,
       'policy' AS kind, quote_ident(p.polname) || ' on ' || c.identity AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'table', c.identity, 'name', p.polname,
           'restrictive', CASE WHEN NOT p.polpermissive THEN true END,
           'command', CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT'
                                    WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' END,
           'roles', (SELECT jsonb_agg(pg_get_userbyid(r.role) ORDER BY pg_get_userbyid(r.role) COLLATE "C")
                     FROM unnest(p.polroles) r(role) WHERE r.role <> 0),
           'using', pg_get_expr(p.polqual, p.polrelid),
           'check', pg_get_expr(p.polwithcheck, p.polrelid),
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_policy'::regclass AND s.objoid = p.oid
                         AND s.objsubid = 0)
       )) AS definition
FROM pg_catalog.pg_policy p
JOIN chronos.live_relation c ON c.oid = p.polrelid
WHERE p.oid <> ALL ((SELECT chronos.temporary_objects('pg_catalog.pg_policy'::regclass))::oid[]);
COMMENT ON VIEW chronos.live_policy IS 'Row security policies.';

CREATE VIEW chronos.live_statistics AS
SELECT 'pg_catalog.pg_statistic_ext'::regclass::oid AS classid, s.oid AS objid,
       'statistics' AS kind, n.identity || '.' || quote_ident(s.stxname) AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'owner', pg_get_userbyid(s.stxowner),
           'table', c.identity,
           'definition', pg_get_statisticsobjdef(s.oid),
           'statistics', nullif(s.stxstattarget, -1),
           'comment', (SELECT d.description FROM pg_catalog.pg_description d
                       WHERE d.classoid = 'pg_catalog.pg_statistic_ext'::regclass
                         AND d.objoid = s.oid AND d.objsubid = 0)
       )) AS definition
FROM pg_catalog.pg_statistic_ext s
JOIN chronos.live_namespace n ON n.oid = s.stxnamespace
JOIN chronos.live_relation c ON c.oid = s.stxrelid;
COMMENT ON VIEW chronos.live_statistics IS 'Extended statistics.';
