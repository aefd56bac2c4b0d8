CREATE FUNCTION chronos.aggregate_definition(aggregate oid) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT format(E'CREATE AGGREGATE %I.%I(%s) (\n    %s\n)', n.nspname, p.proname,
                      coalesce(nullif(pg_get_function_arguments(p.oid), ''), '*'),
                      array_to_string(ARRAY[
                          'SFUNC = ' || a.aggtransfn::regproc,
                          'STYPE = ' || format_type(a.aggtranstype, NULL),
                          'SSPACE = ' || nullif(a.aggtransspace, 0),
                          'FINALFUNC = ' || nullif(a.aggfinalfn, 0)::regproc,
                          CASE WHEN a.aggfinalextra THEN 'FINALFUNC_EXTRA' END,
                          'FINALFUNC_MODIFY = ' || CASE
                              WHEN a.aggfinalfn = 0 THEN NULL
                              WHEN a.aggfinalmodify = 'r' THEN 'READ_ONLY'
                              WHEN a.aggfinalmodify = 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END,
                          'COMBINEFUNC = ' || nullif(a.aggcombinefn, 0)::regproc,
                          'SERIALFUNC = ' || nullif(a.aggserialfn, 0)::regproc,
                          'DESERIALFUNC = ' || nullif(a.aggdeserialfn, 0)::regproc,
                          'INITCOND = ' || quote_literal(a.agginitval),
                          'MSFUNC = ' || nullif(a.aggmtransfn, 0)::regproc,
                          'MINVFUNC = ' || nullif(a.aggminvtransfn, 0)::regproc,
                          'MSTYPE = ' || CASE WHEN a.aggmtranstype <> 0
                                         THEN format_type(a.aggmtranstype, NULL) END,
                          'MSSPACE = ' || nullif(a.aggmtransspace, 0),
                          'MFINALFUNC = ' || nullif(a.aggmfinalfn, 0)::regproc,
                          CASE WHEN a.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END,
                          'MFINALFUNC_MODIFY = ' || CASE
                              WHEN a.aggmfinalfn = 0 THEN NULL
                              WHEN a.aggmfinalmodify = 'r' THEN 'READ_ONLY'
                              WHEN a.aggmfinalmodify = 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END,
                          'MINITCOND = ' || quote_literal(a.aggminitval),
                          'SORTOP = ' || (SELECT format('OPERATOR(%I.%s)', opn.nspname, o.oprname)
                                          FROM pg_operator o
                                          JOIN pg_namespace opn ON opn.oid = o.oprnamespace
                                          WHERE o.oid = a.aggsortop),
                          'PARALLEL = ' || CASE p.proparallel WHEN 's' THEN 'SAFE'
                                                              WHEN 'r' THEN 'RESTRICTED' END,
                          CASE WHEN a.aggkind = 'h' THEN 'HYPOTHETICAL' END], E',\n    '))
        FROM pg_aggregate a
        JOIN pg_proc p ON p.oid = a.aggfnoid
        JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE a.aggfnoid = aggregate);
END
$$;
COMMENT ON FUNCTION chronos.aggregate_definition(oid) IS
    'The CREATE AGGREGATE statement of an aggregate; the server has no function for it.';

CREATE VIEW chronos.live_function AS
SELECT 'pg_catalog.pg_proc'::regclass::oid AS classid, p.oid AS objid,
       CASE p.prokind WHEN 'a' THEN 'aggregate' WHEN 'p' THEN 'procedure' ELSE 'function' END AS kind,
       p.oid::regprocedure::text AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'owner', pg_get_userbyid(p.proowner),
           -- Input types alone may name more than one procedure.
           'signature', CASE WHEN p.prokind = 'p' THEN
               format('%s.%I(%s)', n.identity, p.proname, pg_get_function_identity_arguments(p.oid)) END,
           'definition', CASE p.prokind WHEN 'a' THEN chronos.aggregate_definition(p.oid)
                                        ELSE rtrim(pg_get_functiondef(p.oid), E'\n') END,
           'needs_extensions', CASE WHEN EXISTS (
               SELECT FROM pg_catalog.pg_depend d
               WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid
                 AND d.deptype = 'x') THEN
               chronos.needs_extensions('pg_catalog.pg_proc'::regclass, p.oid) END,
           'acl', CASE WHEN p.proacl IS NOT NULL THEN
               chronos.acl_facts(p.proacl, acldefault('f', p.proowner), p.proowner) END,
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_proc'::regclass AND s.objoid = p.oid
                         AND s.objsubid = 0),
           'depends_on', CASE WHEN EXISTS (
                   SELECT FROM pg_catalog.pg_depend d
                   WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid
                     AND d.deptype IN ('n', 'a') AND d.refobjid >= 16384
                     AND d.refclassid <> 'pg_catalog.pg_namespace'::regclass) THEN
               chronos.depends_on('pg_catalog.pg_proc'::regclass, p.oid) END
       )) AS definition
FROM pg_catalog.pg_proc p
JOIN chronos.live_namespace n ON n.oid = p.pronamespace
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_proc'::regclass AND e.objid = p.oid
                    AND e.deptype IN ('e', 'i'))
  AND (NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                   WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid
                     AND d.refobjid >= 16384 AND d.refclassid <> 'pg_catalog.pg_namespace'::regclass)
       OR p.oid <> ALL ((SELECT chronos.temporary_objects('pg_catalog.pg_proc'::regclass))::oid[]));
COMMENT ON VIEW chronos.live_function IS 'Functions, procedures and aggregates.';
