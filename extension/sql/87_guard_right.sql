-- To who may not do it anyway the guard says nothing.

CREATE FUNCTION chronos.may_command(caller oid, how text, classid oid, objid oid) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN how = 't' THEN has_table_privilege(caller, objid, 'TRUNCATE')
        WHEN classid = 'pg_authid'::regclass THEN pg_has_role(caller, objid, 'USAGE')
        ELSE coalesce(pg_has_role(caller, o.owner, 'USAGE') OR (o.schema IS NOT NULL AND how = 'd' AND
             pg_has_role(caller, (SELECT n.nspowner FROM pg_namespace n WHERE n.oid = o.schema), 'USAGE')), false) END
    FROM (SELECT NULL) one
    LEFT JOIN LATERAL (
        SELECT c.relowner, c.relnamespace FROM pg_class c WHERE classid = 'pg_class'::regclass AND c.oid = objid
        UNION ALL SELECT n.nspowner, NULL FROM pg_namespace n WHERE classid = 'pg_namespace'::regclass AND n.oid = objid
        UNION ALL SELECT e.extowner, NULL FROM pg_extension e WHERE classid = 'pg_extension'::regclass AND e.oid = objid
        UNION ALL SELECT t.typowner, t.typnamespace FROM pg_type t WHERE classid = 'pg_type'::regclass AND t.oid = objid
        UNION ALL SELECT p.proowner, p.pronamespace FROM pg_proc p WHERE classid = 'pg_proc'::regclass AND p.oid = objid
        UNION ALL SELECT c.collowner, c.collnamespace FROM pg_collation c WHERE classid = 'pg_collation'::regclass AND c.oid = objid
        UNION ALL SELECT c.opcowner, c.opcnamespace FROM pg_opclass c WHERE classid = 'pg_opclass'::regclass AND c.oid = objid
        UNION ALL SELECT f.opfowner, f.opfnamespace FROM pg_opfamily f WHERE classid = 'pg_opfamily'::regclass AND f.oid = objid
        UNION ALL SELECT o.oprowner, o.oprnamespace FROM pg_operator o WHERE classid = 'pg_operator'::regclass AND o.oid = objid
        UNION ALL SELECT l.lanowner, NULL FROM pg_language l WHERE classid = 'pg_language'::regclass AND l.oid = objid
        UNION ALL SELECT 10, NULL FROM pg_am m WHERE classid = 'pg_am'::regclass AND m.oid = objid) o(owner, schema) ON true
$$;
COMMENT ON FUNCTION chronos.may_command(oid, text, oid, oid) IS
    'Whether a role may do this (d, t, a: as in chronos.guard_report) to an object: to others the guard says nothing.';
