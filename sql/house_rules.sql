-- What every object of the extension keeps to.
SET client_min_messages = warning;
CREATE EXTENSION chronos;
RESET client_min_messages;
-- Each has a comment, but for types and sequences that come with a table.
SELECT pg_describe_object(d.classid, d.objid, 0) AS without_comment
FROM pg_depend AS d
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
  AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'chronos')
  AND d.classid <> 'pg_type'::regclass
  AND NOT EXISTS (SELECT FROM pg_class AS s WHERE d.classid = 'pg_class'::regclass AND s.oid = d.objid AND s.relkind = 'S')
  AND NOT EXISTS (SELECT FROM pg_description AS c
                  WHERE c.classoid = d.classid AND c.objoid = d.objid AND c.objsubid = 0)
ORDER BY 1;
-- Nobody can slip another function or operator under ours.
SELECT p.oid::regprocedure AS without_search_path
FROM pg_proc AS p
WHERE p.pronamespace = 'chronos'::regnamespace AND p.prolang <> (SELECT oid FROM pg_language WHERE lanname = 'c')
  AND p.prosqlbody IS NULL  -- resolved when it was created
  -- A procedure that commits can have no settings; these two do nothing but call functions of ours.
  AND NOT (p.prokind = 'p' AND p.proname IN ('migrate', 'rollback'))
  AND NOT coalesce(p.proconfig @> ARRAY['search_path=pg_catalog, pg_temp'], false)
ORDER BY 1;
SELECT p.oid::regprocedure AS definer_for_everyone
FROM pg_proc AS p
WHERE p.pronamespace = 'chronos'::regnamespace AND p.prosecdef
  AND has_function_privilege('public', p.oid, 'EXECUTE')
ORDER BY 1;
SELECT c.oid::regclass AS writable_by_everyone
FROM pg_class AS c
WHERE c.relnamespace = 'chronos'::regnamespace AND c.relkind IN ('r', 'v', 'S')
  AND has_table_privilege('public', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
ORDER BY 1;
-- What pg_dump takes along.
SELECT c.oid::regclass AS dumped, e.extcondition[u.nth] AS condition
FROM pg_extension AS e, unnest(e.extconfig) WITH ORDINALITY AS u (oid, nth), pg_class AS c
WHERE e.extname = 'chronos' AND c.oid = u.oid
ORDER BY 1;
DROP EXTENSION chronos;
-- It leaves nothing behind.
SELECT nspname FROM pg_namespace WHERE nspname = 'chronos';
SELECT evtname FROM pg_event_trigger;
