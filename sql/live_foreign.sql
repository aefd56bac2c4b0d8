-- Foreign data, publications, text search, collations, conversions.
SET client_min_messages = warning;
SELECT current_setting('server_version_num')::int >= 160000 AS since_16,
       current_setting('server_version_num')::int >= 170000 AS since_17,
       current_setting('server_version_num')::int >= 180000 AS since_18 \gset
CREATE ROLE live_foreign_owner;
CREATE ROLE "live_foreign ""user""";
CREATE DATABASE live_foreign TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c live_foreign
SET client_min_messages = warning;
CREATE EXTENSION chronos;
SET chronos.capture = off;
SET check_function_bodies = off;
CREATE FUNCTION own_handler() RETURNS fdw_handler LANGUAGE c AS '$libdir/postgres_fdw', 'postgres_fdw_handler';
CREATE FUNCTION validator(text[], oid) RETURNS void LANGUAGE plpgsql AS 'BEGIN END';
CREATE FOREIGN DATA WRAPPER "Fdw é" HANDLER own_handler VALIDATOR validator OPTIONS ("a é" 'it''s', b 'x=y');
ALTER FOREIGN DATA WRAPPER "Fdw é" OPTIONS (SET b '');
COMMENT ON FOREIGN DATA WRAPPER "Fdw é" IS 'of a wrapper';
GRANT USAGE ON FOREIGN DATA WRAPPER "Fdw é" TO "live_foreign ""user""" WITH GRANT OPTION;
CREATE FOREIGN DATA WRAPPER bare;
CREATE SERVER "Server é" TYPE 'it''s' VERSION '1.x' FOREIGN DATA WRAPPER "Fdw é" OPTIONS (host 'h', "O o" 'x');
ALTER SERVER "Server é" OWNER TO live_foreign_owner;
COMMENT ON SERVER "Server é" IS 'of a server';
CREATE SERVER plain FOREIGN DATA WRAPPER bare;
GRANT USAGE ON FOREIGN SERVER plain TO live_foreign_owner;
CREATE USER MAPPING FOR live_foreign_owner SERVER plain OPTIONS (user 'u', password 'S3CRET');
CREATE FUNCTION on_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FOREIGN TABLE "Far é" (id int OPTIONS (column_name 'it''s') NOT NULL, t text COLLATE "C" DEFAULT 'x', g int GENERATED ALWAYS AS (id + 1) STORED,
    CONSTRAINT positive CHECK (id > 0)) SERVER "Server é" OPTIONS (table_name 'f', "O o" 'y');
ALTER FOREIGN TABLE "Far é" ALTER t SET STATISTICS 7, ALTER id SET (n_distinct = 5), ALTER t SET STORAGE EXTERNAL;
COMMENT ON FOREIGN TABLE "Far é" IS 'of a foreign table';
COMMENT ON COLUMN "Far é".t IS 'of a foreign column';
GRANT SELECT ON "Far é" TO PUBLIC;
CREATE TRIGGER on_far BEFORE INSERT ON "Far é" FOR EACH ROW EXECUTE FUNCTION on_row();
ALTER FOREIGN TABLE "Far é" DISABLE TRIGGER on_far;
CREATE TABLE near (id int, t text) PARTITION BY LIST (id);
CREATE FOREIGN TABLE far_part PARTITION OF near FOR VALUES IN (1) SERVER plain;
CREATE TABLE parent (a int, b text);
CREATE FOREIGN TABLE far_child (own int) INHERITS (parent) SERVER plain OPTIONS (x 'y');
ALTER TABLE parent ADD COLUMN c int;
-- publications
CREATE TABLE pub (id int PRIMARY KEY, a int, "b é" text, g int GENERATED ALWAYS AS (a) STORED);
CREATE SCHEMA "Sch é";
CREATE TABLE "Sch é".x (a int);
CREATE PUBLICATION everything FOR ALL TABLES WITH (publish = 'insert, truncate', publish_via_partition_root);
CREATE PUBLICATION "Pub é" FOR TABLE pub ("b é", id) WHERE (id > 5 AND "b é" <> 'it''s'), ONLY parent;
ALTER PUBLICATION "Pub é" OWNER TO live_foreign_owner;
COMMENT ON PUBLICATION "Pub é" IS 'of a publication';
CREATE PUBLICATION of_schema FOR TABLES IN SCHEMA "Sch é", TABLE near;
CREATE PUBLICATION nothing WITH (publish = '');
\if :since_18
CREATE PUBLICATION generated FOR TABLE pub WITH (publish_generated_columns = stored);
\endif
-- text search
CREATE FUNCTION p_start(internal, int) RETURNS internal LANGUAGE internal AS 'prsd_start';
CREATE TEXT SEARCH PARSER "Parser é" (START = p_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
COMMENT ON TEXT SEARCH PARSER "Parser é" IS 'of a parser';
CREATE FUNCTION t_lexize(internal, internal, internal, internal) RETURNS internal LANGUAGE internal AS 'dsimple_lexize';
CREATE TEXT SEARCH TEMPLATE "Template é" (INIT = dsimple_init, LEXIZE = t_lexize);
CREATE TEXT SEARCH TEMPLATE bare (LEXIZE = dsimple_lexize);
COMMENT ON TEXT SEARCH TEMPLATE "Template é" IS 'of a template';
CREATE TEXT SEARCH DICTIONARY "Dict é" (TEMPLATE = "Template é", STOPWORDS = english, Accept = false);
ALTER TEXT SEARCH DICTIONARY "Dict é" OWNER TO live_foreign_owner;
COMMENT ON TEXT SEARCH DICTIONARY "Dict é" IS 'of a dictionary';
CREATE TEXT SEARCH DICTIONARY none (TEMPLATE = pg_catalog.simple);
CREATE TEXT SEARCH CONFIGURATION "Conf é" (PARSER = "Parser é");
ALTER TEXT SEARCH CONFIGURATION "Conf é" ADD MAPPING FOR asciiword, word, "int" WITH "Dict é", none, pg_catalog.english_stem;
ALTER TEXT SEARCH CONFIGURATION "Conf é" OWNER TO live_foreign_owner;
COMMENT ON TEXT SEARCH CONFIGURATION "Conf é" IS 'of a configuration';
CREATE TEXT SEARCH CONFIGURATION copied (COPY = pg_catalog.german);
CREATE INDEX by_words ON pub USING gin (to_tsvector('public."Conf é"', "b é"));
-- collations and conversions
CREATE COLLATION "Coll é" (provider = libc, lc_collate = 'C', lc_ctype = 'POSIX');
ALTER COLLATION "Coll é" OWNER TO live_foreign_owner;
COMMENT ON COLLATION "Coll é" IS 'of a collation';
CREATE COLLATION by_icu (provider = icu, locale = 'de-u-co-phonebk', deterministic = false);
CREATE COLLATION same_as FROM "POSIX";
\if :since_16
CREATE COLLATION with_rules (provider = icu, locale = 'und', rules = '& a < g');
\endif
\if :since_17
CREATE COLLATION built_in (provider = builtin, locale = 'C.UTF-8');
\endif
CREATE DEFAULT CONVERSION "Conv é" FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE CONVERSION other FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1;
ALTER CONVERSION other OWNER TO live_foreign_owner;
COMMENT ON CONVERSION other IS 'of a conversion';
\getenv here PG_ABS_SRCDIR
\set rebuild :here '/tests/harness/rebuild.psql'
\i :rebuild
DROP ROLE live_foreign_owner, "live_foreign ""user""";
