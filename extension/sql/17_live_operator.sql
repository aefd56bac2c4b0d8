CREATE VIEW chronos.live_operator AS
SELECT 'pg_catalog.pg_operator'::regclass::oid AS classid, o.oid AS objid,
       'operator' AS kind,
       (SELECT i.identity FROM pg_identify_object('pg_catalog.pg_operator'::regclass, o.oid, 0) i) AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'owner', pg_get_userbyid(o.oprowner),
           'name', n.identity || '.' || o.oprname,
           'parameters', array_to_json(array_remove(ARRAY[
               'FUNCTION = ' || o.oprcode::regproc,
               'LEFTARG = ' || CASE WHEN o.oprleft <> 0 THEN format_type(o.oprleft, NULL) END,
               'RIGHTARG = ' || CASE WHEN o.oprright <> 0 THEN format_type(o.oprright, NULL) END,
               'COMMUTATOR = ' || (SELECT format('OPERATOR(%I.%s)', cn.nspname, c.oprname)
                                   FROM pg_catalog.pg_operator c
                                   JOIN pg_catalog.pg_namespace cn ON cn.oid = c.oprnamespace
                                   WHERE c.oid = o.oprcom),
               'NEGATOR = ' || (SELECT format('OPERATOR(%I.%s)', cn.nspname, c.oprname)
                                FROM pg_catalog.pg_operator c
                                JOIN pg_catalog.pg_namespace cn ON cn.oid = c.oprnamespace
                                WHERE c.oid = o.oprnegate),
               CASE WHEN o.oprcanmerge THEN 'MERGES' END,
               CASE WHEN o.oprcanhash THEN 'HASHES' END,
               'RESTRICT = ' || CASE WHEN o.oprrest <> 0 THEN o.oprrest::regproc::text END,
               'JOIN = ' || CASE WHEN o.oprjoin <> 0 THEN o.oprjoin::regproc::text END], NULL)),
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_operator'::regclass AND s.objoid = o.oid
                         AND s.objsubid = 0),
           'depends_on', chronos.depends_on('pg_catalog.pg_operator'::regclass, o.oid)
       )) AS definition
FROM pg_catalog.pg_operator o
JOIN chronos.live_namespace n ON n.oid = o.oprnamespace
WHERE o.oprcode <> 0
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_operator'::regclass AND e.objid = o.oid
                    AND e.deptype = 'e')
  AND o.oid <> ALL ((SELECT chronos.temporary_objects('pg_catalog.pg_operator'::regclass))::oid[]);
COMMENT ON VIEW chronos.live_operator IS 'Operators; one that is only named as a partner of another is none yet.';

CREATE VIEW chronos.live_own_member AS
SELECT m.classid, m.objid, 'pg_catalog.pg_opfamily'::regclass::oid AS refclassid, m.family AS refobjid
FROM (
    SELECT 'pg_catalog.pg_amop'::regclass::oid AS classid, a.oid AS objid, a.amopfamily AS family
    FROM pg_catalog.pg_amop a
    UNION ALL
    SELECT 'pg_catalog.pg_amproc'::regclass, p.oid, p.amprocfamily FROM pg_catalog.pg_amproc p) m
WHERE m.objid >= 16384 AND m.family < 16384
  -- Not of a class that was put into the family, nor about what an extension brought.
  AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend d
      WHERE d.classid = m.classid AND d.objid = m.objid
        AND (d.refclassid = 'pg_catalog.pg_opclass'::regclass
             OR EXISTS (SELECT FROM pg_catalog.pg_depend e
                        WHERE e.classid = d.refclassid AND e.objid = d.refobjid AND e.deptype = 'e')));
COMMENT ON VIEW chronos.live_own_member IS
    'What somebody added to an operator family of the server itself, on which no dependency is kept.';

CREATE VIEW chronos.live_operator_member AS
WITH bond AS NOT MATERIALIZED (
    SELECT d.classid, d.objid, d.refclassid, d.refobjid FROM pg_catalog.pg_depend d
    UNION ALL
    SELECT o.classid, o.objid, o.refclassid, o.refobjid FROM chronos.live_own_member o
)
SELECT d.refclassid, d.refobjid,
       format('OPERATOR %s %s', a.amopstrategy, a.amopopr::regoperator)
       || coalesce((SELECT format(' FOR ORDER BY %I.%I', fn.nspname, f.opfname)
                    FROM pg_catalog.pg_opfamily f
                    JOIN pg_catalog.pg_namespace fn ON fn.oid = f.opfnamespace
                    WHERE f.oid = a.amopsortfamily), '') AS item,
       0 AS class, a.amopstrategy AS number
FROM bond d
JOIN pg_catalog.pg_amop a ON a.oid = d.objid
WHERE d.classid = 'pg_catalog.pg_amop'::regclass
UNION ALL
SELECT d.refclassid, d.refobjid,
       format('FUNCTION %s (%s, %s) %s', p.amprocnum, format_type(p.amproclefttype, NULL),
              format_type(p.amprocrighttype, NULL), p.amproc::oid::regprocedure),
       1, p.amprocnum
