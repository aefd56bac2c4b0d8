-- A contract out of the schema as it is.

CREATE FUNCTION chronos.pattern_parts(pattern text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN CASE WHEN pattern LIKE '%.*' THEN parse_ident(left(pattern, -2)) ELSE chronos.contract_name(pattern, '{}', true) END;
END $$;
COMMENT ON FUNCTION chronos.pattern_parts(text) IS 'Schema and name that a pattern means; the schema alone if it ends with .*';

CREATE FUNCTION chronos.is_member(class regclass, object oid) RETURNS boolean LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = class AND d.objid = object AND d.deptype = 'e');
END $$;
COMMENT ON FUNCTION chronos.is_member(regclass, oid) IS 'Whether an object belongs to an extension.';

CREATE FUNCTION chronos.make_table_contract(relation oid, role name) RETURNS jsonb LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN jsonb_strip_nulls(jsonb_build_object(
        'columns', (SELECT coalesce(jsonb_object_agg(a.attname, jsonb_build_object(
                               'type', format_type(a.atttypid, NULL),
                               'nullable', CASE WHEN c.relkind IN ('r', 'p', 'f') THEN NOT (a.attnotnull OR t.typnotnull) END)), '{}')
                    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
                    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
                    WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped),
        'privileges', (SELECT jsonb_agg(p ORDER BY nr)
                       FROM unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) WITH ORDINALITY u(p, nr)
                       WHERE role IS NOT NULL AND has_table_privilege(role, relation, p))));
END $$;
COMMENT ON FUNCTION chronos.make_table_contract(oid, name) IS
    'The part of a contract that asks for a table or view as it is: its columns and, of a role, its privileges.';

CREATE FUNCTION chronos.make_contract(tables text[], functions text[] DEFAULT '{}', role name DEFAULT NULL, name text DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    made_tables jsonb;
    made_functions jsonb;
    unknown text;
BEGIN
    SELECT jsonb_object_agg(f.identity, chronos.make_table_contract(f.oid, role)) FILTER (WHERE f.oid IS NOT NULL),
           min('table ' || f.pattern) FILTER (WHERE f.oid IS NULL)
    INTO made_tables, unknown
    FROM (SELECT w.pattern, c.oid, format('%I.%I', s.nspname, c.relname) AS identity
          FROM (SELECT p.pattern, chronos.pattern_parts(p.pattern) AS parts FROM unnest(tables) p(pattern)) w
          LEFT JOIN (pg_catalog.pg_namespace s JOIN pg_catalog.pg_class c
                     ON c.relnamespace = s.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f'))
              ON s.nspname = w.parts[1] AND CASE WHEN cardinality(w.parts) = 2 THEN c.relname = w.parts[2]
                  ELSE NOT c.relispartition AND NOT chronos.is_member('pg_catalog.pg_class', c.oid) END) f;
    IF unknown IS NULL THEN
        SELECT jsonb_object_agg(f.identity, jsonb_strip_nulls(jsonb_build_object(
                   'returns', pg_get_function_result(f.oid),
                   'privileges', CASE WHEN has_function_privilege(role, f.oid, 'EXECUTE') THEN '["EXECUTE"]'::jsonb END)))
                   FILTER (WHERE f.oid IS NOT NULL),
               min('function ' || f.pattern) FILTER (WHERE f.oid IS NULL)
        INTO made_functions, unknown
        FROM (SELECT w.pattern, p.oid, p.oid::regprocedure::text AS identity
              FROM (SELECT p.pattern, chronos.pattern_parts(p.pattern) AS parts,
                           CASE WHEN p.pattern ~ '\(.*\)\s*$' THEN chronos.contract_arguments(p.pattern, 'public') END AS arguments
                    FROM unnest(functions) p(pattern)) w
              LEFT JOIN (pg_catalog.pg_namespace s JOIN pg_catalog.pg_proc p ON p.pronamespace = s.oid AND p.prokind IN ('f', 'p'))
                  ON s.nspname = w.parts[1] AND CASE WHEN cardinality(w.parts) = 2 THEN p.proname = w.parts[2]
                         ELSE NOT chronos.is_member('pg_catalog.pg_proc', p.oid) END
                     AND coalesce(coalesce(string_to_array(p.proargtypes::text, ' '), '{}')::oid[] = w.arguments, true)) f;
    END IF;
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION '% does not exist', unknown USING ERRCODE = 'undefined_object',
            HINT = 'Names are written as in SQL and with their schema, unless that is public; schema.* means all of a schema.';
    END IF;
    RETURN jsonb_strip_nulls(jsonb_build_object('name', name, 'tables', made_tables, 'functions', made_functions));
END $$;
COMMENT ON FUNCTION chronos.make_contract(text[], text[], name, text) IS
    'A contract that asks for tables, views and functions as they are now (a name, or schema.* for all that belong to no extension) and, of a role, for the privileges it has.';
