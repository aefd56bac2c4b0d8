CREATE VIEW chronos.live_type AS
SELECT 'pg_catalog.pg_type'::regclass::oid AS classid, t.oid AS objid,
       'type' AS kind, n.identity || '.' || quote_ident(t.typname) AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'owner', pg_get_userbyid(t.typowner),
           'type', CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'c' THEN 'composite'
                                  WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range'
                                  ELSE CASE WHEN t.typisdefined THEN 'base' ELSE 'shell' END END,
           'labels', CASE WHEN t.typtype = 'e' THEN (
               SELECT coalesce(jsonb_agg(e.enumlabel ORDER BY e.enumsortorder), '[]')
               FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid) END,
           'attributes', CASE WHEN t.typtype = 'c' THEN (
               SELECT coalesce(jsonb_agg(a.facts ORDER BY a.attnum), '[]')
               FROM chronos.live_column a WHERE a.relid = t.typrelid) END,
           'domain', CASE WHEN t.typtype = 'd' THEN jsonb_build_object(
               'base', format_type(t.typbasetype, t.typtypmod),
               'collation', (SELECT t.typcollation::regcollation::text FROM pg_catalog.pg_type b
                             WHERE b.oid = t.typbasetype AND b.typcollation <> t.typcollation),
               'not_null', CASE WHEN t.typnotnull THEN true END,
               'default', coalesce(pg_get_expr(t.typdefaultbin, 0), quote_literal(t.typdefault)),
               -- As with a check below: its function may need the domain.
               'default_later', CASE WHEN t.typdefaultbin IS NOT NULL AND EXISTS (
                   SELECT FROM pg_catalog.pg_depend d
                   WHERE d.classid = 'pg_catalog.pg_type'::regclass AND d.objid = t.oid
                     AND d.refclassid = 'pg_catalog.pg_proc'::regclass
                     AND d.refobjid >= 16384) THEN true END,
               'constraints', (
                   SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                       'name', k.conname, 'type', k.contype,
                       'definition', pg_get_constraintdef(k.oid),
                       -- A function of one's own may need the domain, so it has to wait.
                       'separate', CASE WHEN NOT k.convalidated OR EXISTS (
                           SELECT FROM pg_catalog.pg_depend d
                           WHERE d.classid = 'pg_catalog.pg_constraint'::regclass AND d.objid = k.oid
                             AND d.refclassid = 'pg_catalog.pg_proc'::regclass
                             AND d.refobjid >= 16384) THEN true END,
                       'comment', (SELECT s.description FROM pg_catalog.pg_description s
                                   WHERE s.classoid = 'pg_catalog.pg_constraint'::regclass
                                     AND s.objoid = k.oid AND s.objsubid = 0)))
                       ORDER BY k.conname COLLATE "C")
                   FROM pg_catalog.pg_constraint k
                   WHERE k.contypid = t.oid)) END,
           'range', CASE WHEN t.typtype = 'r' THEN (
               SELECT jsonb_build_object(
                   'subtype', format_type(r.rngsubtype, NULL),
                   'opclass', (SELECT quote_ident(pn.nspname) || '.' || quote_ident(p.opcname)
                               FROM pg_catalog.pg_opclass p
                               JOIN pg_catalog.pg_namespace pn ON pn.oid = p.opcnamespace
                               WHERE p.oid = r.rngsubopc AND NOT p.opcdefault),
                   'collation', (SELECT r.rngcollation::regcollation::text FROM pg_catalog.pg_type b
                                 WHERE b.oid = r.rngsubtype AND b.typcollation <> r.rngcollation),
                   'canonical', CASE WHEN r.rngcanonical <> 0 THEN r.rngcanonical::regproc::text END,
                   'subtype_diff', CASE WHEN r.rngsubdiff <> 0 THEN r.rngsubdiff::regproc::text END,
                   'multirange', format_type(r.rngmultitypid, NULL))
               FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid) END,
           'base', CASE WHEN t.typtype = 'b' THEN array_to_json(array_remove(ARRAY[
               'INPUT = ' || t.typinput,
               'OUTPUT = ' || t.typoutput,
               'RECEIVE = ' || nullif(t.typreceive::oid, 0)::regproc,
               'SEND = ' || nullif(t.typsend::oid, 0)::regproc,
               'TYPMOD_IN = ' || nullif(t.typmodin::oid, 0)::regproc,
               'TYPMOD_OUT = ' || nullif(t.typmodout::oid, 0)::regproc,
               'ANALYZE = ' || nullif(t.typanalyze::oid, 0)::regproc,
               'SUBSCRIPT = ' || nullif(t.typsubscript::oid, 0)::regproc,
               'INTERNALLENGTH = ' || CASE t.typlen WHEN -1 THEN 'VARIABLE' ELSE t.typlen::text END,
               CASE WHEN t.typbyval THEN 'PASSEDBYVALUE' END,
               'ALIGNMENT = ' || CASE t.typalign WHEN 'c' THEN 'char' WHEN 's' THEN 'int2'
                                                 WHEN 'd' THEN 'double' ELSE 'int4' END,
               'STORAGE = ' || CASE t.typstorage WHEN 'e' THEN 'external' WHEN 'x' THEN 'extended'
                                                 WHEN 'm' THEN 'main' ELSE 'plain' END,
               'CATEGORY = ' || quote_literal(t.typcategory::text),
               CASE WHEN t.typispreferred THEN 'PREFERRED = true' END,
               'DEFAULT = ' || quote_literal(t.typdefault),
               'ELEMENT = ' || CASE WHEN t.typelem <> 0 THEN format_type(t.typelem, NULL) END,
               'DELIMITER = ' || CASE WHEN t.typdelim <> ',' THEN quote_literal(t.typdelim::text) END,
               CASE WHEN t.typcollation <> 0 THEN 'COLLATABLE = true' END], NULL)) END,
           'acl', CASE WHEN t.typacl IS NOT NULL THEN
               chronos.acl_facts(t.typacl, acldefault('T', t.typowner), t.typowner) END,
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_type'::regclass AND s.objoid = t.oid
                         AND s.objsubid = 0),
           'depends_on', CASE t.typtype WHEN 'd' THEN (
               SELECT nullif(jsonb_agg(d.key ORDER BY d.nr), '[]')
               FROM jsonb_array_elements_text(chronos.depends_on('pg_catalog.pg_type'::regclass, t.oid))
                    WITH ORDINALITY d(key, nr)
               WHERE d.key NOT LIKE 'function %')
               ELSE chronos.depends_on('pg_catalog.pg_type'::regclass, t.oid) END
       )) AS definition
FROM pg_catalog.pg_type t
JOIN chronos.live_namespace n ON n.oid = t.typnamespace
WHERE (t.typtype IN ('e', 'd', 'r')
       OR (t.typtype = 'b' AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e
                                           WHERE e.oid = t.typelem AND e.typarray = t.oid))
       OR (t.typtype = 'p' AND NOT t.typisdefined)
       OR (t.typtype = 'c' AND EXISTS (SELECT FROM pg_catalog.pg_class c
                                       WHERE c.oid = t.typrelid AND c.relkind = 'c')))
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_type'::regclass AND e.objid = t.oid
                    AND e.deptype = 'e')
  AND (t.typtype NOT IN ('d', 'r', 'b')
       OR t.oid <> ALL ((SELECT chronos.temporary_objects('pg_catalog.pg_type'::regclass))::oid[]));
COMMENT ON VIEW chronos.live_type IS 'Enums, composite types, domains with their constraints, ranges, base types.';
