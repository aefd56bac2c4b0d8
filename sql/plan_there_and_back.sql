-- Changes that plans once led astray: each is made, taken back by a plan and made again by one, and the schema is
-- the one of the other version each time.
SET client_min_messages = warning;
CREATE DATABASE plan_there_and_back TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c plan_there_and_back
SET client_min_messages = warning;
CREATE EXTENSION chronos;
\set ECHO none
CREATE FUNCTION differs(version bigint) RETURNS text LANGUAGE sql AS $$
    WITH live AS (SELECT kind, identity, definition - 'depends_on' AS definition FROM chronos.facts_of('live')),
    goal AS (SELECT kind, identity, definition - 'depends_on' FROM chronos.facts_of(version::text))
    SELECT string_agg(concat_ws(' ', kind, identity, definition), E'\n')
    FROM ((TABLE live EXCEPT TABLE goal) UNION ALL (TABLE goal EXCEPT TABLE live)) d
$$;
CREATE PROCEDURE lead_to(version bigint) LANGUAGE plpgsql AS $$
DECLARE
    statements text[] := ARRAY(SELECT statement FROM chronos.plan('live', version::text) ORDER BY step);
    statement text;
BEGIN
    FOREACH statement IN ARRAY statements LOOP
        EXECUTE statement;
    END LOOP;
END
$$;
CREATE PROCEDURE there_and_back(change text, INOUT result text DEFAULT NULL) LANGUAGE plpgsql AS $$
DECLARE
    before bigint := chronos.current_version();
    after bigint;
BEGIN
    EXECUTE change;
    COMMIT;
    after := chronos.current_version();
    PERFORM set_config('search_path', 'public', true), set_config('check_function_bodies', 'off', true);
    CALL public.lead_to(before);
    COMMIT;
    result := coalesce('back: ' || public.differs(before), '');
    CALL public.lead_to(after);
    COMMIT;
    result := result || coalesce('there: ' || public.differs(after), '');
END
$$;
\set ECHO all
-- a type from its shell, with its functions
CREATE TYPE base;
CREATE FUNCTION base_in(cstring) RETURNS base LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION base_out(base) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CALL there_and_back('CREATE TYPE base (INPUT = base_in, OUTPUT = base_out, LIKE = int4)');
-- the key of a typed table gets another name
CREATE TYPE pair AS (a int, b text);
CREATE TABLE typed OF pair (PRIMARY KEY (a));
CALL there_and_back('ALTER INDEX typed_pkey RENAME TO other');
-- a column comes to a table with partitions while something else is renamed
CREATE TABLE parted (a int) PARTITION BY RANGE (a);
CREATE TABLE part PARTITION OF parted DEFAULT;
CALL there_and_back('ALTER TABLE parted ADD e int4range; ALTER TABLE typed RENAME TO types');
-- generators that are not like their column
CREATE UNLOGGED TABLE generated (a int GENERATED ALWAYS AS IDENTITY, b int GENERATED ALWAYS AS IDENTITY);
CALL there_and_back('ALTER SEQUENCE generated_a_seq SET LOGGED; ALTER SEQUENCE generated_b_seq AS bigint');
ALTER SEQUENCE generated_b_seq AS int;
CALL there_and_back('ALTER TABLE generated SET LOGGED; ALTER TABLE generated ALTER b TYPE bigint; ALTER SEQUENCE generated_b_seq MAXVALUE 5000000000');
-- an operator that is only named as a partner
CALL there_and_back($$CREATE SCHEMA far; CREATE OPERATOR === (LEFTARG = int, RIGHTARG = bigint, FUNCTION = int48eq, COMMUTATOR = OPERATOR(far.===))$$);
-- a parent changes the type of a column that its child has itself too
CREATE TABLE parent (a int, b text);
CREATE TABLE child (a int, c int) INHERITS (parent);
CALL there_and_back('ALTER TABLE parent ALTER a TYPE bigint');
-- or the name of a check
ALTER TABLE parent ADD CONSTRAINT k CHECK (a > 0);
CREATE TABLE heir (a bigint CONSTRAINT k CHECK (a > 0)) INHERITS (parent);
CALL there_and_back('ALTER TABLE parent RENAME CONSTRAINT k TO l');
-- names that others had before
CREATE TABLE x (a int CONSTRAINT k1 UNIQUE, b int CONSTRAINT c1 CHECK (b > 1) CONSTRAINT c2 CHECK (b > 2));
CREATE TABLE y (b int);
CREATE INDEX k2 ON x (b);
CREATE INDEX k3 ON x (b, a);
CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql RETURN 1;
CREATE FUNCTION g(a int) RETURNS int LANGUAGE sql RETURN 2;
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE TRIGGER t1 BEFORE INSERT ON x EXECUTE FUNCTION stamp();
CREATE TRIGGER t2 BEFORE INSERT ON x EXECUTE FUNCTION stamp();
CREATE STATISTICS s1 ON a, b FROM x;
CREATE STATISTICS s2 ON a, b FROM x;
CREATE PUBLICATION p1;
CREATE PUBLICATION p2;
CREATE TYPE mood AS ENUM ('a', 'b');
CALL there_and_back($$ALTER TABLE y RENAME TO z; ALTER TABLE x RENAME TO y; ALTER INDEX k2 RENAME TO k4; ALTER INDEX k1 RENAME TO k2;
    ALTER INDEX k3 RENAME TO k1; ALTER TABLE y RENAME CONSTRAINT c2 TO c3; ALTER TABLE y RENAME CONSTRAINT c1 TO c2$$);
