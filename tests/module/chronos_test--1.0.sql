\echo Use "CREATE EXTENSION chronos_test" to load this file. \quit

CREATE FUNCTION through(statement text) RETURNS void LANGUAGE c STRICT
AS 'MODULE_PATHNAME', 'chronos_test_through';
COMMENT ON FUNCTION through(text) IS 'Runs a statement behind C++ frames; its error travels through both doors.';

CREATE FUNCTION throw(kind text) RETURNS void LANGUAGE c STRICT
AS 'MODULE_PATHNAME', 'chronos_test_throw';
COMMENT ON FUNCTION throw(text) IS 'Throws a C++ exception: sql, long, standard, memory or unknown.';

CREATE FUNCTION contain(statement text) RETURNS text LANGUAGE c STRICT
AS 'MODULE_PATHNAME', 'chronos_test_contain';
COMMENT ON FUNCTION contain(text) IS 'Runs a statement in a subtransaction; the SQLSTATE of its error, or null.';

CREATE FUNCTION contain_two(first text, second text) RETURNS text LANGUAGE c STRICT
AS 'MODULE_PATHNAME', 'chronos_test_contain_two';
COMMENT ON FUNCTION contain_two(text, text) IS 'The second statement in a subtransaction inside that of the first; what each raised.';

CREATE FUNCTION throw_inside_call() RETURNS text LANGUAGE c STRICT
AS 'MODULE_PATHNAME', 'chronos_test_throw_inside_call';
COMMENT ON FUNCTION throw_inside_call() IS 'Throws from the lambda of call(), catches it outside and raises an error of the server.';

CREATE FUNCTION alive() RETURNS integer LANGUAGE c STRICT
AS 'MODULE_PATHNAME', 'chronos_test_alive';
COMMENT ON FUNCTION alive() IS 'Objects of the test module whose destructor has not run.';
