-- Types: enum, composite, domain, range, base and shell types, with all that is said of them.
SET client_min_messages = warning;
SELECT current_setting('server_version_num')::int >= 160000 AS since_16,
       current_setting('server_version_num')::int >= 170000 AS since_17,
       current_setting('server_version_num')::int >= 180000 AS since_18 \gset
CREATE ROLE live_type_owner;
CREATE ROLE "live_type ""user""";
CREATE DATABASE live_type TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c live_type
SET client_min_messages = warning;
CREATE EXTENSION chronos;
SET chronos.capture = off;
SET check_function_bodies = off;
CREATE COLLATION odd (provider = libc, locale = 'POSIX');
CREATE SCHEMA "Other é";
CREATE TYPE "Enum é" AS ENUM ('b', 'it''s', '');
ALTER TYPE "Enum é" ADD VALUE 'a' BEFORE 'b';
ALTER TYPE "Enum é" RENAME VALUE 'b' TO 'B "x"';
ALTER TYPE "Enum é" OWNER TO live_type_owner;
COMMENT ON TYPE "Enum é" IS 'of an enum';
GRANT USAGE ON TYPE "Enum é" TO "live_type ""user""" WITH GRANT OPTION;
CREATE TYPE "Other é".empty_enum AS ENUM ();
CREATE TYPE "Pair é" AS ("A a" numeric(7, 2), b text COLLATE odd, gone int, e "Enum é"[], i interval minute);
ALTER TYPE "Pair é" DROP ATTRIBUTE gone;
ALTER TYPE "Pair é" ADD ATTRIBUTE z int;
COMMENT ON COLUMN "Pair é"."A a" IS 'of an attribute';
COMMENT ON TYPE "Pair é" IS 'of a composite';
REVOKE ALL ON TYPE "Pair é" FROM PUBLIC;
CREATE TYPE nested AS (p "Pair é", ps "Pair é"[]);
CREATE TABLE row_type (a int);
CREATE TYPE of_table AS (t row_type);

CREATE DOMAIN plain AS text;
CREATE DOMAIN "Domain é" AS varchar(5) COLLATE odd DEFAULT 'it''s' NOT NULL CONSTRAINT "long é" CHECK (length(VALUE) > 1) CHECK (VALUE <> '');
COMMENT ON CONSTRAINT "long é" ON DOMAIN "Domain é" IS 'of a domain''s check';
COMMENT ON DOMAIN "Domain é" IS 'of a domain';
ALTER DOMAIN "Domain é" OWNER TO live_type_owner;
CREATE DOMAIN over AS "Domain é" DEFAULT 'other';
CREATE DOMAIN of_array AS int[] CHECK (array_length(VALUE, 1) = 2);
CREATE DOMAIN of_composite AS "Pair é" CHECK ((VALUE).z > 0);
CREATE FUNCTION allowed(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE DOMAIN by_function AS text CHECK (allowed(VALUE));
CREATE DOMAIN circular AS int;
CREATE FUNCTION next_circular() RETURNS circular LANGUAGE sql AS 'SELECT 1::circular';
CREATE FUNCTION is_circular(circular) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
ALTER DOMAIN circular SET DEFAULT next_circular();
ALTER DOMAIN circular ADD CHECK (is_circular(VALUE)) NOT VALID;

CREATE TYPE "Range é" AS RANGE (subtype = text, collation = odd, subtype_opclass = text_pattern_ops, multirange_type_name = "Other é"."Ranges é");
COMMENT ON TYPE "Range é" IS 'of a range';
CREATE TYPE own_range;
CREATE FUNCTION own_canonical(own_range) RETURNS own_range LANGUAGE internal IMMUTABLE STRICT AS 'int4range_canonical';
CREATE FUNCTION own_difference(int, int) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT ($1 - $2)::float8';
CREATE TYPE own_range AS RANGE (subtype = int, canonical = own_canonical, subtype_diff = own_difference);
CREATE TABLE uses_ranges (r "Range é", m "Other é"."Ranges é"[], o own_range);

CREATE TYPE base;
CREATE FUNCTION base_in(cstring, oid, int) RETURNS base LANGUAGE internal IMMUTABLE STRICT AS 'varcharin';
CREATE FUNCTION base_out(base) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'varcharout';
CREATE FUNCTION base_recv(internal, oid, int) RETURNS base LANGUAGE internal IMMUTABLE STRICT AS 'varcharrecv';
CREATE FUNCTION base_send(base) RETURNS bytea LANGUAGE internal IMMUTABLE STRICT AS 'varcharsend';
CREATE TYPE base (INPUT = base_in, OUTPUT = base_out, RECEIVE = base_recv, SEND = base_send, TYPMOD_IN = varchartypmodin,
    TYPMOD_OUT = varchartypmodout, STORAGE = extended, CATEGORY = 'Q', PREFERRED = true, DEFAULT = 'it''s', DELIMITER = ';', COLLATABLE = true);
ALTER TYPE base OWNER TO live_type_owner;
COMMENT ON TYPE base IS 'of a base type';
CREATE TYPE fixed;
CREATE FUNCTION fixed_in(cstring) RETURNS fixed LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION fixed_out(fixed) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE TYPE fixed (INPUT = fixed_in, OUTPUT = fixed_out, INTERNALLENGTH = 4, PASSEDBYVALUE, ALIGNMENT = int4, ELEMENT = int2, SUBSCRIPT = raw_array_subscript_handler, ANALYZE = array_typanalyze);
CREATE TYPE like_text;
CREATE FUNCTION like_in(cstring) RETURNS like_text LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION like_out(like_text) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE like_text (INPUT = like_in, OUTPUT = like_out, LIKE = text);
CREATE TABLE uses_base (b base(7) COLLATE odd, f fixed DEFAULT '1', l like_text[]);
CREATE TYPE shell;
CREATE TYPE "Other é".shell;
COMMENT ON TYPE shell IS 'of a shell';
\if :since_17
CREATE DOMAIN named_null AS int CONSTRAINT "not é" NOT NULL;
\endif
\getenv here PG_ABS_SRCDIR
\set rebuild :here '/tests/harness/rebuild.psql'
\i :rebuild
DROP ROLE live_type_owner, "live_type ""user""";
