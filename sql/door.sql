-- Errors cross the doors between C++ and the server whole, and leave nothing behind.
CREATE EXTENSION chronos_test;
CREATE FUNCTION raises() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the message' USING ERRCODE = 'ZX001', DETAIL = 'The detail.', HINT = 'The hint.',
        TABLE = 'a table', COLUMN = 'a column', CONSTRAINT = 'a constraint', DATATYPE = 'a type', SCHEMA = 'a schema';
END $$;
CREATE FUNCTION told(statement text) RETURNS TABLE (field text, value text) LANGUAGE plpgsql AS $$
DECLARE
    state text; message text; detail text; hint text; context text;
    tab text; col text; con text; typ text; sch text;
BEGIN
    EXECUTE statement;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
        hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT, tab = TABLE_NAME, col = COLUMN_NAME,
        con = CONSTRAINT_NAME, typ = PG_DATATYPE_NAME, sch = SCHEMA_NAME;
    RETURN QUERY SELECT v.f, v.v FROM (VALUES ('sqlstate', state), ('message', message), ('detail', detail), ('hint', hint),
        ('table', tab), ('column', col), ('constraint', con), ('type', typ), ('schema', sch),
        ('context', split_part(context, E'\n', 1))) AS v(f, v) WHERE v.v <> '';
END $$;

-- what the server raised
SELECT * FROM told('SELECT through(''SELECT raises()'')');
SELECT * FROM told('SELECT through(''SELECT through(''''SELECT raises()'''')'')');
-- what C++ threw
SELECT * FROM told('SELECT throw(''sql'')');
SELECT * FROM told('SELECT throw(''standard'')');
SELECT * FROM told('SELECT throw(''memory'')');
SELECT * FROM told('SELECT throw(''unknown'')');
SELECT field, length(value), right(value, 3) FROM told('SELECT throw(''long'')') WHERE field = 'message';
-- an exception that leaves the lambda of call() leaves no dead jump point behind
SELECT * FROM told('SELECT throw_inside_call()') WHERE field <> 'context';

-- an error in a subtransaction takes nothing else with it
CREATE TABLE kept (a int);
BEGIN;
INSERT INTO kept VALUES (1);
SELECT contain('INSERT INTO kept VALUES (1 / 0)');
SELECT contain('INSERT INTO kept VALUES (2)');
SELECT contain_two('SELECT raises()', 'INSERT INTO kept VALUES (1 / 0)');
SELECT contain_two('INSERT INTO kept VALUES (3)', 'SELECT nothing');
SAVEPOINT here;
SELECT contain('INSERT INTO kept VALUES (4)');
ROLLBACK TO here;
COMMIT;
SELECT * FROM kept ORDER BY a;

-- no destructor was skipped
SELECT alive();

-- thousands of errors in one block leave nothing: memory before and after, beyond what one round leaves
CREATE FUNCTION many_errors(rounds int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. rounds LOOP
        BEGIN
            PERFORM through('SELECT raises()');
        EXCEPTION WHEN OTHERS THEN
        END;
        BEGIN
            PERFORM throw(CASE i % 3 WHEN 0 THEN 'sql' WHEN 1 THEN 'standard' ELSE 'unknown' END);
        EXCEPTION WHEN OTHERS THEN
        END;
        PERFORM contain('SELECT 1 / 0');
    END LOOP;
END $$;
CREATE FUNCTION used() RETURNS bigint LANGUAGE sql AS
    $$ SELECT sum(used_bytes)::bigint FROM pg_backend_memory_contexts $$;
DO $$
DECLARE
    before bigint;
    after bigint;
BEGIN
    PERFORM many_errors(50);
    before := used();
    PERFORM many_errors(2000);
    after := used();
    -- The server itself keeps some bytes for each of its own subtransactions until the end.
    IF after - before > 2000 * 3 * 20 THEN
        RAISE EXCEPTION 'memory grew by % bytes', after - before;
    END IF;
END $$;
SELECT alive();
DROP FUNCTION used, many_errors, told, raises;
DROP TABLE kept;
DROP EXTENSION chronos_test;
