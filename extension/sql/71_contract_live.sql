-- What the schema as it is fails to offer of a contract. It is more than compatible in what a contract does not name: further
-- tables, columns, arguments with a default. A column that has to be given a value is none of that for who inserts.

CREATE FUNCTION chronos.contract_type(type text, schema text) RETURNS regtype LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN coalesce(to_regtype(type), to_regtype(quote_ident(schema) || '.' || type));
END $$;
COMMENT ON FUNCTION chronos.contract_type(text, text) IS 'The type that a contract means by a name; null if there is none.';

CREATE FUNCTION chronos.fits_type(wanted text, type oid, modifier int, schema text) RETURNS boolean LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked text;
    present text;
BEGIN
    IF wanted IN (format_type(type, modifier), format_type(type, NULL)) THEN
        RETURN true;
    ELSIF chronos.contract_type(wanted, schema) IS DISTINCT FROM type::regtype THEN
        RETURN false;
    END IF;
    asked := substring(replace(wanted, ' ', '') FROM '\(.*?\)');
    present := substring(replace(format_type(type, modifier), ' ', '') FROM '\(.*?\)');
    -- float(24) is a name of real, numeric(10) is numeric(10,0)
    RETURN asked IS NULL OR (SELECT t.typmodin = 0 FROM pg_catalog.pg_type t WHERE t.oid = type)
           OR coalesce(present IN (asked, replace(asked, ')', ',0)')), false);
END $$;
COMMENT ON FUNCTION chronos.fits_type(text, oid, int, text) IS
    'Whether a type is the one that a contract names: a modifier, as in numeric(10,2), counts only if the contract has one.';

