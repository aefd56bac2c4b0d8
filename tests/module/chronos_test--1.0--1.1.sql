\echo Use "ALTER EXTENSION chronos_test UPDATE" to load this file. \quit

CREATE TABLE kept (a integer);
COMMENT ON TABLE kept IS 'What an update adds.';
CREATE FUNCTION doubled(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
COMMENT ON FUNCTION doubled(integer) IS 'What something outside of the extension may depend on.';
DROP FUNCTION throw_inside_call();
