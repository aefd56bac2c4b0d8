-- Operators, their classes and families, casts, access methods, languages.
SET client_min_messages = warning;
SELECT current_setting('server_version_num')::int >= 160000 AS since_16,
       current_setting('server_version_num')::int >= 170000 AS since_17,
       current_setting('server_version_num')::int >= 180000 AS since_18 \gset
CREATE ROLE live_operator_owner;
CREATE ROLE "live_operator ""user""";
CREATE DATABASE live_operator TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c live_operator
SET client_min_messages = warning;
CREATE EXTENSION chronos;
SET chronos.capture = off;
SET check_function_bodies = off;
CREATE SCHEMA "Other é";
CREATE TYPE num AS (n int);
CREATE FUNCTION lt(num, num) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE FUNCTION le(num, num) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE FUNCTION eq(num, num) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE FUNCTION ge(num, num) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE FUNCTION gt(num, num) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE FUNCTION cmp(num, num) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION cmp(num, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION hash(num) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION minus(num) RETURNS num LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE OPERATOR "Other é".<% (LEFTARG = num, RIGHTARG = num, FUNCTION = lt, COMMUTATOR = OPERATOR("Other é".>%), NEGATOR = OPERATOR("Other é".>=%),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR "Other é".<=% (LEFTARG = num, RIGHTARG = num, FUNCTION = le);
CREATE OPERATOR "Other é".=% (LEFTARG = num, RIGHTARG = num, FUNCTION = eq, COMMUTATOR = OPERATOR("Other é".=%), MERGES, HASHES, RESTRICT = eqsel, JOIN = eqjoinsel);
CREATE OPERATOR "Other é".>=% (LEFTARG = num, RIGHTARG = num, FUNCTION = ge, NEGATOR = OPERATOR("Other é".<%));
CREATE OPERATOR "Other é".>% (LEFTARG = num, RIGHTARG = num, FUNCTION = gt, COMMUTATOR = OPERATOR("Other é".<%));
CREATE OPERATOR -% (RIGHTARG = num, FUNCTION = minus);
CREATE OPERATOR ~% (LEFTARG = num, RIGHTARG = num, FUNCTION = eq, COMMUTATOR = ~~%);
ALTER OPERATOR "Other é".<% (num, num) OWNER TO live_operator_owner;
COMMENT ON OPERATOR "Other é".<% (num, num) IS 'of an operator';
COMMENT ON OPERATOR -% (NONE, num) IS 'of a prefix operator';
CREATE OPERATOR FAMILY "Fam é" USING btree;
ALTER OPERATOR FAMILY "Fam é" USING btree OWNER TO live_operator_owner;
COMMENT ON OPERATOR FAMILY "Fam é" USING btree IS 'of a family';
CREATE OPERATOR CLASS "Class é" DEFAULT FOR TYPE num USING btree FAMILY "Fam é" AS OPERATOR 1 "Other é".<%, OPERATOR 2 "Other é".<=%, OPERATOR 3 "Other é".=%,
    OPERATOR 4 "Other é".>=%, OPERATOR 5 "Other é".>%, FUNCTION 1 cmp(num, num);
ALTER OPERATOR FAMILY "Fam é" USING btree ADD FUNCTION 1 (num, int) cmp(num, int);
COMMENT ON OPERATOR CLASS "Class é" USING btree IS 'of a class';
CREATE OPERATOR CLASS hashed DEFAULT FOR TYPE num USING hash AS OPERATOR 1 "Other é".=%, FUNCTION 1 hash(num);
CREATE OPERATOR CLASS points FOR TYPE polygon USING gist AS OPERATOR 3 &&, OPERATOR 15 <-> (polygon, point) FOR ORDER BY pg_catalog.float_ops,
    FUNCTION 1 gist_poly_consistent(internal, polygon, smallint, oid, internal), FUNCTION 2 gist_box_union(internal, internal),
    FUNCTION 3 gist_poly_compress(internal), FUNCTION 5 gist_box_penalty(internal, internal, internal), FUNCTION 6 gist_box_picksplit(internal, internal),
    FUNCTION 7 gist_box_same(box, box, internal), STORAGE box;
CREATE OPERATOR CLASS empty_class FOR TYPE num USING btree FAMILY "Fam é" AS STORAGE num;
CREATE TABLE indexed (n num, k int);
CREATE INDEX by_class ON indexed USING btree (n "Class é");
CREATE FUNCTION to_int(num) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT ($1).n';
CREATE FUNCTION shorten(num, int, boolean) RETURNS num LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE CAST (num AS int) WITH FUNCTION to_int(num) AS IMPLICIT;
CREATE CAST (num AS num) WITH FUNCTION shorten(num, int, boolean) AS ASSIGNMENT;
CREATE CAST (num AS text) WITH INOUT;
CREATE DOMAIN positive AS int;
CREATE TYPE mood AS ENUM ('a');
CREATE CAST (bytea AS mood) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (num AS int) IS 'of a cast';
CREATE TRUSTED LANGUAGE "Lang é" HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator;
CREATE LANGUAGE untrusted HANDLER plpgsql_call_handler;
ALTER LANGUAGE "Lang é" OWNER TO live_operator_owner;
COMMENT ON LANGUAGE "Lang é" IS 'of a language';
GRANT USAGE ON LANGUAGE "Lang é" TO "live_operator ""user""" WITH GRANT OPTION;
CREATE FUNCTION in_lang() RETURNS int LANGUAGE "Lang é" AS 'BEGIN RETURN 1; END';
CREATE FUNCTION handler(internal) RETURNS index_am_handler LANGUAGE internal AS 'bthandler';
CREATE ACCESS METHOD "Index AM" TYPE INDEX HANDLER handler;
CREATE ACCESS METHOD "Table AM" TYPE TABLE HANDLER heap_tableam_handler;
COMMENT ON ACCESS METHOD "Index AM" IS 'of an access method';
CREATE OPERATOR CLASS own_am FOR TYPE int USING "Index AM" AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(int, int);
CREATE FUNCTION uses_operator(num) RETURNS boolean LANGUAGE sql RETURN $1 OPERATOR("Other é".=%) $1;
\getenv here PG_ABS_SRCDIR
\set rebuild :here '/tests/harness/rebuild.psql'
\i :rebuild
DROP ROLE live_operator_owner, "live_operator ""user""";
