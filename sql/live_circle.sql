-- Objects that need each other are rebuilt: each was replaced after the other had been made of it.
SET client_min_messages = warning;
CREATE DATABASE live_circle TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c live_circle
SET client_min_messages = warning;
CREATE EXTENSION chronos;
SET chronos.capture = off;
-- two views
CREATE COLLATION odd (provider = libc, locale = 'POSIX');
CREATE TYPE mood AS ENUM ('a');
CREATE VIEW one AS SELECT 1 AS id, 'x'::text COLLATE odd AS "Col é", 1.5::numeric(7, 2) AS n, 'a'::mood AS m;
CREATE VIEW two AS SELECT * FROM one;
CREATE OR REPLACE VIEW one WITH (security_barrier) AS SELECT id, "Col é", n, m FROM two;
COMMENT ON VIEW one IS 'of one';
GRANT SELECT ON one TO PUBLIC;
-- a view and a function that returns its rows
CREATE VIEW of_rows AS SELECT 1 AS a, 'x'::text AS b;
CREATE FUNCTION rows() RETURNS SETOF of_rows LANGUAGE sql STABLE BEGIN ATOMIC SELECT * FROM of_rows; END;
CREATE OR REPLACE VIEW of_rows AS SELECT a, b FROM rows();
-- the same with a body that nobody resolves
CREATE VIEW of_text AS SELECT 1 AS a;
CREATE FUNCTION texts() RETURNS SETOF of_text LANGUAGE sql STABLE AS 'SELECT 1';
CREATE OR REPLACE VIEW of_text AS SELECT a FROM texts();
-- two functions
CREATE FUNCTION f(a int DEFAULT 3) RETURNS int LANGUAGE sql IMMUTABLE RETURN 1;
CREATE FUNCTION g(int) RETURNS int LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT f($1); END;
CREATE OR REPLACE FUNCTION f(a int DEFAULT 3) RETURNS int LANGUAGE sql IMMUTABLE RETURN g(a);
CREATE FUNCTION itself(int) RETURNS int LANGUAGE sql IMMUTABLE RETURN 1;
CREATE OR REPLACE FUNCTION itself(int) RETURNS int LANGUAGE sql IMMUTABLE RETURN CASE WHEN $1 > 0 THEN itself($1 - 1) ELSE 0 END;
-- an operator in the body of its function, a function on the table that needs it
CREATE FUNCTION same(mood, int) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN true;
CREATE OPERATOR === (LEFTARG = mood, RIGHTARG = int, FUNCTION = same);
CREATE OR REPLACE FUNCTION same(mood, int) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN $1 === ($2 - 1);
CREATE FUNCTION of_table(int) RETURNS int LANGUAGE sql IMMUTABLE RETURN 1;
CREATE TABLE t (a int DEFAULT of_table(1), b int GENERATED ALWAYS AS (of_table(a)) STORED, CHECK (of_table(a) > 0));
CREATE INDEX ON t (of_table(a));
CREATE OR REPLACE FUNCTION of_table(int) RETURNS int LANGUAGE sql IMMUTABLE RETURN (SELECT count(*) FROM t);
-- a materialized view in the circle, a procedure, a rule
CREATE VIEW below AS SELECT 1 AS a;
CREATE MATERIALIZED VIEW kept AS SELECT * FROM below WITH NO DATA;
CREATE OR REPLACE VIEW below AS SELECT a FROM kept;
CREATE PROCEDURE work() LANGUAGE sql BEGIN ATOMIC SELECT * FROM below; END;
CREATE RULE r AS ON INSERT TO below DO INSTEAD SELECT * FROM one;
-- types whose functions need them
CREATE TYPE base;
CREATE FUNCTION base_in(cstring) RETURNS base LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION base_out(base) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE base (INPUT = base_in, OUTPUT = base_out);
SET search_path = pg_catalog;
SET jit = off;
SELECT DISTINCT c COLLATE "C" AS in_circles FROM (
    SELECT unnest(chronos.circles(array_agg(kind), array_agg(identity), array_agg(definition))) AS c FROM (
        SELECT * FROM chronos.live_object) l) u ORDER BY 1;
\getenv here PG_ABS_SRCDIR
\set rebuild :here '/tests/harness/rebuild.psql'
\i :rebuild