FROM bond d
JOIN pg_catalog.pg_amproc p ON p.oid = d.objid
WHERE d.classid = 'pg_catalog.pg_amproc'::regclass;
COMMENT ON VIEW chronos.live_operator_member IS
    'Operators and functions of an operator class or, where they are loose, of its family.';

CREATE VIEW chronos.live_operator_family AS
SELECT 'pg_catalog.pg_opfamily'::regclass::oid AS classid, f.oid AS objid,
       'operator family' AS kind,
       chronos.operator_family_name(f.oid) AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           -- One of the server's own is there; only what was added to it is told.
           'owner', CASE WHEN f.oid >= 16384 THEN pg_get_userbyid(f.opfowner) END,
           'members', (SELECT jsonb_agg(m.item ORDER BY m.class, m.number, m.item COLLATE "C")
                       FROM chronos.live_operator_member m
                       WHERE m.refclassid = 'pg_catalog.pg_opfamily'::regclass AND m.refobjid = f.oid),
           'comment', CASE WHEN f.oid >= 16384 THEN (
               SELECT s.description FROM pg_catalog.pg_description s
               WHERE s.classoid = 'pg_catalog.pg_opfamily'::regclass AND s.objoid = f.oid
                 AND s.objsubid = 0) END
       )) AS definition
FROM pg_catalog.pg_opfamily f
WHERE (f.opfnamespace IN (SELECT n.oid FROM chronos.live_namespace n)
       OR f.oid = ANY (ARRAY(SELECT o.refobjid FROM chronos.live_own_member o)))
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_opfamily'::regclass AND e.objid = f.oid
                    AND e.deptype = 'e');
COMMENT ON VIEW chronos.live_operator_family IS 'Operator families with their loose members, and those of the server to which somebody added some.';

CREATE VIEW chronos.live_operator_class AS
SELECT 'pg_catalog.pg_opclass'::regclass::oid AS classid, o.oid AS objid,
       'operator class' AS kind,
       (SELECT i.identity FROM pg_identify_object('pg_catalog.pg_opclass'::regclass, o.oid, 0) i) AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'owner', pg_get_userbyid(o.opcowner),
           'name', n.identity || '.' || quote_ident(o.opcname),
           'default', CASE WHEN o.opcdefault THEN true END,
           'type', format_type(o.opcintype, NULL),
           'access_method', (SELECT m.amname FROM pg_catalog.pg_am m WHERE m.oid = o.opcmethod),
           'family', (SELECT quote_ident(fn.nspname) || '.' || quote_ident(f.opfname)
                      FROM pg_catalog.pg_opfamily f
                      JOIN pg_catalog.pg_namespace fn ON fn.oid = f.opfnamespace
                      WHERE f.oid = o.opcfamily),
           'storage', CASE WHEN o.opckeytype <> 0 THEN format_type(o.opckeytype, NULL) END,
           'members', (SELECT jsonb_agg(m.item ORDER BY m.class, m.number, m.item COLLATE "C")
                       FROM chronos.live_operator_member m
                       WHERE m.refclassid = 'pg_catalog.pg_opclass'::regclass AND m.refobjid = o.oid),
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_opclass'::regclass AND s.objoid = o.oid
                         AND s.objsubid = 0),
           'depends_on', chronos.depends_on('pg_catalog.pg_opclass'::regclass, o.oid)
       )) AS definition
FROM pg_catalog.pg_opclass o
JOIN chronos.live_namespace n ON n.oid = o.opcnamespace
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_opclass'::regclass AND e.objid = o.oid
                    AND e.deptype = 'e')
  AND o.oid <> ALL ((SELECT chronos.temporary_objects('pg_catalog.pg_opclass'::regclass))::oid[]);
COMMENT ON VIEW chronos.live_operator_class IS 'Operator classes with their members.';

CREATE VIEW chronos.live_cast AS
SELECT 'pg_catalog.pg_cast'::regclass::oid AS classid, c.oid AS objid,
       'cast' AS kind,
       (SELECT i.identity FROM pg_identify_object('pg_catalog.pg_cast'::regclass, c.oid, 0) i) AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'definition', format('CREATE CAST (%s AS %s)', format_type(c.castsource, NULL),
                                format_type(c.casttarget, NULL))
               || CASE c.castmethod WHEN 'b' THEN ' WITHOUT FUNCTION' WHEN 'i' THEN ' WITH INOUT'
                                    ELSE ' WITH FUNCTION ' || c.castfunc::regprocedure END
               || CASE c.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END,
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_cast'::regclass AND s.objoid = c.oid
                         AND s.objsubid = 0),
           'depends_on', chronos.depends_on('pg_catalog.pg_cast'::regclass, c.oid)
       )) AS definition
FROM pg_catalog.pg_cast c
WHERE c.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_cast'::regclass AND e.objid = c.oid
                    AND e.deptype IN ('e', 'i'))
  AND c.oid <> ALL ((SELECT chronos.temporary_objects('pg_catalog.pg_cast'::regclass))::oid[]);
COMMENT ON VIEW chronos.live_cast IS 'Casts, but for those that a range type brings.';
