-- A kind of its own, so that nothing else pays for what few have. Labels stand on objects of the server
-- and of extensions as well.
CREATE VIEW chronos.live_label AS
SELECT l.classoid, l.objoid, l.objsubid, l.provider, l.label
FROM pg_catalog.pg_seclabel l
UNION ALL
SELECT l.classoid, l.objoid, 0, l.provider, l.label
FROM pg_catalog.pg_shseclabel l
WHERE (l.classoid = 'pg_catalog.pg_database'::regclass AND l.objoid = (
           SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database()))
   OR (l.classoid = 'pg_catalog.pg_subscription'::regclass AND EXISTS (
           SELECT FROM pg_catalog.pg_subscription s
           JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
           WHERE s.oid = l.objoid AND d.datname = current_database()));
COMMENT ON VIEW chronos.live_label IS 'Security labels on what belongs to this database.';

CREATE VIEW chronos.live_security_label AS
SELECT o.classoid AS classid, o.objoid AS objid, 'security label' AS kind,
       i.type || ' ' || i.name AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'object', i.clause, 'name', i.name,
           'labels', (SELECT jsonb_object_agg(l.provider, l.label) FROM chronos.live_label l
                      WHERE l.classoid = o.classoid AND l.objoid = o.objoid AND l.objsubid = 0),
           'columns', (
               SELECT jsonb_agg(jsonb_build_object('name', a.attname, 'labels', c.labels) ORDER BY a.attnum)
               FROM (SELECT l.objsubid, jsonb_object_agg(l.provider, l.label) AS labels
                     FROM chronos.live_label l
                     WHERE l.classoid = o.classoid AND l.objoid = o.objoid AND l.objsubid <> 0
                     GROUP BY l.objsubid) c
               JOIN pg_catalog.pg_attribute a ON a.attrelid = o.objoid AND a.attnum = c.objsubid
               WHERE o.classoid = 'pg_catalog.pg_class'::regclass)
       )) AS definition
FROM (SELECT l.classoid, l.objoid FROM chronos.live_label l GROUP BY l.classoid, l.objoid) o
CROSS JOIN LATERAL (
    SELECT p.type, coalesce(p.schema, '') AS schema,
           CASE WHEN p.type IN ('function', 'procedure', 'aggregate') THEN 'ROUTINE' ELSE upper(p.type) END AS clause,
           CASE WHEN p.type = 'database' THEN 'this'
                -- Input types alone may name more than one procedure.
                WHEN p.type = 'procedure' THEN (
                    SELECT format('%I.%I(%s)', p.schema, r.proname, pg_get_function_identity_arguments(r.oid))
                    FROM pg_catalog.pg_proc r WHERE r.oid = o.objoid)
                ELSE p.identity END AS name
    FROM pg_identify_object(o.classoid, o.objoid, 0) p) i
WHERE i.schema NOT LIKE 'pg\_temp%'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  JOIN pg_catalog.pg_extension x ON x.oid = e.refobjid
                  WHERE e.classid = o.classoid AND e.objid = o.objoid AND e.deptype = 'e'
                    AND e.refclassid = 'pg_catalog.pg_extension'::regclass AND x.extname = 'chronos');
COMMENT ON VIEW chronos.live_security_label IS 'Security labels, all of one object and its columns together.';
