CREATE VIEW chronos.live_index_facts AS
SELECT i.indexrelid AS indexid,
       jsonb_strip_nulls(jsonb_build_object(
           'clustered', CASE WHEN i.indisclustered THEN true END,
           'replica_identity', CASE WHEN i.indisreplident THEN true END,
           'tablespace', CASE WHEN x.reltablespace <> 0 THEN
               chronos.tablespace_name(x.reltablespace) END,
           'partition_of', CASE WHEN x.relispartition THEN (
               SELECT h.inhparent::regclass::text FROM pg_catalog.pg_inherits h
               WHERE h.inhrelid = x.oid) END,
           'statistics', CASE WHEN i.indexprs IS NOT NULL THEN (
               SELECT jsonb_object_agg(a.attnum, a.attstattarget)
               FROM pg_catalog.pg_attribute a
               WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0) END,
           'needs_extensions', CASE WHEN EXISTS (
               SELECT FROM pg_catalog.pg_depend d
               WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = i.indexrelid
                 AND d.deptype = 'x') THEN
               chronos.needs_extensions('pg_catalog.pg_class'::regclass, i.indexrelid) END
       )) AS facts
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid;
COMMENT ON VIEW chronos.live_index_facts IS
    'What an index carries beside its definition, whether it stands alone or serves a constraint.';

CREATE VIEW chronos.live_index AS
SELECT 'pg_catalog.pg_class'::regclass::oid AS classid, x.oid AS objid,
       'index' AS kind, n.identity || '.' || quote_ident(x.relname) AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'table', c.identity, 'name', x.relname,
           'definition', pg_get_indexdef(x.oid),
           'invalid', CASE WHEN NOT (i.indisvalid AND i.indisready) AND x.relkind = 'i' THEN true END,
           'index', (SELECT nullif(f.facts, '{}') FROM chronos.live_index_facts f
                     WHERE f.indexid = x.oid),
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_class'::regclass AND s.objoid = x.oid
                         AND s.objsubid = 0),
           'depends_on', jsonb_build_array(c.kind || ' ' || c.identity) || CASE WHEN EXISTS (
                   SELECT FROM pg_catalog.pg_depend d
                   WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = x.oid
                     AND d.deptype IN ('n', 'a') AND d.refobjid >= 16384 AND d.refobjid <> i.indrelid) THEN
               coalesce(chronos.depends_on('pg_catalog.pg_class'::regclass, x.oid, i.indrelid), '[]')
               ELSE '[]' END
       )) AS definition
FROM pg_catalog.pg_class x
JOIN chronos.live_namespace n ON n.oid = x.relnamespace
JOIN pg_catalog.pg_index i ON i.indexrelid = x.oid
JOIN chronos.live_relation c ON c.oid = i.indrelid
WHERE x.relkind IN ('i', 'I')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = x.oid
                    AND d.refclassid = 'pg_catalog.pg_constraint'::regclass AND d.deptype = 'i')
  AND (i.indexprs IS NULL AND i.indpred IS NULL
       OR x.oid <> ALL ((SELECT chronos.temporary_objects('pg_catalog.pg_class'::regclass))::oid[]));
COMMENT ON VIEW chronos.live_index IS 'Indexes, but for those that a constraint makes.';

CREATE VIEW chronos.live_constraint AS
SELECT 'pg_catalog.pg_constraint'::regclass::oid AS classid, k.oid AS objid,
       'constraint' AS kind, quote_ident(k.conname) || ' on ' || c.identity AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'table', c.identity,
           'table_kind', CASE c.relkind WHEN 'f' THEN 'foreign' WHEN 'p' THEN 'partitioned' END,
           'type', CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique'
                                  WHEN 'f' THEN 'foreign key' WHEN 'c' THEN 'check'
                                  ELSE 'exclude' END,
           'name', k.conname,
           'definition', pg_get_constraintdef(k.oid),
           -- It comes with the parent's, so no statement makes it.
           'inherited', CASE WHEN k.contype = 'c' AND NOT k.conislocal THEN true END,
           -- Valid here and not yet in the parent, which hands it down as not valid.
           'validated', CASE WHEN k.contype = 'c' AND NOT k.conislocal AND k.convalidated AND EXISTS (
               SELECT FROM pg_catalog.pg_inherits i
               JOIN pg_catalog.pg_constraint p ON p.conrelid = i.inhparent
               WHERE i.inhrelid = k.conrelid AND p.contype = 'c' AND p.conname = k.conname
                 AND NOT p.convalidated) THEN true END,
           'index_name', CASE WHEN k.contype IN ('p', 'u', 'x') THEN k.conindid::regclass::text END,
           'index', CASE WHEN k.contype IN ('p', 'u', 'x') THEN (
               SELECT nullif(f.facts, '{}') FROM chronos.live_index_facts f
               WHERE f.indexid = k.conindid) END,
           -- pg_get_constraintdef leaves them out, pg_get_indexdef does not.
           'index_options', CASE WHEN k.contype IN ('p', 'u', 'x') THEN (
               SELECT to_jsonb(x.reloptions) FROM pg_catalog.pg_class x WHERE x.oid = k.conindid) END,
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_constraint'::regclass AND s.objoid = k.oid
                         AND s.objsubid = 0),
           'index_comment', CASE WHEN k.contype IN ('p', 'u', 'x') THEN (
               SELECT s.description FROM pg_catalog.pg_description s
               WHERE s.classoid = 'pg_catalog.pg_class'::regclass AND s.objoid = k.conindid
                 AND s.objsubid = 0) END,
           'depends_on', jsonb_build_array(c.kind || ' ' || c.identity) || CASE WHEN EXISTS (
                   SELECT FROM pg_catalog.pg_depend d
                   WHERE d.classid = 'pg_catalog.pg_constraint'::regclass AND d.objid = k.oid
                     AND d.deptype IN ('n', 'a') AND d.refobjid >= 16384 AND d.refobjid <> k.conrelid) THEN
               coalesce(chronos.depends_on('pg_catalog.pg_constraint'::regclass, k.oid, k.conrelid), '[]')
               ELSE '[]' END
       )) AS definition
FROM pg_catalog.pg_constraint k
JOIN chronos.live_relation c ON c.oid = k.conrelid
WHERE k.contype IN ('p', 'u', 'f', 'c', 'x')
  AND NOT (k.contype = 'f' AND k.conparentid <> 0)
  AND (k.contype NOT IN ('c', 'x')
       OR k.oid <> ALL ((SELECT chronos.temporary_objects('pg_catalog.pg_constraint'::regclass))::oid[]));
COMMENT ON VIEW chronos.live_constraint IS
    'Constraints of tables with the index that serves them; copies that partitions get are left out.';
