-- Objects of every kind, with awkward names, are rendered, made anew in an empty database by the script
-- alone, and rendered again: the facts of both have to be the same.
SET client_min_messages = warning;
CREATE ROLE live_owner;
CREATE ROLE "Live ""user"" é";
CREATE DATABASE live_script TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c live_script
SET client_min_messages = warning;
CREATE EXTENSION chronos;

-- schemas and what stands alone in them
COMMENT ON SCHEMA public IS 'ours';
REVOKE USAGE ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA "Other schema" AUTHORIZATION live_owner;
GRANT USAGE ON SCHEMA "Other schema" TO "Live ""user"" é" WITH GRANT OPTION;
CREATE COLLATION numeric_c (provider = libc, locale = 'C');
CREATE COLLATION "odd'one" (provider = libc, lc_collate = 'C', lc_ctype = 'POSIX');

-- types, and functions they need
CREATE TYPE mood AS ENUM ('sad', 'it''s "fine"', 'ok');
ALTER TYPE mood ADD VALUE 'meh' BEFORE 'ok';
CREATE TYPE nothing AS ENUM ();
CREATE TYPE pair AS (a int, "B b" text COLLATE numeric_c, c mood[]);
COMMENT ON COLUMN pair.a IS 'first';
CREATE TYPE empty AS ();
CREATE DOMAIN positive AS int DEFAULT 1 NOT NULL CONSTRAINT above CHECK (VALUE > 0);
COMMENT ON CONSTRAINT above ON DOMAIN positive IS 'not below';
CREATE FUNCTION even(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 % 2 = 0';
CREATE DOMAIN even_number AS positive CHECK (even(VALUE));
ALTER DOMAIN even_number ADD CONSTRAINT small CHECK (VALUE < 1000) NOT VALID;
CREATE FUNCTION twice(even_number) RETURNS int LANGUAGE sql AS 'SELECT 2 * $1::int';
CREATE TYPE span AS RANGE (subtype = float8, subtype_diff = float8mi, multirange_type_name = spans);
CREATE TYPE words AS RANGE (subtype = text, collation = "C");
CREATE TYPE other_text;
CREATE FUNCTION other_in(cstring) RETURNS other_text LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION other_out(other_text) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE other_text (INPUT = other_in, OUTPUT = other_out, LIKE = text, CATEGORY = 'S', DEFAULT = 'x');
CREATE TYPE half_made;
REVOKE USAGE ON TYPE mood FROM PUBLIC;

-- functions of all sorts
CREATE FUNCTION defaults(a int DEFAULT 1, VARIADIC b text[] DEFAULT '{x}') RETURNS TABLE (c int, d text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 7 COST 3 SET search_path = public, "Other schema" SET work_mem = '1MB'
    AS $f$ SELECT 1, 'it''s $$ and \ ' $f$;
CREATE PROCEDURE swap(INOUT a int, OUT b text) LANGUAGE plpgsql AS 'BEGIN b := a; END';
CREATE PROCEDURE swap(IN a int, IN b text) LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN END';
CREATE FUNCTION "Other schema"."name, with (comma" (int) RETURNS int LANGUAGE sql AS 'SELECT $1';
GRANT EXECUTE ON FUNCTION "Other schema"."name, with (comma" TO "Live ""user"" é";
ALTER FUNCTION "Other schema"."name, with (comma" OWNER TO live_owner;
CREATE AGGREGATE collect(text) (SFUNC = textcat, STYPE = text, INITCOND = 'it''s', PARALLEL = SAFE);
CREATE AGGREGATE my_rank(VARIADIC "any" ORDER BY VARIADIC "any") (SFUNC = ordered_set_transition_multi,
    STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);
CREATE AGGREGATE how_many(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0');
COMMENT ON AGGREGATE how_many(*) IS 'all of them';
CREATE FUNCTION same(mood, mood) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1::text = $2::text';
CREATE OPERATOR === (LEFTARG = mood, RIGHTARG = mood, FUNCTION = same, COMMUTATOR = ===, NEGATOR = !==, RESTRICT = eqsel);
CREATE FUNCTION not_same(mood, mood) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1::text <> $2::text';
CREATE OPERATOR !== (LEFTARG = mood, RIGHTARG = mood, FUNCTION = not_same, NEGATOR = ===);
CREATE FUNCTION factorial_of(int) RETURNS numeric LANGUAGE sql AS 'SELECT factorial($1)';
CREATE OPERATOR "Other schema".!! (RIGHTARG = int, FUNCTION = factorial_of);
CREATE OPERATOR FAMILY odd_family USING btree;
CREATE OPERATOR CLASS odd_class FOR TYPE int USING btree FAMILY odd_family AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(int, int);
ALTER OPERATOR FAMILY odd_family USING btree ADD FUNCTION 1 (int, bigint) btint48cmp(int, bigint);
CREATE FUNCTION to_number(mood) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE CAST (mood AS int) WITH FUNCTION to_number(mood) AS IMPLICIT;
CREATE CAST (other_text AS bytea) WITHOUT FUNCTION;
CREATE CAST (pair AS text) WITH INOUT AS ASSIGNMENT;
CREATE TRANSFORM FOR int LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal), TO SQL WITH FUNCTION int4recv(internal));
CREATE TRUSTED LANGUAGE plother HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator;
CREATE ACCESS METHOD heap_too TYPE TABLE HANDLER heap_tableam_handler;
CREATE CONVERSION latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE TEXT SEARCH PARSER own_parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH TEMPLATE own_template (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH DICTIONARY own_words (TEMPLATE = own_template, STOPWORDS = english);
CREATE TEXT SEARCH CONFIGURATION own_search (PARSER = own_parser);
ALTER TEXT SEARCH CONFIGURATION own_search ADD MAPPING FOR asciiword, word WITH own_words, pg_catalog.simple;

-- tables
CREATE TABLE "Odd ""table"" é" (id serial PRIMARY KEY, "Col umn" varchar(20) COLLATE numeric_c DEFAULT 'it''s \ "x"',
    m mood DEFAULT 'ok', p pair, e even_number, n numeric(10, 2)[] NOT NULL DEFAULT '{}', at timestamptz(3) DEFAULT now(),
    g int GENERATED ALWAYS AS (length("Col umn")) STORED, gone text, t text COMPRESSION pglz)
    WITH (fillfactor = 50, autovacuum_enabled = false, toast.autovacuum_enabled = false);
ALTER TABLE "Odd ""table"" é" DROP COLUMN gone;
ALTER TABLE "Odd ""table"" é" ALTER COLUMN t SET STATISTICS 7, ALTER COLUMN t SET STORAGE EXTERNAL, ALTER COLUMN id SET (n_distinct = -1),
    REPLICA IDENTITY FULL, CLUSTER ON "Odd ""table"" é_pkey";
COMMENT ON TABLE "Odd ""table"" é" IS E'it''s\nodd';
COMMENT ON COLUMN "Odd ""table"" é"."Col umn" IS 'é';
COMMENT ON CONSTRAINT "Odd ""table"" é_pkey" ON "Odd ""table"" é" IS 'key';
COMMENT ON INDEX "Odd ""table"" é_pkey" IS 'index of key';
GRANT SELECT, INSERT ON "Odd ""table"" é" TO "Live ""user"" é", PUBLIC;
GRANT UPDATE ("Col umn", m) ON "Odd ""table"" é" TO "Live ""user"" é" WITH GRANT OPTION;
REVOKE DELETE ON "Odd ""table"" é" FROM CURRENT_USER;
SET SESSION AUTHORIZATION "Live ""user"" é";
RESET SESSION AUTHORIZATION;
CREATE UNLOGGED TABLE quick (id bigint GENERATED BY DEFAULT AS IDENTITY (START 10 INCREMENT -2 MINVALUE -100 MAXVALUE 10 CYCLE CACHE 3),
    other int CONSTRAINT named REFERENCES "Odd ""table"" é" ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    span span, CONSTRAINT apart EXCLUDE USING gist (span WITH &&) WITH (fillfactor = 60) WHERE (id > 0),
    CONSTRAINT one UNIQUE NULLS NOT DISTINCT (id, other) INCLUDE (span), CHECK (id <> 7) NO INHERIT) USING heap_too;
ALTER TABLE quick REPLICA IDENTITY NOTHING;
CREATE TABLE no_columns ();
CREATE TABLE typed OF pair (a NOT NULL DEFAULT 3, CHECK (a > 0));
CREATE TABLE parent (a int, b text DEFAULT 'p', CONSTRAINT a_check CHECK (a > 0), CONSTRAINT here CHECK (b <> '') NO INHERIT);
CREATE TABLE child (c int) INHERITS (parent);
CREATE TABLE adopted (b text, a int DEFAULT 5, d int, CONSTRAINT a_check CHECK (a > 0));
ALTER TABLE adopted INHERIT parent;
ALTER TABLE child ALTER b SET DEFAULT 'c', ALTER a SET NOT NULL;
CREATE TABLE "Other schema".root (id int, at date NOT NULL, note text, CHECK (id > 0), PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE "Other schema".root_1 PARTITION OF "Other schema".root FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') WITH (fillfactor = 80);
CREATE TABLE "Other schema".root_2 (note text, at date NOT NULL, id int NOT NULL, CONSTRAINT root_id_check CHECK (id > 0)) PARTITION BY LIST (id);
CREATE TABLE "Other schema".root_2a PARTITION OF "Other schema".root_2 FOR VALUES IN (1, 2);
ALTER TABLE "Other schema".root ATTACH PARTITION "Other schema".root_2 DEFAULT;
CREATE INDEX root_note ON "Other schema".root (note);
CREATE INDEX own_note ON "Other schema".root_1 (lower(note));
ALTER TABLE "Other schema".root ADD FOREIGN KEY (id) REFERENCES "Odd ""table"" é";
CREATE TABLE refers (id int, at date, FOREIGN KEY (id, at) REFERENCES "Other schema".root);
CREATE TABLE hashed (a int) PARTITION BY HASH (a, (a + 1));
CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
ALTER TABLE "Other schema".root OWNER TO live_owner;
CREATE SEQUENCE "Other schema".free AS smallint INCREMENT 5 MAXVALUE 100 CYCLE;
CREATE UNLOGGED SEQUENCE unlogged_one;
GRANT USAGE ON SEQUENCE "Other schema".free TO "Live ""user"" é";

-- what hangs on tables
CREATE UNIQUE INDEX "Index é" ON parent USING btree (b text_pattern_ops DESC NULLS LAST, (a + 1)) INCLUDE (a) WITH (fillfactor = 33) WHERE a > 1;
ALTER INDEX "Index é" ALTER COLUMN 2 SET STATISTICS 55;
CREATE STATISTICS together (dependencies, mcv) ON a, b, (a + 1) FROM parent;
ALTER STATISTICS together SET STATISTICS 11;
CREATE FUNCTION on_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER "trig é" BEFORE UPDATE OF a, b ON parent FOR EACH ROW WHEN (OLD.a IS DISTINCT FROM NEW.a) EXECUTE FUNCTION on_change('it''s', 'x');
CREATE TRIGGER whole AFTER INSERT ON parent REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION on_change();
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON quick DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION on_change();
ALTER TABLE parent DISABLE TRIGGER whole, ENABLE ALWAYS TRIGGER "trig é";
CREATE TRIGGER everywhere AFTER INSERT ON "Other schema".root FOR EACH ROW EXECUTE FUNCTION on_change();
ALTER TABLE "Other schema".root_1 DISABLE TRIGGER everywhere;
ALTER TRIGGER whole ON parent DEPENDS ON EXTENSION plpgsql;
CREATE RULE redirect AS ON INSERT TO child WHERE NEW.c > 5 DO INSTEAD (INSERT INTO parent VALUES (NEW.a, NEW.b); DELETE FROM quick);
ALTER TABLE child DISABLE RULE redirect;
ALTER TABLE parent ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY "pol é" ON parent AS RESTRICTIVE FOR UPDATE TO live_owner, CURRENT_USER USING (a > 0) WITH CHECK (b = CURRENT_USER);
CREATE POLICY open ON parent USING (true);

-- views, also one that leans on a primary key, and functions that lean on views
CREATE VIEW by_key AS SELECT t.id, t."Col umn", count(*) FROM "Odd ""table"" é" t JOIN quick q ON q.other = t.id GROUP BY t.id;
CREATE VIEW checked WITH (security_barrier, security_invoker = true) AS SELECT a, b FROM parent WHERE a > 3 WITH LOCAL CHECK OPTION;
ALTER VIEW checked ALTER COLUMN b SET DEFAULT 'v';
COMMENT ON COLUMN checked.a IS 'via view';
CREATE VIEW partly AS SELECT r.id, count(*) FROM "Other schema".root r GROUP BY r.id, r.at;
CREATE RECURSIVE VIEW counting (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM counting WHERE n < 9;
CREATE MATERIALIZED VIEW kept WITH (fillfactor = 70) AS SELECT * FROM by_key WITH NO DATA;
CREATE UNIQUE INDEX ON kept (id);
ALTER MATERIALIZED VIEW kept ALTER COLUMN id SET STATISTICS 3;
GRANT SELECT ON kept TO "Live ""user"" é";
CREATE FUNCTION of_view() RETURNS SETOF by_key LANGUAGE sql BEGIN ATOMIC SELECT * FROM by_key; END;
CREATE VIEW of_function AS SELECT * FROM of_view();
CREATE FUNCTION of_row(no_columns) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE TABLE of_own_function (a int DEFAULT twice(4), b int GENERATED ALWAYS AS (even(a)::int) STORED, CHECK (even(a)));
CREATE FUNCTION takes_table(of_own_function) RETURNS int LANGUAGE sql RETURN ($1).a;

-- what is not in a schema
CREATE FOREIGN DATA WRAPPER nowhere OPTIONS (a 'it''s');
CREATE SERVER "Server é" TYPE 't' VERSION '1' FOREIGN DATA WRAPPER nowhere OPTIONS (host 'h=1');
GRANT USAGE ON FOREIGN SERVER "Server é" TO "Live ""user"" é";
CREATE FOREIGN TABLE far (a int OPTIONS (x 'y') NOT NULL, b text DEFAULT 'd', CHECK (a > 0)) INHERITS (parent) SERVER "Server é" OPTIONS (t 'T');
CREATE PUBLICATION several FOR TABLE ONLY parent (a, b) WHERE (a > 1), typed WITH (publish = 'insert, update');
CREATE PUBLICATION whole_schema FOR TABLES IN SCHEMA "Other schema" WITH (publish_via_partition_root);
ALTER DEFAULT PRIVILEGES FOR ROLE live_owner GRANT SELECT ON TABLES TO PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE live_owner IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO "Live ""user"" é" WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
CREATE FUNCTION on_event() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER watch ON ddl_command_end WHEN TAG IN ('CREATE DOMAIN', 'DROP DOMAIN') EXECUTE FUNCTION on_event();
ALTER EVENT TRIGGER watch DISABLE;
REVOKE EXECUTE ON FUNCTION pg_catalog.pg_sleep(float8) FROM PUBLIC;
GRANT SELECT (rolname) ON pg_catalog.pg_authid TO live_owner;
CREATE TEMP TABLE passing (a mood);
CREATE USER MAPPING FOR live_owner SERVER "Server é" OPTIONS (password 'S3CRET');

SET search_path = pg_catalog;
SET jit = off;
SELECT kind, count(*) FROM chronos.live_object GROUP BY kind ORDER BY kind COLLATE "C";
SELECT count(*) = count(DISTINCT (kind, identity)) AS each_has_its_own_name,
       count(*) = count(DISTINCT (classid, objid)) AS each_is_one_row,
       bool_or(identity LIKE '%passing%') AS has_temporary,
       bool_or(definition::text LIKE '%S3CRET%') AS has_password FROM chronos.live_object;
SELECT class, identity FROM chronos.uncovered ORDER BY 1, 2;
SELECT (SELECT chronos.script(array_agg(kind), array_agg(identity), array_agg(definition)) FROM
            (SELECT * FROM chronos.live_object ORDER BY random()) o)
     = (SELECT chronos.script(array_agg(kind), array_agg(identity), array_agg(definition)) FROM chronos.live_object)
       AS the_same_in_any_order;
SELECT chronos.script(array_agg(kind), array_agg(identity), array_agg(definition)) AS script,
       jsonb_agg(jsonb_build_array(kind, identity, definition)) AS facts FROM chronos.live_object \gset
CREATE DATABASE live_script_again TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c live_script_again
SET client_min_messages = warning;
\o /dev/null
:script
\o
CREATE EXTENSION chronos;
SET search_path = pg_catalog;
SET jit = off;
CREATE TEMP TABLE before AS
    SELECT e ->> 0 AS kind, e ->> 1 AS identity, e -> 2 AS definition FROM jsonb_array_elements(:'facts') e;
SELECT count(*) > 120 AS many FROM before;
SELECT 'before' AS which, * FROM (TABLE before EXCEPT SELECT kind, identity, definition FROM chronos.live_object) b
UNION ALL
SELECT 'after', * FROM (SELECT kind, identity, definition FROM chronos.live_object EXCEPT TABLE before) a
ORDER BY 2, 3, 1;

\c regression
DROP DATABASE live_script WITH (FORCE);
DROP DATABASE live_script_again WITH (FORCE);
DROP ROLE live_owner, "Live ""user"" é";
