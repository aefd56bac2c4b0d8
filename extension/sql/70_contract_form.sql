-- Contracts: what a program uses of the schema, as JSON. This file: how one is written.
--
--   {"name": "shop 2.3",                      what the error calls it
--    "schema": "public",                      of names without a schema; public if it is left out
--    "tables": {"orders": {"columns": {"id": {"type": "bigint", "nullable": false}, "total": "numeric"},
--                          "privileges": ["SELECT", "INSERT"]}},
--    "functions": {"place_order(bigint, numeric)": {"returns": "bigint", "privileges": ["EXECUTE"]}}}
--
-- Everything may be left out. Names of tables and functions are written as in SQL, those of columns as they are.

CREATE FUNCTION chronos.members(object jsonb) RETURNS TABLE (key text, value jsonb) LANGUAGE plpgsql IMMUTABLE ROWS 10
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT m.key, m.value FROM jsonb_each(CASE jsonb_typeof(object) WHEN 'object' THEN object ELSE '{}' END) m;
END $$;
COMMENT ON FUNCTION chronos.members(jsonb) IS 'The members of a JSON object; none if the value is something else.';

CREATE FUNCTION chronos.contract_privileges(part jsonb) RETURNS SETOF text LANGUAGE plpgsql IMMUTABLE ROWS 3
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT DISTINCT upper(p) FROM jsonb_array_elements_text(
        CASE jsonb_typeof(part -> 'privileges') WHEN 'array' THEN part -> 'privileges' ELSE '[]' END) p;
END $$;
COMMENT ON FUNCTION chronos.contract_privileges(jsonb) IS 'The privileges that a contract asks for on one table or function.';

CREATE FUNCTION chronos.contract_name(name text, contract jsonb, is_function boolean DEFAULT false) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    parts constant text[] := parse_ident(name, NOT is_function);
BEGIN
    IF cardinality(parts) > 2 THEN
        RAISE EXCEPTION 'invalid contract: % has more than a schema and a name', name USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN CASE WHEN cardinality(parts) = 1 THEN coalesce(contract ->> 'schema', 'public') || parts ELSE parts END;
END $$;
COMMENT ON FUNCTION chronos.contract_name(text, jsonb, boolean) IS 'Schema and name of a table or function of a contract.';

CREATE FUNCTION chronos.contract_fault(contract jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    types constant jsonb := '{"name": "string", "schema": "string", "tables": "object", "functions": "object", "columns": "object",
                              "privileges": "array", "type": "string", "nullable": "boolean", "returns": "string"}';
BEGIN
    RETURN (
        WITH part AS MATERIALIZED (
            SELECT 'the contract' AS place, contract AS value, '{name,schema,tables,functions}'::text[] AS keys, '{}'::text[] AS privileges
            UNION ALL
            SELECT 'table ' || t.key, t.value, '{columns,privileges}', '{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'
            FROM chronos.members(contract -> 'tables') t
            UNION ALL
            SELECT 'function ' || f.key, f.value, '{returns,privileges}', '{EXECUTE}'
            FROM chronos.members(contract -> 'functions') f
            UNION ALL
            SELECT format('column %s of table %s', c.key, t.key),
                   CASE jsonb_typeof(c.value) WHEN 'string' THEN '{}' ELSE c.value END, '{type,nullable}', '{}'
            FROM chronos.members(contract -> 'tables') t CROSS JOIN LATERAL chronos.members(t.value -> 'columns') c
        )
        SELECT f.fault
        FROM (SELECT 1, p.place || ' has to be an object' AS fault FROM part p WHERE jsonb_typeof(p.value) <> 'object'
              UNION ALL
              SELECT 2, format('%s has an unknown member "%s"', p.place, m.key)
              FROM part p CROSS JOIN LATERAL chronos.members(p.value) m WHERE m.key <> ALL (p.keys)
              UNION ALL
              SELECT 3, format('member "%s" of %s has to be of type %s', m.key, p.place, types ->> m.key)
              FROM part p CROSS JOIN LATERAL chronos.members(p.value) m WHERE types ->> m.key <> jsonb_typeof(m.value)
              UNION ALL
              SELECT 4, format('%s has an unknown privilege "%s"', p.place, a.privilege)
              FROM part p CROSS JOIN LATERAL chronos.contract_privileges(p.value) a(privilege)
              WHERE p.privileges <> '{}' AND a.privilege <> ALL (p.privileges)
              UNION ALL
              SELECT 5, format('function %s is written without its arguments, as in f(integer) or f()', f.key)
              FROM chronos.members(contract -> 'functions') f WHERE f.key !~ '\(.*\)\s*$') f(rank, fault)
        ORDER BY f.rank, f.fault COLLATE "C" LIMIT 1);
END $$;
COMMENT ON FUNCTION chronos.contract_fault(jsonb) IS 'What is wrong with the form of a contract; null if nothing is.';
