-- Every guarded command, in each mode, by a superuser and by who owns everything: runs, or the SQLSTATE it ends with. CH006 is block; 55000 is
-- snapshot, which has no repository here; warn says 01000 for each of the two.
SET client_min_messages = error;
CREATE EXTENSION chronos;
SET client_min_messages = warning;
\set VERBOSITY sqlstate
SET chronos.guard_rows = on;
CREATE ROLE guard_owner;
CREATE SCHEMA owned AUTHORIZATION guard_owner;
SET search_path = owned, public;
CREATE FUNCTION public.outcome(command text, role text, mode text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('chronos.guard', mode, true);
    IF role = 'owner' THEN
        SET LOCAL ROLE guard_owner;
    END IF;
    EXECUTE command;
    RAISE EXCEPTION USING ERRCODE = 'XX999';
EXCEPTION WHEN OTHERS THEN
    RETURN CASE sqlstate WHEN 'XX999' THEN 'runs' ELSE sqlstate END;
END $$;
CREATE FUNCTION public.tried(command text) RETURNS TABLE (role text, off text, warn text, snapshot text, block text) LANGUAGE plpgsql AS $$
BEGIN
    FOREACH role IN ARRAY '{superuser,owner}'::text[] LOOP
        off := public.outcome(command, role, 'off');
        warn := public.outcome(command, role, 'warn');
        snapshot := public.outcome(command, role, 'snapshot');
        block := public.outcome(command, role, 'block');
        RETURN NEXT;
    END LOOP;
END $$;
CREATE TYPE address AS (street text, zip text);
CREATE DOMAIN amount AS numeric;
CREATE TYPE mood AS ENUM ('sad');
CREATE COLLATION plain FROM "C";
CREATE FUNCTION low(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 % 10';
CREATE FUNCTION low_cmp(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 0';
CREATE OPERATOR CLASS low_ops FOR TYPE int USING btree AS OPERATOR 3 =, FUNCTION 1 low_cmp(int, int);
CREATE TABLE orders (id int PRIMARY KEY, total amount, feeling mood, name text COLLATE plain, more numeric(10, 2));
CREATE TABLE lines (order_id int REFERENCES orders);
CREATE TABLE places OF address;
CREATE TABLE measured (at int) PARTITION BY LIST (low(at));
CREATE TABLE measured_1 PARTITION OF measured DEFAULT;
CREATE TABLE sorted (at int) PARTITION BY RANGE (at low_ops);
CREATE TABLE sorted_1 PARTITION OF sorted DEFAULT;
CREATE VIEW shown AS SELECT feeling FROM orders;
CREATE VIEW unused AS SELECT feeling FROM orders;
CREATE MATERIALIZED VIEW report AS SELECT 1 AS id;
CREATE SEQUENCE counter;
INSERT INTO orders VALUES (1, 1, 'sad', 'x', 1.25);
INSERT INTO lines VALUES (1);
INSERT INTO places VALUES ('a', '1');
INSERT INTO measured VALUES (1);
INSERT INTO sorted VALUES (1);
CREATE MATERIALIZED VIEW shown_report AS SELECT * FROM shown;
DO $$
DECLARE
    made text;
BEGIN
    FOR made IN SELECT format('%s %s', CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'v' THEN 'VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass)
                FROM pg_class c WHERE c.relnamespace = 'owned'::regnamespace AND c.relkind IN ('r', 'p', 'm', 'v', 'S')
    LOOP
        EXECUTE format('ALTER %s OWNER TO guard_owner', made);
    END LOOP;
    ALTER TYPE address OWNER TO guard_owner;
    ALTER DOMAIN amount OWNER TO guard_owner;
    ALTER TYPE mood OWNER TO guard_owner;
    ALTER COLLATION plain OWNER TO guard_owner;
    ALTER FUNCTION low(int) OWNER TO guard_owner;
    ALTER OPERATOR CLASS low_ops USING btree OWNER TO guard_owner;
    ALTER OPERATOR FAMILY low_ops USING btree OWNER TO guard_owner;
END $$;
-- DROP
SELECT * FROM tried('DROP TABLE lines');
SELECT * FROM tried('DROP TABLE orders CASCADE');
SELECT * FROM tried('DROP TABLE measured');
SELECT * FROM tried('DROP MATERIALIZED VIEW report');
SELECT * FROM tried('DROP VIEW shown CASCADE');
SELECT * FROM tried('DROP SCHEMA owned CASCADE');
SELECT * FROM tried('DROP OWNED BY guard_owner CASCADE');
SELECT * FROM tried('DROP TYPE address CASCADE');
SELECT * FROM tried('DROP TYPE mood CASCADE');
SELECT * FROM tried('DROP DOMAIN amount CASCADE');
SELECT * FROM tried('DROP COLLATION plain CASCADE');
SELECT * FROM tried('DROP FUNCTION low(int) CASCADE');
SELECT * FROM tried('DROP OPERATOR CLASS low_ops USING btree CASCADE');
SELECT * FROM tried('DROP OPERATOR FAMILY low_ops USING btree CASCADE');
-- TRUNCATE
SELECT * FROM tried('TRUNCATE lines');
SELECT * FROM tried('TRUNCATE orders CASCADE');
SELECT * FROM tried('TRUNCATE ONLY places');
-- ALTER
SELECT * FROM tried('ALTER TABLE lines DROP COLUMN order_id');
SELECT * FROM tried('ALTER TABLE orders DROP COLUMN id CASCADE');
SELECT * FROM tried('ALTER TABLE orders ALTER name TYPE varchar(10) USING left(name, 10)');
SELECT * FROM tried('ALTER TYPE address DROP ATTRIBUTE zip CASCADE');
-- Rows
SELECT * FROM tried('DELETE FROM lines');
SELECT * FROM tried('UPDATE lines SET order_id = 1');
-- What destroys nothing is left alone.
SELECT * FROM tried('DROP SEQUENCE counter');
SELECT * FROM tried('DROP VIEW unused');
SELECT * FROM tried('ALTER TABLE orders ALTER more TYPE numeric(12, 2)');
SELECT * FROM tried('ALTER TABLE orders ALTER id TYPE bigint');
SELECT * FROM tried('ALTER TABLE lines ADD note text');
SELECT * FROM tried('DELETE FROM lines WHERE order_id = 2');
-- An extension with a table; only a superuser drops it, or who owns it.
CREATE EXTENSION chronos_test;
ALTER EXTENSION chronos_test ADD TABLE lines;
SELECT * FROM tried('DROP EXTENSION chronos_test');
ALTER EXTENSION chronos_test DROP TABLE lines;
DROP EXTENSION chronos_test;
-- Who owns nothing is told nothing by the guard.
CREATE ROLE guard_stranger;
GRANT USAGE ON SCHEMA owned TO guard_stranger;
SET chronos.guard = block;
SET ROLE guard_stranger;
DROP TABLE lines;
TRUNCATE lines;
ALTER TABLE lines DROP COLUMN order_id;
DELETE FROM lines;
RESET ROLE;
-- DROP DATABASE: in no function and no transaction.
CREATE DATABASE guard_victim OWNER guard_owner;
DROP DATABASE guard_victim;
SET chronos.guard = snapshot;
DROP DATABASE guard_victim;
SET ROLE guard_owner;
DROP DATABASE guard_victim;
RESET ROLE;
SET chronos.guard = warn;
DROP DATABASE guard_victim;
CREATE DATABASE guard_victim OWNER guard_owner;
SET ROLE guard_owner;
DROP DATABASE guard_victim;
RESET ROLE;
CREATE DATABASE guard_victim;
SET chronos.guard = off;
DROP DATABASE guard_victim;
SET client_min_messages = error;
DROP SCHEMA owned CASCADE;
DROP FUNCTION public.tried(text), public.outcome(text, text, text);
DROP EXTENSION chronos;
DROP ROLE guard_owner, guard_stranger;
