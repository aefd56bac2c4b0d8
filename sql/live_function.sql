-- Functions, procedures, aggregates and window functions with every property.
SET client_min_messages = warning;
SELECT current_setting('server_version_num')::int >= 160000 AS since_16,
       current_setting('server_version_num')::int >= 170000 AS since_17,
       current_setting('server_version_num')::int >= 180000 AS since_18 \gset
CREATE ROLE live_function_owner;
CREATE ROLE "live_function ""user""";
CREATE DATABASE live_function TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c live_function
SET client_min_messages = warning;
CREATE EXTENSION chronos;
SET chronos.capture = off;
SET check_function_bodies = off;
CREATE TYPE pair AS (a int, b text);
CREATE TABLE base (id int PRIMARY KEY, t text, p pair);
CREATE VIEW seen AS SELECT id, t FROM base;
CREATE FUNCTION "F é"(IN "A a" int DEFAULT 1 + 2, INOUT b text DEFAULT 'it''s', VARIADIC v numeric(5, 2)[] DEFAULT '{}', OUT o pair)
    LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER LEAKPROOF PARALLEL RESTRICTED COST 77
    SET search_path = public, "$user", "odd "" one" SET work_mem = '1MB' SET datestyle FROM CURRENT
    AS $body$ BEGIN o := (1, '$$ $f$ \ '); END $body$;
ALTER FUNCTION "F é" OWNER TO live_function_owner;
REVOKE ALL ON FUNCTION "F é" FROM PUBLIC;
GRANT EXECUTE ON FUNCTION "F é" TO "live_function ""user""" WITH GRANT OPTION;
COMMENT ON FUNCTION "F é" IS 'of a function';
CREATE FUNCTION many() RETURNS SETOF record LANGUAGE sql ROWS 7 AS 'SELECT 1, 2';
CREATE FUNCTION as_table(a int) RETURNS TABLE ("x y" int, z base) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT 1, NULL::base';
CREATE FUNCTION same(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION same(text) RETURNS int LANGUAGE sql AS 'SELECT 2';
CREATE FUNCTION any_of(anyelement, anyarray, anycompatible) RETURNS anyelement LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION by_return(a int, b text = 'x') RETURNS int LANGUAGE sql IMMUTABLE RETURN a + length(b);
CREATE FUNCTION atomic(a int) RETURNS SETOF seen LANGUAGE sql BEGIN ATOMIC
    INSERT INTO base (id) VALUES (a) ON CONFLICT (id) DO NOTHING;
    SELECT * FROM seen s WHERE s.id = by_return(a);
END;
CREATE FUNCTION grouped() RETURNS SETOF text LANGUAGE sql BEGIN ATOMIC SELECT t FROM base GROUP BY id; END;
CREATE VIEW uses_atomic AS SELECT * FROM atomic(3);
CREATE PROCEDURE work(IN a int, INOUT b int, OUT c text) LANGUAGE plpgsql AS 'BEGIN COMMIT; END';
CREATE PROCEDURE work(IN a text, VARIADIC v int[]) LANGUAGE sql SET work_mem = '2MB' AS 'SELECT 1';
CREATE PROCEDURE atomic_work() LANGUAGE sql BEGIN ATOMIC DELETE FROM base; SELECT by_return(1); END;
COMMENT ON PROCEDURE work(int, int) IS 'of a procedure';
GRANT EXECUTE ON PROCEDURE work(int, int) TO "live_function ""user""";
CREATE FUNCTION window_one() RETURNS bigint LANGUAGE internal WINDOW IMMUTABLE AS 'window_row_number';
CREATE FUNCTION supporter(internal) RETURNS internal LANGUAGE internal AS 'array_unnest_support';
CREATE FUNCTION supported(anyarray) RETURNS SETOF anyelement LANGUAGE internal IMMUTABLE STRICT ROWS 100 SUPPORT supporter AS 'array_unnest';
CREATE FUNCTION in_c(text) RETURNS text LANGUAGE c STRICT AS '$libdir/chronos', 'chronos_library_version';
CREATE FUNCTION on_table() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE FUNCTION on_event() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE FUNCTION nothing() RETURNS void LANGUAGE sql AS '';
CREATE TRANSFORM FOR int LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal), TO SQL WITH FUNCTION int4recv(internal));
COMMENT ON TRANSFORM FOR int LANGUAGE sql IS 'of a transform';
CREATE FUNCTION transformed(int) RETURNS int LANGUAGE sql TRANSFORM FOR TYPE int AS 'SELECT 1';
ALTER FUNCTION nothing DEPENDS ON EXTENSION plpgsql;

CREATE FUNCTION step(pair, int) RETURNS pair LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE FUNCTION final(pair, int) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT NULL::text';
CREATE FUNCTION combine(pair, pair) RETURNS pair LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE AGGREGATE "Agg é"(int) (SFUNC = step, STYPE = pair, SSPACE = 99, FINALFUNC = final, FINALFUNC_EXTRA, FINALFUNC_MODIFY = SHAREABLE,
    COMBINEFUNC = combine, INITCOND = '(1,"it''s")', MSFUNC = step, MINVFUNC = step, MSTYPE = pair, MSSPACE = 5, MFINALFUNC = final, MFINALFUNC_EXTRA,
    MFINALFUNC_MODIFY = READ_WRITE, MINITCOND = '(2,)', PARALLEL = SAFE);
ALTER AGGREGATE "Agg é"(int) OWNER TO live_function_owner;
COMMENT ON AGGREGATE "Agg é"(int) IS 'of an aggregate';
GRANT EXECUTE ON FUNCTION "Agg é"(int) TO "live_function ""user""";
CREATE AGGREGATE serial(int) (SFUNC = int4_avg_accum, STYPE = int8[], COMBINEFUNC = int4_avg_combine, INITCOND = '{0,0}', PARALLEL = RESTRICTED);
CREATE AGGREGATE of_internal(numeric) (SFUNC = numeric_avg_accum, STYPE = internal, FINALFUNC = numeric_avg, COMBINEFUNC = numeric_avg_combine,
    SERIALFUNC = numeric_avg_serialize, DESERIALFUNC = numeric_avg_deserialize);
CREATE AGGREGATE least_of(int) (SFUNC = int4smaller, STYPE = int, SORTOP = <);
CREATE AGGREGATE all_rows(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0');
CREATE FUNCTION step3(text, text, VARIADIC int[]) RETURNS text LANGUAGE sql AS 'SELECT $1';
CREATE AGGREGATE named(a text, VARIADIC b int[]) (SFUNC = step3, STYPE = text);
CREATE AGGREGATE middle(float8 ORDER BY "x x" anyelement) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
CREATE AGGREGATE ranked(VARIADIC "any" ORDER BY VARIADIC "any") (SFUNC = ordered_set_transition_multi, STYPE = internal, FINALFUNC = rank_final,
    FINALFUNC_EXTRA, HYPOTHETICAL);
COMMENT ON AGGREGATE middle(float8 ORDER BY anyelement) IS 'of an ordered-set aggregate';
\getenv here PG_ABS_SRCDIR
\set rebuild :here '/tests/harness/rebuild.psql'
\i :rebuild
DROP ROLE live_function_owner, "live_function ""user""";