CREATE FUNCTION chronos.table_breaches(contract jsonb)
RETURNS TABLE (problem text, kind text, identity text, part text, wanted text, present text)
LANGUAGE plpgsql STABLE ROWS 10
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH found AS MATERIALIZED (
        SELECT format('%I.%I', n.parts[1], n.parts[2]) AS identity, t.value, s.oid AS schema, c.oid, c.relkind
        FROM chronos.members(contract -> 'tables') t
        CROSS JOIN LATERAL (SELECT chronos.contract_name(t.key, contract) AS parts) n
        LEFT JOIN (pg_catalog.pg_namespace s JOIN pg_catalog.pg_class c ON c.relnamespace = s.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f'))
            ON s.nspname = n.parts[1] AND c.relname = n.parts[2]
    ), asked AS MATERIALIZED (
        SELECT f.oid, p.privilege FROM found f CROSS JOIN LATERAL chronos.contract_privileges(f.value) p(privilege) WHERE f.oid IS NOT NULL
    ), present AS MATERIALIZED (
        SELECT a.attrelid, a.attname, a.attnum, a.atttypid, a.atttypmod,
               t.typnotnull OR a.attnotnull AND NOT EXISTS (
                   SELECT FROM pg_catalog.pg_constraint k
                   WHERE k.conrelid = a.attrelid AND k.contype = 'n' AND k.conkey[1] = a.attnum AND NOT k.convalidated) AS not_null,
               a.attnotnull OR t.typnotnull AS refuses_null,
               a.atthasdef OR a.attidentity <> '' OR t.typdefault IS NOT NULL AS has_default
        FROM found f JOIN pg_catalog.pg_attribute a ON a.attrelid = f.oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    ), named AS MATERIALIZED (
        SELECT f.oid, f.identity, c.key AS name, p.attnum, p.atttypid, p.atttypmod, p.not_null, p.refuses_null,
               CASE jsonb_typeof(c.value) WHEN 'string' THEN c.value #>> '{}' ELSE c.value ->> 'type' END AS type,
               CASE jsonb_typeof(c.value) WHEN 'object' THEN (c.value ->> 'nullable')::boolean END AS nullable
        FROM found f CROSS JOIN LATERAL chronos.members(f.value -> 'columns') c
        LEFT JOIN present p ON p.attrelid = f.oid AND p.attname = c.key
        WHERE f.oid IS NOT NULL
    )
    SELECT 'missing', 'table', f.identity, NULL, NULL, NULL FROM found f WHERE f.oid IS NULL
    UNION ALL
    SELECT 'missing', 'column', n.identity, n.name, n.type, NULL FROM named n WHERE n.attnum IS NULL
    UNION ALL
    SELECT 'type', 'column', n.identity, n.name, n.type, format_type(n.atttypid, n.atttypmod)
    FROM named n
    WHERE n.attnum IS NOT NULL AND n.type IS NOT NULL
      AND NOT chronos.fits_type(n.type, n.atttypid, n.atttypmod, coalesce(contract ->> 'schema', 'public'))
    UNION ALL
    SELECT CASE WHEN n.nullable THEN 'not null' ELSE 'nullable' END, 'column', n.identity, n.name, NULL, NULL
    FROM named n WHERE n.nullable AND n.refuses_null OR NOT n.nullable AND NOT n.not_null
    UNION ALL
    SELECT 'required', 'column', f.identity, p.attname::text, NULL, format_type(p.atttypid, p.atttypmod)
    FROM found f JOIN asked a ON a.oid = f.oid AND a.privilege = 'INSERT' JOIN present p ON p.attrelid = f.oid
    WHERE f.relkind IN ('r', 'p', 'f') AND p.refuses_null AND NOT p.has_default
      AND NOT EXISTS (SELECT FROM named n WHERE n.oid = f.oid AND n.attnum = p.attnum)
    UNION ALL
    SELECT 'privilege', 'table', f.identity, NULL, a.privilege, NULL
    FROM found f JOIN asked a ON a.oid = f.oid
    WHERE NOT has_table_privilege(f.oid, a.privilege)
      AND NOT (a.privilege IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
               AND coalesce((SELECT bool_and(has_column_privilege(n.oid, n.attnum, a.privilege))
                             FROM named n WHERE n.oid = f.oid AND n.attnum IS NOT NULL), false))
    UNION ALL
    SELECT 'read only', 'table', f.identity, NULL, a.privilege, NULL
    FROM found f JOIN asked a ON a.oid = f.oid
    JOIN (VALUES ('UPDATE', 4), ('INSERT', 8), ('DELETE', 16)) w(privilege, bit) ON w.privilege = a.privilege
    WHERE f.relkind IN ('v', 'm', 'f') AND pg_relation_is_updatable(f.oid, true) & w.bit = 0
    UNION ALL
    SELECT DISTINCT 'privilege', 'schema', f.schema::regnamespace::text, NULL, 'USAGE', NULL
    FROM found f JOIN asked a ON a.oid = f.oid WHERE NOT has_schema_privilege(f.schema, 'USAGE');
END $$;
COMMENT ON FUNCTION chronos.table_breaches(jsonb) IS
    'What the tables and views of this database fail to offer of a contract, by the privileges of the role that asks.';

CREATE FUNCTION chronos.contract_arguments(function text, schema text) RETURNS oid[] LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ARRAY(
        SELECT chronos.contract_type(btrim(m.word[1]), schema)::oid
        FROM regexp_matches(substring(function FROM '\((.*)\)\s*$'), '(?:[^,()"]|"[^"]*"|\([^)]*\))+', 'g') WITH ORDINALITY m(word, nr)
        WHERE btrim(m.word[1]) <> '' ORDER BY m.nr);
END $$;
COMMENT ON FUNCTION chronos.contract_arguments(text, text) IS
    'The types of the arguments of a function of a contract; null for a type that does not exist.';

CREATE FUNCTION chronos.fits_result(wanted text, function oid, schema text) RETURNS boolean LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    present constant text := coalesce(pg_get_function_result(function), 'void');
    many constant text := '^\s*setof\s+';
BEGIN
    RETURN lower(regexp_replace(btrim(wanted), '\s+', ' ', 'g')) = lower(present)
        OR present !~* '^table\(' AND wanted !~* '^\s*table\s*\(' AND (wanted ~* many) = (present ~* many)
           AND chronos.contract_type(regexp_replace(wanted, many, '', 'i'), schema)
               = (SELECT p.prorettype FROM pg_catalog.pg_proc p WHERE p.oid = function);
END $$;
COMMENT ON FUNCTION chronos.fits_result(text, oid, text) IS 'Whether a function returns what a contract says.';

CREATE FUNCTION chronos.function_breaches(contract jsonb)
RETURNS TABLE (problem text, kind text, identity text, part text, wanted text, present text)
LANGUAGE plpgsql STABLE ROWS 10
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    schema constant text := coalesce(contract ->> 'schema', 'public');
BEGIN
    RETURN QUERY
    WITH asked AS MATERIALIZED (
        SELECT n.parts, f.value, chronos.contract_arguments(f.key, schema) AS arguments, f.key
        FROM chronos.members(contract -> 'functions') f
        CROSS JOIN LATERAL (SELECT chronos.contract_name(f.key, contract, true) AS parts) n
    ), found AS MATERIALIZED (
        SELECT a.value, o.oid,
               format('%I.%I(%s)', a.parts[1], a.parts[2], CASE WHEN array_position(a.arguments, NULL) IS NULL
                   THEN (SELECT string_agg(format_type(u.type, NULL), ',' ORDER BY u.nr) FROM unnest(a.arguments) WITH ORDINALITY u(type, nr))
                   ELSE substring(a.key FROM '\((.*)\)\s*$') END) AS identity
        FROM asked a LEFT JOIN LATERAL (
            SELECT p.oid
            FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace s ON s.oid = p.pronamespace
            WHERE s.nspname = a.parts[1] AND p.proname = a.parts[2]
              AND (string_to_array(p.proargtypes::text, ' ')::oid[])[1:cardinality(a.arguments)] = a.arguments
              AND p.pronargs - cardinality(a.arguments) BETWEEN 0 AND p.pronargdefaults
            ORDER BY p.pronargs LIMIT 1) o ON true
    )
    SELECT 'missing', 'function', f.identity, NULL, NULL, NULL FROM found f WHERE f.oid IS NULL
    UNION ALL
    SELECT 'type', 'function', f.identity, NULL, f.value ->> 'returns', coalesce(pg_get_function_result(f.oid), 'void')
    FROM found f WHERE f.oid IS NOT NULL AND NOT coalesce(chronos.fits_result(f.value ->> 'returns', f.oid, schema), f.value ->> 'returns' IS NULL)
    UNION ALL
    SELECT 'privilege', 'function', f.identity, NULL, p.privilege, NULL
    FROM found f CROSS JOIN LATERAL chronos.contract_privileges(f.value) p(privilege)
    WHERE f.oid IS NOT NULL AND NOT has_function_privilege(f.oid, p.privilege);
END $$;
COMMENT ON FUNCTION chronos.function_breaches(jsonb) IS
    'What the functions and procedures of this database fail to offer of a contract, by the privileges of the role that asks.';