CALL there_and_back($$ALTER FUNCTION g RENAME TO h; ALTER FUNCTION f RENAME TO g; ALTER TRIGGER t2 ON y RENAME TO t3; ALTER TRIGGER t1 ON y RENAME TO t2;
    ALTER STATISTICS s2 RENAME TO s3; ALTER STATISTICS s1 RENAME TO s2; ALTER PUBLICATION p2 RENAME TO p3; ALTER PUBLICATION p1 RENAME TO p2;
    ALTER TYPE mood RENAME VALUE 'b' TO 'c'; ALTER TYPE mood RENAME VALUE 'a' TO 'b'$$);
-- a table that has to be made anew gets the rows of a column with another name
CREATE TABLE keyed (a int, b text) PARTITION BY RANGE ((a + 1));
CALL there_and_back('ALTER TABLE keyed RENAME a TO "C c"');
-- an extension without the comment that it brings
CALL there_and_back('CREATE EXTENSION tcn; COMMENT ON EXTENSION tcn IS NULL');
-- a table leaves a publication together with its child; a computed column gets a type that no cast leads to by itself
CREATE TABLE base_table (a int, b int);
CREATE TABLE sub_table () INHERITS (base_table);
CREATE PUBLICATION family FOR TABLE ONLY base_table WHERE (b > 1), ONLY sub_table WHERE (b > 1);
CALL there_and_back('ALTER PUBLICATION family DROP TABLE base_table');
CREATE TABLE computed (a int, d int GENERATED ALWAYS AS (a * 2) STORED);
CALL there_and_back('ALTER TABLE computed ALTER d TYPE text COLLATE "C"');
-- what depends on an object stays where that gets a name that needs quotes, or loses it
CREATE TABLE plain (a int, "B b" int);
CREATE VIEW of_plain AS SELECT a, "B b" FROM plain WHERE "B b" > 1;
CREATE FUNCTION f_plain() RETURNS SETOF plain LANGUAGE sql BEGIN ATOMIC SELECT * FROM plain WHERE "B b" > 1; END;
BEGIN;
ALTER TABLE plain RENAME TO "not plain";
ALTER TABLE "not plain" RENAME a TO "A-a";
ALTER TABLE "not plain" RENAME "B b" TO b;
COMMIT;
SELECT statement FROM chronos.plan('live', (chronos.current_version() - 1)::text) ORDER BY step;
SELECT statement FROM chronos.plan((chronos.current_version() - 1)::text, 'live') ORDER BY step;
-- a column that parent and child have themselves goes from both at once
CREATE TABLE couple (a int, b int);
CREATE TABLE couple_1 (b int) INHERITS (couple);
CREATE TABLE couple_2 (b int) INHERITS (couple_1);
CALL there_and_back('ALTER TABLE couple DROP b; ALTER TABLE couple_1 DROP b; ALTER TABLE couple_2 DROP b');
-- a child whose parent cannot have the order of its columns again
CREATE TABLE turn (a int, b int);
CREATE TABLE turn_1 (a int, b int) INHERITS (turn);
BEGIN;
ALTER TABLE turn DROP a;
DROP TABLE turn_1;
COMMIT;
SELECT split_part(statement, E'\n', 1) AS statement, identity, hazards, note FROM chronos.plan('live', (chronos.current_version() - 1)::text) WHERE statement !~ ' OWNER TO ' ORDER BY step;
-- a column of its own that its parent has too, elsewhere
CREATE TABLE wide (a int, e int);
CREATE TABLE wide_1 (x int) INHERITS (wide);
ALTER TABLE wide_1 ADD y int, ADD z int;
ALTER TABLE wide ADD z int;
SELECT definition -> 'own_order' AS own_order FROM chronos.live_object WHERE identity = 'public.wide_1';
CALL there_and_back('DROP TABLE wide_1');
-- policies and rules that name a table that goes before theirs
CREATE TABLE named_1 (a int);
CREATE TABLE named_2 (a int);
CREATE POLICY of_1 ON named_1 USING (a IN (SELECT a FROM named_2));
CREATE RULE of_1 AS ON DELETE TO named_1 DO ALSO DELETE FROM named_2;
CALL there_and_back('DROP TABLE named_1, named_2 CASCADE');
-- rows of a table that are values of a column
CREATE TABLE rowed (a int, b text DEFAULT 'x', c int NOT NULL DEFAULT 3);
CREATE TABLE of_rowed (r rowed);
CALL there_and_back('ALTER TABLE rowed DROP b, DROP c');
-- a sequence that a default needs while its table is there
CREATE TABLE numbered (a int);
CREATE FUNCTION f_numbered() RETURNS SETOF numbered LANGUAGE sql BEGIN ATOMIC SELECT * FROM numbered; END;
CREATE SEQUENCE numbers;
ALTER TABLE numbered ALTER a SET DEFAULT nextval('numbers');
CALL there_and_back('DROP TABLE numbered CASCADE; DROP SEQUENCE numbers');
-- a view and a function that were replaced by what uses itself
CREATE VIEW itself AS SELECT 1 AS a;
CREATE OR REPLACE VIEW itself AS SELECT a FROM itself;
CREATE FUNCTION itself(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT a; END;
CREATE OR REPLACE FUNCTION itself(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT itself(a - 1); END;
CALL there_and_back('DROP VIEW itself; DROP FUNCTION itself(int)');
-- a large object whose privileges were all taken back
SELECT lo_create(4711);
GRANT SELECT ON LARGE OBJECT 4711 TO PUBLIC;
REVOKE SELECT ON LARGE OBJECT 4711 FROM PUBLIC;
CALL there_and_back('SELECT lo_unlink(4711)');
-- an extension among default privileges, made before them and after
CREATE EXTENSION lo;
ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO pg_monitor;
CALL there_and_back('DROP EXTENSION lo');
CREATE EXTENSION bloom;
SELECT added FROM chronos.history ORDER BY number DESC LIMIT 1;
SELECT chronos.reconcile(everything => true) AS nothing_was_missed;
CALL there_and_back('DROP EXTENSION bloom');
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM pg_monitor;
-- a column of parent and child, when the parent has to be there early
CREATE TABLE early (a int, b int);
CREATE TABLE early_1 (b int) INHERITS (early);
CREATE FUNCTION f_early() RETURNS SETOF early LANGUAGE sql BEGIN ATOMIC SELECT * FROM early; END;
CALL there_and_back('DROP FUNCTION f_early(); ALTER TABLE early DROP b; ALTER TABLE early_1 DROP b');
-- a default that takes its numbers from the column of another table that goes
CREATE TABLE numbering (a serial);
CREATE TABLE numbered_3 (a int DEFAULT nextval('numbering_a_seq'));
CALL there_and_back('DROP TABLE numbering, numbered_3 CASCADE');
-- an extension moves, with privileges on what it made, and under a column
CREATE SCHEMA "far away";
CREATE EXTENSION lo;
GRANT EXECUTE ON FUNCTION lo_oid(lo) TO pg_monitor;
CREATE TABLE of_lo (l lo);
CREATE VIEW v_lo AS SELECT NULL::lo AS l;
CALL there_and_back('ALTER EXTENSION lo SET SCHEMA "far away"');
SELECT split_part(statement, E'\n', 1) AS statement FROM chronos.plan('live', (chronos.current_version() - 1)::text) ORDER BY step;
DROP VIEW v_lo;
DROP TABLE of_lo;
-- a function that depends on an extension is replaced
CREATE FUNCTION leaning() RETURNS int LANGUAGE sql AS 'SELECT 1';
ALTER FUNCTION leaning() DEPENDS ON EXTENSION lo;
CALL there_and_back('CREATE OR REPLACE FUNCTION leaning() RETURNS int LANGUAGE sql AS ''SELECT 2''; ALTER FUNCTION leaning() DEPENDS ON EXTENSION lo');
\getenv here PG_ABS_SRCDIR
\set rebuild :here '/tests/harness/rebuild.psql'
\i :rebuild
